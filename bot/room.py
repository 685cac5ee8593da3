"""Everything a conversation needs at hand, wired once by main.py."""

from __future__ import annotations

from dataclasses import dataclass

from bot.announcing import Announcing
from bot.cancelling import Cancelling
from bot.clock import Clock
from bot.clockwork import Clockwork
from bot.creation.service import CreationService
from bot.directory import Directory
from bot.door import Door
from bot.enrolling import Enrolling
from bot.inviting.service import TeamService
from bot.link_files import LinkFiles
from bot.mirror import Mirror
from bot.models import Account
from bot.organisers import Organisers
from bot.own_pages import OwnPages
from bot.people import People
from bot.picture import Pictures
from bot.seating.service import SeatService
from bot.slack_api import SlackApi
from bot.store.connection import Store
from bot.tasks import Tasks


@dataclass(frozen=True)
class Room:
    """The operations of one workspace and its account."""

    account: Account
    clock: Clock
    store: Store
    slack: SlackApi
    tasks: Tasks
    people: People
    organisers: Organisers
    directory: Directory
    mirror: Mirror
    announcing: Announcing
    creation: CreationService
    cancelling: Cancelling
    team: TeamService
    door: Door
    seats: SeatService
    pictures: Pictures
    link_files: LinkFiles
    own_pages: OwnPages
    enrolling: Enrolling
    clockwork: Clockwork
