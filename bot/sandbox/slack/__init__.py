"""A stand-in Slack workspace: people, channels, the Web API, and signed delivery to an app."""

from bot.sandbox.slack.accepted import Accepted
from bot.sandbox.slack.faults import Chaos
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.model import (
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
from bot.sandbox.slack.server import Slack

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
