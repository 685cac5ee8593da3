"""A stand-in Slack workspace: people, channels, the Web API, and signed delivery to an app."""

from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.model import ApiCall, Channel, Message, Outcome, Person, Scheduled, View
from bot.sandbox.slack.server import Slack

__all__ = ["ApiCall", "Channel", "Limits", "Message", "Outcome", "Person", "Scheduled", "Slack", "View"]
