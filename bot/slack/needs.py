"""What an event must support for each command, button and form; one of the named abilities is enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from bot.model.ability import Ability

Needs: TypeAlias = tuple[Ability, ...]

NOTHING: Final[Needs] = ()
"""Works for every event."""
CREATE, EDIT, MOVE, CANCEL = (Ability.CREATE,), (Ability.EDIT,), (Ability.MOVE,), (Ability.CANCEL,)
REGISTRATION, OPEN_CLOSE, LIMIT = (Ability.REGISTRATION,), (Ability.OPEN_CLOSE,), (Ability.LIMIT,)
SETTINGS = (Ability.PREFERENCES, Ability.LIMIT, Ability.OPEN_CLOSE)
REGISTRANTS, SOURCE, OWN_PAGES = (Ability.REGISTRANTS,), (Ability.SOURCE,), (Ability.OWN_PAGES,)
APPROVE: Final[Needs] = (Ability.APPROVE,)
INVITE = (Ability.INVITE_PANELIST, Ability.INVITE_COHOST)
HISTORY, RECORDINGS, FOLLOW_UP = (Ability.HISTORY,), (Ability.RECORDINGS,), (Ability.FOLLOW_UP,)

COMMANDS: Mapping[str, Needs] = {
    **dict.fromkeys(("Home", "Help", "List", "Show", "Count", "Share", "Create", "Add", "ShowSettings"), NOTHING),
    **dict.fromkeys(("Remind", "RemindMe", "Subscribe", "Unsubscribe", "Subscriptions"), NOTHING),
    "Edit": EDIT,
    "Move": MOVE,
    "Duplicate": CREATE,
    "CancelWebinar": CANCEL,
    **dict.fromkeys(("Open", "Close"), OPEN_CLOSE),
    "Limit": LIMIT,
    "ShowRegistration": SETTINGS,
    **dict.fromkeys(("Invite", "ShowTeam"), INVITE),
    "Register": REGISTRATION,
    "ShowRegistrants": REGISTRANTS,
    "RegistrationLink": OWN_PAGES,
    "ShowReport": HISTORY,
    "ShowRecording": RECORDINGS,
    "FollowUp": FOLLOW_UP,
}
"""By the name of the parsed command's type."""

