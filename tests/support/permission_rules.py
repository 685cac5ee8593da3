"""Who may use each command, action and form: the table that the permission matrix verifies."""

from __future__ import annotations

from enum import Enum, auto


class Rule(Enum):
    """Who may do something."""

    MANAGES = auto()
    """Users who can manage the webinar: its creator and host, organizers, admins."""
    RUNS = auto()
    """Users who can run the webinar: its co-hosts, and those who can manage it."""
    ADMINS = auto()
    """Admins and owners of the workspace."""
    ORGANIZES = auto()
    """Organizers and admins of the workspace."""
    MUTES = auto()
    """Users who can manage the webinar, and the one who set up the channel's reminders."""
    MEMBERS = auto()
    """Members of the workspace, without guests and people of other organizations."""
    OWN = auto()
    """Everybody, for what is their own: a seat, a draft, a direct message."""
    OPEN = auto()
    """Everybody: it shows something, or refreshes it."""
    SILENT = auto()
    """Everybody: the button opens a page, and there is no response."""


MANAGES, RUNS, ADMINS, MEMBERS = Rule.MANAGES, Rule.RUNS, Rule.ADMINS, Rule.MEMBERS
MUTES, ORGANIZES = Rule.MUTES, Rule.ORGANIZES
OWN, OPEN, SILENT = Rule.OWN, Rule.OPEN, Rule.SILENT

COMMAND_RULES: dict[str, tuple[Rule, str]] = {
    "Home": (OPEN, ""),
    "Help": (OPEN, "help"),
    "List": (OPEN, "list"),
    "Show": (OPEN, "show launch"),
    "Count": (OPEN, "count launch"),
    "Subscriptions": (OPEN, "subscriptions"),
    "ShowSettings": (OPEN, "settings"),
    "Register": (OWN, "register launch"),
    "Create": (MEMBERS, "create"),
    "Add": (MEMBERS, "add 812 3456 7890"),
    "Share": (MEMBERS, "share launch"),
    "Remind": (MEMBERS, "remind launch 1h"),
    "RemindMe": (OWN, "remind me launch"),
    "Subscribe": (MEMBERS, "subscribe mine"),
    "Unsubscribe": (MEMBERS, "unsubscribe"),
    "Open": (RUNS, "open launch"),
    "Close": (RUNS, "close launch"),
    "Limit": (RUNS, "limit launch 50"),
    "ShowRegistration": (RUNS, "registration launch"),
    "Invite": (MANAGES, "invite launch"),
    "ShowTeam": (MANAGES, "team launch"),
    "ShowReport": (RUNS, "report launch"),
    "ShowRegistrants": (RUNS, "registrants launch"),
    "RegistrationLink": (MANAGES, "link launch newsletter"),
    "Move": (MANAGES, "move launch tomorrow 3pm"),
    "FollowUp": (MANAGES, "followup launch"),
    "Duplicate": (MANAGES, "duplicate launch"),
    "Edit": (MANAGES, "edit launch"),
    "CancelWebinar": (MANAGES, "cancel launch"),
    "ShowRecording": (OPEN, "recording launch"),
}
"""Rule and text of each command, by the name of its type."""

VARIANTS: dict[str, Rule] = {
    "register launch <@U0BEN|ben>": MANAGES,
    "limit launch": RUNS,
    "subscribe": ORGANIZES,
    "remind defaults": OPEN,
    "remind defaults 1h": ADMINS,
}
"""Commands whose rule depends on what else was typed."""

