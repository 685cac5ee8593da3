"""Stand-in for RingCentral: the webinar API with its limits and errors, no account needed."""

from sandbox.ringcentral.account import Call
from sandbox.ringcentral.company import Company, Person
from sandbox.ringcentral.faults import Fault
from sandbox.ringcentral.responses import ApiError
from sandbox.ringcentral.rules import Rules
from sandbox.ringcentral.server import RingCentral
from sandbox.ringcentral.world import Mail

__all__ = ["ApiError", "Call", "Company", "Fault", "Mail", "Person", "RingCentral", "Rules"]
