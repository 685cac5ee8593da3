"""A RingCentral account on your own machine: the webinar API, its limits and its moods, with no account needed."""

from bot.sandbox.ringcentral.answers import ApiError
from bot.sandbox.ringcentral.company import Company, Person
from bot.sandbox.ringcentral.faults import Fault
from bot.sandbox.ringcentral.rules import Rules
from bot.sandbox.ringcentral.server import Call, RingCentral
from bot.sandbox.ringcentral.world import Mail

__all__ = ["ApiError", "Call", "Company", "Fault", "Mail", "Person", "RingCentral", "Rules"]
