"""Stand-in for Zoom: meetings with registration, with Zoom's limits and errors, no account needed."""

from sandbox.zoom.account import Call
from sandbox.zoom.faults import Fault
from sandbox.zoom.responses import ApiError
from sandbox.zoom.rules import Rules
from sandbox.zoom.server import Zoom

__all__ = ["ApiError", "Call", "Fault", "Rules", "Zoom"]