ACTION_RULES: dict[str, Rule] = {
    **dict.fromkeys(
        ("open.registration", "open.webinar", "open.host", "open.own", "open.team", "open.recording"), SILENT
    ),
    "command.in_channel": OPEN,
    **dict.fromkeys(("help.open", "command.run", "list.open", "list.previous", "list.next", "refresh.list"), OPEN),
    **dict.fromkeys(("webinar.show", "webinar.count", "refresh.card", "refresh.details", "refresh.count"), OPEN),
    **dict.fromkeys(("remind.refresh", "remind.change_time"), OPEN),
    **dict.fromkeys(("create.change", "create.place", "create.more", "create.start_over", "settings.change"), OWN),
    **dict.fromkeys(("create.back", "create.again"), OWN),
    **dict.fromkeys(
        ("seat.register", "seat.link", "seat.calendar", "seat.when_open", "seat.look_again", "seat.back"), OWN
    ),
    **dict.fromkeys(("seat.rename", "seat.leave", "seat.look", "seat.take", "seat.decline", "enrol.open"), OWN),
    "seat.back_to_change": OWN,
    **dict.fromkeys(("notice.snooze", "snooze.in_ten_minutes", "snooze.in_an_hour", "snooze.shortly_before"), OWN),
    **dict.fromkeys(("create.open", "webinar.share", "webinar.share_in"), MEMBERS),
    **dict.fromkeys(("share.confirm", "share.again"), MEMBERS),
    **dict.fromkeys(("remind.open", "remind.undo", "remind.channel", "remind.skip", "remind.bring_back"), MEMBERS),
    **dict.fromkeys(("remind.on", "remind.usual"), MEMBERS),
    **dict.fromkeys(("notice.mute", "remind.off"), MUTES),
    **dict.fromkeys(("follow.change", "follow.fields", "follow.undo", "follow.more", "follow.less"), MEMBERS),
    **dict.fromkeys(("defaults.change", "defaults.undo", "organisers.change"), ADMINS),
    **dict.fromkeys(("webinar.cancel", "webinar.duplicate", "webinar.edit"), MANAGES),
    **dict.fromkeys(("edit.back", "edit.again", "edit.undo", "edit.choose"), MANAGES),
    **dict.fromkeys(("webinar.move", "move.change_time"), MANAGES),
    **dict.fromkeys(("door.menu", "door.open", "door.close", "door.raise", "door.undo"), RUNS),
    **dict.fromkeys(("door.chart", "door.sources", "door.links", "page.link", "page.campaign"), MANAGES),
    **dict.fromkeys(("door.after", "followup.groups"), MANAGES),
    **dict.fromkeys(("team.invite", "team.show", "team.previous", "team.next", "team.refresh"), MANAGES),
    **dict.fromkeys(("team.remove", "team.again"), MANAGES),
    **dict.fromkeys(("enrol.many", "enrol.more", "enrol.fields", "enrol.confirm", "enrol.stop"), MANAGES),
    **dict.fromkeys(("enrol.go_on", "enrol.undo"), MANAGES),
    **dict.fromkeys(("registrants.open", "registrants.previous", "registrants.next", "registrants.all"), RUNS),
    **dict.fromkeys(("registrants.refresh", "registrants.search", "registrants.download"), RUNS),
    **dict.fromkeys(("recording.check", "recording.refresh", "recording.video", "recording.audio"), MANAGES),
    **dict.fromkeys(("recording.channels", "recording.seats", "recording.both", "recording.decline"), MANAGES),
    **dict.fromkeys(("items.done", "items.not_needed"), MANAGES),
    "recording.open": OPEN,
    **dict.fromkeys(("followup.open", "followup.start_over", "followup.edit", "followup.confirm"), MANAGES),
    **dict.fromkeys(("followup.stop", "followup.rest"), MANAGES),
    **dict.fromkeys(("followup.change", "followup.opt_out", "followup.opt_in"), OWN),
    **dict.fromkeys(("registrants.remove", "registrants.approve", "registrants.deny", "registrants.undo"), MANAGES),
    **dict.fromkeys(("registrants.approve_all", "registrants.deny_all"), MANAGES),
    "registrants.denied": RUNS,
    **dict.fromkeys(("report.open", "report.people", "report.growth", "report.download", "report.stop"), RUNS),
}
"""The rule of each button, select and picker."""

SUBMISSION_RULES: dict[str, Rule] = {
    **dict.fromkeys(("settings.form", "seat.form", "seat.name_form"), OWN),
    **dict.fromkeys(("create.form", "remind.form", "remind.move", "follow.form"), MEMBERS),
    **dict.fromkeys(("defaults.form", "organisers.form"), ADMINS),
    **dict.fromkeys(("move.form", "move.confirm", "page.campaign_form"), MANAGES),
    **dict.fromkeys(("followup.form", "followup.review"), MANAGES),
    **dict.fromkeys(("cancel.form", "door.menu_form", "team.form", "team.confirm"), MANAGES),
    **dict.fromkeys(("enrol.form", "enrol.many_form", "enrol.review", "edit.form", "edit.conflict"), MANAGES),
    **dict.fromkeys(("door.form", "registrants.search_form"), RUNS),
    "recording.review": MANAGES,
}
"""The rule of each form."""

SHORTCUT_RULES: dict[str, Rule] = {"create_webinar": MEMBERS, "use_as_description": MEMBERS}
"""The rule of each shortcut."""
