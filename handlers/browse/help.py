"""The help: every command with an example, and who may use it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.notices.subscriptions.texts.phrases import FEATURE_TEXTS, join_words
from bot.providers.names import LINKED
from bot.slack import buttons
from bot.slack.blocks import actions, button, context, message, plain, section
from bot.slack.message import Message
from handlers.webinar_choice_texts import MAX_WORDS, page_value


@dataclass(frozen=True)
class Topic:
    """The help of one command."""

    usage: str
    does: str
    example: str
    who: str


EVERYONE = "Everyone can use it."
MEMBERS = "Not for guests or people of another organization."
MANAGERS = "For its creator and host, the organizers of the workspace, and its admins and owners."

TOPICS = {
    "create": Topic(
        "create [title] [when] [for 45m]",
        "Opens the form for a new webinar, filled with your words.",
        "create Launch day next tue 3pm for 45m",
        MEMBERS,
    ),
    "add": Topic(
        f"add <{LINKED} link or id>",
        f"Adds a meeting or webinar that exists at {LINKED} already, with registration.",
        "add 812 3456 7890",
        MEMBERS,
    ),
    "edit": Topic(
        "edit <webinar>",
        "Opens its form with the current values. You can undo your changes for ten minutes.",
        "edit Launch day",
        MANAGERS,
    ),
    "list": Topic(
        "list [today|this week|mine|past|words]",
        "Lists upcoming webinars, those of a day or week, yours, or those with these words. `list past` has totals of "
        "a period: `this quarter`, `last month`, `2026`, `since March`.",
        "list past this quarter",
        EVERYONE,
    ),
    "show": Topic(
        "show <webinar>",
        "Shows one webinar. Its creator also gets the host's link.",
        "show Launch day",
        EVERYONE,
    ),
    "count": Topic("count <webinar>", "Shows how many people have registered.", "count next", EVERYONE),
    "share": Topic(
        "share <webinar> [#channel]",
        "Posts the webinar's card; reminders, changes and alerts about it follow there.",
        "share next #launch",
        MEMBERS,
    ),
    "remind": Topic(
        "remind <webinar>|defaults [1d 1h 10m|off]",
        "Shows and changes when this channel is reminded; `defaults` is for the whole workspace. `remind me Launch "
        "day` reminds you alone, by direct message.",
        "remind Launch day 1d 30m",
        f"{MEMBERS} The defaults are for admins and owners; everyone can use `remind me`.",
    ),
    "subscribe": Topic(
        "subscribe [features] [for <webinar>|mine|all]",
        f"Posts more here. Features: {join_words([feature.value for feature in FEATURE_TEXTS])}.",
        "subscribe live filling for next",
        MEMBERS,
    ),
    "unsubscribe": Topic(
        "unsubscribe [features] [for <webinar>|mine|all]",
        "Posts less here. Without features, posts nothing here, not even the digest.",
        "unsubscribe reminders for Launch day",
        MEMBERS,
    ),
    "subscriptions": Topic(
        "subscriptions",
        "Shows this channel's notifications: who set them up, its quiet hours and its digest.",
        "subscriptions",
        EVERYONE,
    ),
    "open": Topic("open <webinar>", "Opens registration.", "open Launch day", MANAGERS),
    "close": Topic("close <webinar>", "Closes registration.", "close Launch day", MANAGERS),
    "limit": Topic(
        "limit <webinar> <number|off>",
        "Closes registration automatically when that many people have registered.",
        "limit Launch day 500",
        MANAGERS,
    ),
    "registration": Topic(
        "registration <webinar>",
        "Opens its registration: open or closed, maximum, emails, who can join, and what follows the event.",
        "registration Launch day",
        f"{MANAGERS} Its co-hosts can open, close and limit it.",
    ),
    "invite": Topic(
        "invite <webinar> [@people…] [as cohost|panelist]",
        "Opens the form for its team, filled with the people you named: co-hosts and panelists, also from outside.",
        "invite Launch day @ben @chloe as cohost",
        MANAGERS,
    ),
    "team": Topic(
        "team <webinar>",
        "Lists the team with roles and invitations, to change or remove people.",
        "team Launch day",
        MANAGERS,
    ),
    "register": Topic(
        "register <webinar> [@person]",
        "Takes a seat for you. People who manage the webinar name others after it, or use *Register Others*.",
        "register Launch day",
        "Everyone can take a seat for themselves.",
    ),
    "registrants": Topic(
        "registrants <webinar>",
        "Lists who has registered, visible only to you; with search, removal and a file of all.",
        "registrants Launch day",
        MANAGERS,
    ),
    "link": Topic(
        "link <webinar> [campaign]",
        "Gives you the link of its registration page; with a campaign, one that shows where people came from.",
        "link Launch day spring newsletter",
        MANAGERS,
    ),
    "settings": Topic(
        "settings",
        "Shows the organizers of this workspace and when its reminders go out.",
        "settings",
        "Everyone can read them; admins and owners change them.",
    ),
    "move": Topic(
        "move <webinar> <when> [for 45m]",
        "Shows whom another time affects, and moves the webinar once you confirm it.",
        "move Launch day next tue 3pm",
        MANAGERS,
    ),
    "duplicate": Topic(
        "duplicate <webinar>",
        "Opens the form for a new webinar, filled from this one, a week later; also from a past one.",
        "duplicate Launch day",
        MANAGERS,
    ),
    "cancel": Topic(
        "cancel <webinar>",
        "Asks you to confirm, then deletes the webinar and its reminders.",
        "cancel Launch day",
        MANAGERS,
    ),
    "report": Topic(
        "report <webinar>",
        "Shows who registered, came and stayed, as figures and charts; with a list of people and a CSV file.",
        "report last",
        f"{MANAGERS} Its co-hosts can see it too.",
    ),
    "recording": Topic(
        "recording <webinar>",
        "Shows whether there is a recording, who can open its link and until when, and shares the link.",
        "recording Launch day",
        "Those who manage the webinar see all of it; others see its link once it is shared with them.",
    ),
    "followup": Topic(
        "followup <webinar>",
        "Writes to those who attended, left early or did not come: in Slack, or by a file for your mailing tool.",
        "followup last",
        MANAGERS,
    ),
    "help": Topic("help [topic]", "Shows this, or more about one command.", "help create", EVERYONE),
}

WEBINAR_HINT = "For <webinar>, type `next`, words from its title, or its ID."


@dataclass(frozen=True)
class CommandGroup:
    """Commands that belong together: their title, and what they are for in a few words."""

    title: str
    does: str
    verbs: tuple[str, ...]


GROUPS = {
    "plan": CommandGroup(
        "Plan",
        "find, create and change webinars",
        ("create", "add", "list", "show", "edit", "move", "duplicate", "cancel"),
    ),
    "announce": CommandGroup(
        "Announce", "cards, reminders and channels", ("share", "remind", "subscribe", "unsubscribe", "subscriptions")
    ),
    "registering": CommandGroup(
        "Registration",
        "seats, lists and limits",
        ("register", "registrants", "link", "count", "registration", "open", "close", "limit"),
    ),
    "people": CommandGroup("People", "who runs it, and who may manage it", ("invite", "team", "settings")),
    "after": CommandGroup("Afterwards", "attendance, recording and follow-up", ("report", "recording", "followup")),
}
"""Every command but `help`, in the five lines of the help. No key is a verb: `help_message` takes both."""


def help_message(topic: str | None = None) -> Message:
    """One command of `TOPICS`, one group of `GROUPS`, or else a line for each group."""
    if topic in TOPICS:
        shown = [_topic(TOPICS[topic])]
    elif topic in GROUPS:
        shown = [f"*{GROUPS[topic].title}*", *(_line(TOPICS[verb]) for verb in GROUPS[topic].verbs)]
    else:
        return _overview()
    hint = _escaped(WEBINAR_HINT)
    back = actions(button("All Commands", buttons.HELP, "all"))
    return message("\n".join([*shown, hint]), [*(section(one) for one in shown), context(hint), *back])


def unknown_message(unknown: str, meant: str) -> Message:
    """One line for an unknown word, with a button that runs what was `meant`, if there is a guess."""
    line = f"There is no command “{plain(unknown, MAX_WORDS)}”."
    verb = meant.partition(" ")[0]
    guess = button(f"/webinar {verb}", buttons.RUN, meant, label=f"Run the command {verb}") if meant else None
    if meant:
        line += f" Did you mean `/webinar {plain(meant, MAX_WORDS)}`?"
    is_useful = len(meant) <= buttons.MAX_TYPED and meant != "help"
    listed = None if meant else button("List Webinars", buttons.LIST, page_value("", 1))
    help_button = button("Help", buttons.HELP, "all")
    return message(line, [section(line), *actions(guess if is_useful else None, listed, help_button)])


def _overview() -> Message:
    """A line for each group, with the button that opens it."""
    lines = {
        key: f"*{group.title}:* {group.does}\n{', '.join(f'`{verb}`' for verb in group.verbs)}"
        for key, group in GROUPS.items()
    }
    rows = [section(line, button(GROUPS[key].title, buttons.HELP, key)) for key, line in lines.items()]
    hint = _escaped(WEBINAR_HINT)
    return message("\n".join([*lines.values(), hint]), [*rows, context(hint)])


def _line(entry: Topic) -> str:
    return f"`/webinar {_escaped(entry.usage)}`\n{entry.does}"


def _topic(entry: Topic) -> str:
    return f"`/webinar {_escaped(entry.usage)}`\n{entry.does}\n{entry.who}\nFor example: `/webinar {entry.example}`"


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")