ACTIONS: Mapping[str, Needs] = {
    **dict.fromkeys(("open.registration", "open.webinar", "open.host", "open.own", "open.recording"), NOTHING),
    **dict.fromkeys(("help.open", "list.open", "list.previous", "list.next", "refresh.list"), NOTHING),
    **dict.fromkeys(("webinar.show", "webinar.count", "refresh.card", "refresh.details", "refresh.count"), NOTHING),
    **dict.fromkeys(("webinar.share", "webinar.share_in", "share.confirm", "share.again", "open.team"), NOTHING),
    **dict.fromkeys(("create.open", "create.change", "create.more", "create.start_over", "create.back"), NOTHING),
    **dict.fromkeys(("create.again", "create.place", "settings.change", "organisers.change"), NOTHING),
    **dict.fromkeys(("remind.open", "remind.undo", "remind.channel", "remind.refresh", "remind.skip"), NOTHING),
    **dict.fromkeys(("remind.bring_back", "remind.change_time", "remind.on", "remind.off", "remind.usual"), NOTHING),
    **dict.fromkeys(("defaults.change", "defaults.undo", "follow.change", "follow.more", "follow.less"), NOTHING),
    **dict.fromkeys(("follow.fields", "follow.undo", "followup.groups"), NOTHING),
    **dict.fromkeys(("notice.mute", "notice.snooze", "snooze.in_ten_minutes", "snooze.in_an_hour"), NOTHING),
    "snooze.shortly_before": NOTHING,
    "seat.calendar": NOTHING,
    **dict.fromkeys(("command.run", "command.in_channel"), NOTHING),  # the command that they run is checked
    # A seat that somebody has can be looked at and given up, whatever has changed since.
    **dict.fromkeys(("seat.link", "seat.leave", "seat.look", "seat.decline"), NOTHING),
    **dict.fromkeys(("seat.register", "seat.when_open", "seat.look_again", "seat.back"), REGISTRATION),
    **dict.fromkeys(("seat.rename", "seat.back_to_change", "seat.take"), REGISTRATION),
    "webinar.duplicate": CREATE,
    **dict.fromkeys(("webinar.edit", "edit.back", "edit.again", "edit.undo", "edit.choose"), EDIT),
    **dict.fromkeys(("webinar.move", "move.change_time"), MOVE),
    "webinar.cancel": CANCEL,
    **dict.fromkeys(("door.open", "door.close"), OPEN_CLOSE),
    "door.raise": LIMIT,
    **dict.fromkeys(("door.menu", "door.after", "door.undo"), SETTINGS),
    "door.chart": REGISTRATION,
    "door.sources": SOURCE,
    "door.links": REGISTRANTS,
    **dict.fromkeys(("page.link", "page.campaign"), OWN_PAGES),
    **dict.fromkeys(("team.invite", "team.show", "team.previous", "team.next", "team.refresh"), INVITE),
    **dict.fromkeys(("team.remove", "team.again"), INVITE),
    **dict.fromkeys(("enrol.open", "enrol.many", "enrol.more", "enrol.confirm", "enrol.go_on"), REGISTRATION),
    # What was begun can be stopped and undone.
    **dict.fromkeys(("enrol.stop", "enrol.undo", "enrol.fields"), NOTHING),
    **dict.fromkeys(("registrants.open", "registrants.previous", "registrants.next", "registrants.all"), REGISTRANTS),
    **dict.fromkeys(("registrants.refresh", "registrants.search", "registrants.download"), REGISTRANTS),
    "registrants.remove": REGISTRANTS,
    **dict.fromkeys(("registrants.approve", "registrants.deny", "registrants.denied"), APPROVE),
    **dict.fromkeys(("registrants.approve_all", "registrants.deny_all", "registrants.undo"), APPROVE),
    **dict.fromkeys(("report.open", "report.people", "report.growth", "report.download"), HISTORY),
    "report.stop": NOTHING,
    **dict.fromkeys(("recording.open", "recording.check", "recording.refresh", "recording.video"), RECORDINGS),
    **dict.fromkeys(("recording.audio", "recording.channels", "recording.seats", "recording.both"), RECORDINGS),
    "recording.decline": NOTHING,
    **dict.fromkeys(("items.done", "items.not_needed"), NOTHING),
    **dict.fromkeys(("followup.open", "followup.start_over", "followup.edit", "followup.confirm"), FOLLOW_UP),
    "followup.rest": FOLLOW_UP,
    **dict.fromkeys(("followup.change", "followup.stop", "followup.opt_out", "followup.opt_in"), NOTHING),
}
"""By the action id of a button, select or picker."""

FORMS: Mapping[str, Needs] = {
    **dict.fromkeys(("create.form", "settings.form", "organisers.form", "defaults.form", "follow.form"), NOTHING),
    **dict.fromkeys(("remind.form", "remind.move"), NOTHING),
    **dict.fromkeys(("edit.form", "edit.conflict"), EDIT),
    **dict.fromkeys(("move.form", "move.confirm"), MOVE),
    "cancel.form": CANCEL,
    "door.form": LIMIT,
    "door.menu_form": SETTINGS,
    **dict.fromkeys(("seat.form", "seat.name_form"), REGISTRATION),
    **dict.fromkeys(("enrol.form", "enrol.many_form", "enrol.review"), REGISTRATION),
    **dict.fromkeys(("team.form", "team.confirm"), INVITE),
    "page.campaign_form": OWN_PAGES,
    "registrants.search_form": REGISTRANTS,
    "recording.review": RECORDINGS,
    **dict.fromkeys(("followup.form", "followup.review"), FOLLOW_UP),
}
"""By the callback id of a form."""


def is_supported(needs: Needs, abilities: frozenset[Ability]) -> bool:
    """Whether an event with these abilities has one of those needed."""
    return not needs or not abilities.isdisjoint(needs)
