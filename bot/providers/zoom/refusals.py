"""What Zoom's error codes mean, in words. The same code means different things in different operations."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.errors import (
    BatchRefused,
    HistoryForbidden,
    ProviderConflict,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
    RegistrationClosed,
    RegistrationFull,
)
from bot.providers.zoom.operations import Purpose

NOTHING = "Nothing was changed."
WRONG_APP = "Zoom doesn't know Greenroom's app. An administrator must check ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET."
WRONG_ACCOUNT = (
    "Zoom doesn't accept Greenroom's account. An administrator must check ZOOM_ACCOUNT_ID, and that "
    "the app belongs to this account."
)
WRONG_GRANT = (
    "Greenroom's Zoom app is not a server-to-server OAuth app. An administrator can create one in the Zoom "
    "App Marketplace, and set ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET."
)
APP_OFF = (
    "Greenroom's Zoom app is turned off. An administrator can activate it in the Zoom App Marketplace, "
    "under Activation."
)
OWNER_GONE = (
    "The owner of Greenroom's Zoom app has left the account. An administrator must create a new app, and "
    "set ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET."
)
NO_LOGIN = (
    "Zoom doesn't accept Greenroom's login. An administrator must check ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and "
    "ZOOM_CLIENT_SECRET."
)
LOGINS: Mapping[str, str] = {
    "4702": WRONG_APP,
    "4704": WRONG_APP,
    "invalid_client": WRONG_APP,
    "4705": WRONG_GRANT,
    "unsupported_grant_type": WRONG_GRANT,
    "4706": WRONG_ACCOUNT,
    "invalid_request": WRONG_ACCOUNT,
    "4709": NO_LOGIN,
    "4717": APP_OFF,
    "4733": NO_LOGIN,
    "4734": NO_LOGIN,
    "4735": OWNER_GONE,
    "4738": "An administrator has disabled Greenroom's Zoom app. They can allow it in the Zoom App "
    "Marketplace, under Manage.",
    "4741": NO_LOGIN,
}
"""Refusals of a login: developers.zoom.us/docs/integrations/oauth, and RFC 6749 §5.2 for the words."""

OFF = f"Registration is not on for this meeting or webinar at Zoom, so nobody can register. {NOTHING}"
CLOSED = f"Registration for this meeting or webinar is closed at Zoom. {NOTHING}"
FULL = f"This meeting or webinar is full: Zoom takes no more registrants. {NOTHING}"
OVER = f"This meeting or webinar is over, so nobody can register. {NOTHING}"
PAID = f"People pay for this registration, which is possible on Zoom's own page only. {NOTHING}"
BLOCKED = f"Zoom has blocked this person, so they can't register. {NOTHING}"
DOMAIN = "The settings of the Zoom account don't allow email addresses of this domain. Try another one."
HOST = f"The host of a webinar can't register for it. {NOTHING}"
WORK_ADDRESS = "This webinar takes work email addresses only. Try another one."
ON_THE_TEAM = f"This person is a panelist of the webinar, so they can't register for it. {NOTHING}"
MANY_REASONS = (
    "Zoom didn't accept this registration, so nothing was changed. Registration may be off, full or paid, or this "
    "person is a panelist or blocked."
)
NOT_REGISTERED = "This registration no longer exists. It may have been canceled."
NOT_SINGLE = f"Zoom registers several people at once only for a meeting or webinar with a single date. {NOTHING}"
LICENSE = (
    "Zoom doesn't let the host have meetings with registration: that needs a Licensed user (Pro or higher). A Zoom "
    "administrator can assign a license under User Management."
)
WEBINAR_LICENSE = (
    "This is not part of the Zoom plan of the host. A Zoom administrator can assign a license, and for webinars the "
    "Webinars add-on, under User Management."
)
NO_USER = "Zoom doesn't have this user, or not in this account. They may have left the company."
NOT_OURS = "This Zoom user belongs to another account, so Greenroom can't read what is theirs."
NOT_ACCESSIBLE = f"Zoom doesn't let Greenroom's app change this meeting or webinar. {NOTHING}"
PANELISTS_FULL = f"Zoom doesn't take all of these panelists: the webinar has room for no more. {NOTHING}"
IS_PANELIST = f"One of these people is already a panelist of the webinar. {NOTHING}"
NOT_A_PANELIST = "This person is no longer a panelist of the webinar. Look at the team again."
PERSONAL = f"A personal meeting can't be deleted. {NOTHING}"
SIMULIVE = f"A webinar that plays a recording needs a date. {NOTHING}"
ON_PREMISE = f"A meeting on the company's own servers can't be ended from here. {NOTHING}"
TOO_OLD = "Zoom keeps who attended for a year, and this was longer ago."
NO_HISTORY = (
    "Zoom doesn't show who attended this meeting or webinar. That needs a paid plan of the host, and a role that can "
    "see reports for the owner of Greenroom's app."
)
NO_RECORDING = "Zoom has no recording of this meeting or webinar, or is still processing it."
NOT_HELD = "Zoom has no record of this meeting or webinar having taken place."

NOT_LICENSED = (
    "Alternative hosts must be Licensed users of the Zoom account, so nothing was changed. In a webinar, you can "
    "invite these people as panelists."
)

SCHEDULING = frozenset({Purpose.CREATE, Purpose.CHANGE, Purpose.DELETE})
JOINING = frozenset({Purpose.ADD, Purpose.BATCH})
ONE_PERSON = frozenset({Purpose.REGISTRANT, Purpose.REMOVE, Purpose.STATUS})


@dataclass(frozen=True)
class Refusal:
    """What a code means: in some operations or all, and where a code has many reasons, if its message has a word."""

    code: str
    kind: type[ProviderRefused]
    sentence: str
    purposes: Collection[Purpose] = ()
    words: str = ""
    status: int = 0

    def fits(self, status: int, purpose: Purpose, message: str) -> bool:
        """Whether it is about this answer."""
        return (
            self.status in (0, status)
            and (not self.purposes or purpose in self.purposes)
            and (not self.words or re.search(self.words, message, re.IGNORECASE) is not None)
        )


MEANINGS: tuple[Refusal, ...] = (
    Refusal("200", HistoryForbidden, NO_HISTORY, {Purpose.HISTORY}),
    Refusal("200", ProviderForbidden, LICENSE, words="paid or zmp"),
    Refusal("200", ProviderForbidden, WEBINAR_LICENSE),
    Refusal("300", RegistrationClosed, OFF, JOINING, words=r"registration (has )?not (been )?enabled"),
    Refusal("300", BatchRefused, NOT_SINGLE, {Purpose.BATCH}, words="only supported"),
    Refusal("300", ProviderGone, NOT_REGISTERED, {Purpose.REMOVE}, words="registrant"),
    Refusal("300", ProviderGone, NOT_A_PANELIST, {Purpose.UNINVITE}),
    Refusal("303", BatchRefused, NOT_SINGLE),
    Refusal("404", RegistrationClosed, OFF, JOINING, status=400),
    Refusal("1001", ProviderGone, NO_USER, {Purpose.USERS, Purpose.LIST, Purpose.CREATE}),
    Refusal("1010", ProviderForbidden, NOT_OURS),
    Refusal("3000", RegistrationClosed, OFF, JOINING, words="not been enabled|not enabled"),
    Refusal("3000", ProviderConflict, ON_THE_TEAM, JOINING, words="panelist"),
    Refusal("3000", RegistrationClosed, PAID, JOINING, words=r"\bpaid\b|payment|pay "),
    Refusal("3000", ProviderRefused, BLOCKED, JOINING, words="block"),
    Refusal("3000", RegistrationClosed, CLOSED, JOINING, words="closed"),
    Refusal("3000", RegistrationFull, FULL, {*JOINING, Purpose.STATUS}, words="maximum|capacity|limit|4,?999"),
    Refusal("3000", RegistrationClosed, MANY_REASONS, JOINING),
    Refusal("3000", ProviderGone, NOT_REGISTERED, ONE_PERSON),
    Refusal("3000", ProviderConflict, IS_PANELIST, {Purpose.INVITE}, words="already"),
    Refusal("3000", ProviderRefused, PANELISTS_FULL, {Purpose.INVITE}),
    Refusal("3000", HistoryForbidden, NO_HISTORY, {Purpose.HISTORY}),
    Refusal("3000", ProviderForbidden, NOT_ACCESSIBLE, SCHEDULING),
    Refusal("3000", RegistrationClosed, OFF, {Purpose.QUESTIONS, Purpose.REGISTRANTS}),
    Refusal("3001", ProviderGone, NOT_HELD, {Purpose.HISTORY}),
    Refusal("3003", ProviderRefused, DOMAIN),
    Refusal("3018", ProviderRefused, PERSONAL),
    Refusal("3037", ProviderRefused, PERSONAL),
    Refusal("3027", ProviderRefused, HOST),
    Refusal("3034", ProviderRefused, WORK_ADDRESS),
    Refusal("3035", RegistrationFull, FULL),
    Refusal("3043", RegistrationFull, FULL),
    Refusal("3038", RegistrationClosed, OVER),
    Refusal("3063", ProviderRefused, ON_PREMISE),
    Refusal("3079", ProviderGone, NOT_REGISTERED),
    Refusal("3301", ProviderGone, NO_RECORDING),
    Refusal("3161", ProviderForbidden, LICENSE),
    Refusal("4505", ProviderRefused, SIMULIVE),
    Refusal("12702", HistoryForbidden, TOO_OLD),
)
"""The table, the first that fits counts: status, code and operation decide, the message only where these do not."""
