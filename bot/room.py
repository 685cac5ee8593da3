"""Everything a conversation needs at hand, wired once by main.py."""

from __future__ import annotations

from dataclasses import dataclass

from bot.announcing import Announcing
from bot.cancelling import Cancelling
from bot.clock import Clock
from bot.clockwork import Clockwork
from bot.creating import Creating
from bot.directory import Directory
from bot.door import Door
from bot.enrolling import Enrolling
from bot.inviting import Inviting
from bot.inviting.briefing import Briefing
from bot.link_files import LinkFiles
from bot.mirror import Mirror
from bot.models import Account
from bot.organisers import Organisers
from bot.own_pages.service import OwnPages
from bot.people import People
from bot.picture import Pictures
from bot.seating import Seating
from bot.seating.ushering import Ushering
from bot.slack_api import SlackApi
from bot.store.connection import Store
from bot.tasks import Tasks
from bot.telling import Telling


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
    creating: Creating
    telling: Telling
    cancelling: Cancelling
    inviting: Inviting
    briefing: Briefing
    door: Door
    seating: Seating
    ushering: Ushering
    pictures: Pictures
    link_files: LinkFiles
    own_pages: OwnPages
    enrolling: Enrolling
    clockwork: Clockwork
