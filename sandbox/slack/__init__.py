"""Stand-in for Slack: people, channels, the Web API, and signed delivery to an app."""

from sandbox.slack.accepted import Accepted
from sandbox.slack.faults import Chaos
from sandbox.slack.limits import Limits
from sandbox.slack.model import (
    ApiCall,
    Channel,
    File,
    Message,
    Outcome,
    Person,
    Scheduled,
    Upload,
    UserGroup,
    View,
)
from sandbox.slack.server import Slack

__all__ = [
    "Accepted",
    "ApiCall",
    "Channel",
    "Chaos",
    "File",
    "Limits",
    "Message",
    "Outcome",
    "Person",
    "Scheduled",
    "Slack",
    "Upload",
    "UserGroup",
    "View",
]
