"""The Home tab, and the reply to the bare command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import SecretStr

from bot.home.content import HomeContent, OwnWebinar
from bot.model.lifecycle import Stage, accepts_registrations, stage
from bot.model.webinar import Audience, Webinar
from bot.registration.seats.texts import leave_button
from bot.reports.open_items_table import ItemKind
from bot.slack import buttons
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    home,
    message,
    number,
    plain,
    section,
    time_of_day,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import attendee_button, registration_state, registrations, timing

FIRST_LIST = '{"which": "", "page": 1}'
"""The value of a button that opens the first page of the list of upcoming webinars."""
CREATE_EXAMPLE = "`/webinar create Launch day next tue 3pm for 45m`"
STEPS = (
    f"*Create a webinar:* {CREATE_EXAMPLE}",
    "*Take a seat:* press *Register* on a webinar's card, or type `/webinar register Launch day`",
    "*Keep a channel up to date:* type `/webinar subscribe` in it",
)
"""For people for whom there is no webinar yet: three sentences, each with an example."""
OPEN_ITEMS: dict[ItemKind, tuple[str, str, str]] = {
    ItemKind.RECORDING: ("its recording is not shared yet", "Recording", buttons.RECORDING),
    ItemKind.FOLLOWUP: ("nobody has followed up yet", "Follow Up", buttons.FOLLOW_UP),
}
"""For each open item: what to say, and the button that goes on with it."""


def home_view(blocks: Sequence[Block], *, now: datetime) -> View:
    """The Home tab with these blocks, and the time at which they were true."""
    return home([*blocks, context(f"Updated {time_of_day(now)}")])


def home_message(content: HomeContent, *, now: datetime) -> Message:
    """The reply to a bare `/webinar`."""
    return message(_spoken(content), home_blocks(content, now=now))


def home_blocks(content: HomeContent, *, now: datetime, is_first: bool = False) -> list[Block]:
    """What the tab shows; for a person who opens it for the first time, below how to begin."""
    blocks: list[Block] = actions(*_main_buttons(content))
    if content.is_empty or is_first:
        head = "*No webinar is planned.*" if content.is_empty else "*Greenroom runs your webinars from Slack.*"
        blocks.insert(0, section("\n".join([head, *(STEPS if content.can_create else STEPS[1:])])))
    for title, rows in (
        ("Live now", [_live(webinar, content.links.get(webinar.id), now) for webinar in content.live]),
        ("Your seats", [_seat(webinar) for webinar in content.seats]),
        ("Your webinars", [_own(own, now) for own in content.own]),
        ("Coming up", [_coming(one, takes_part=one.id in content.takes_part) for one in content.coming]),
    ):
        if rows:
            blocks += [divider(), section(f"*{title}*"), *(block for row in rows for block in row)]
    if content.more:
        more = f"{number(content.more, 'more webinar')}"
        blocks.append(section(more, button("See All", buttons.LIST, FIRST_LIST, label="List all upcoming webinars")))
    return blocks


def _main_buttons(content: HomeContent) -> Iterable[Element]:
    if content.can_create:
        yield button("Create Webinar", buttons.CREATE, "menu", style="primary")
    yield button("List Webinars", buttons.LIST, FIRST_LIST)
    yield button("Help", buttons.HELP, "menu", label="Help with the webinar commands")


def _live(webinar: Webinar, link: SecretStr | None, now: datetime) -> list[Block]:
    own = buttons.own_link(webinar, link.get_secret_value()) if link else None
    join = own or attendee_button(webinar, now)
    row = _titled(webinar, "") if own else _row(webinar)
    return [section(row, {key: value for key, value in join.items() if key != "style"} if join else None)]


def _seat(webinar: Webinar) -> list[Block]:
    # The count may be older than the seat, and "0 registered" would deny it.
    return [section(_titled(webinar, "")), *actions(_my_link(webinar), leave_button(webinar), buttons.details(webinar))]


def _own(own: OwnWebinar, now: datetime) -> list[Block]:
    webinar = own.webinar
    is_over = stage(webinar, now) is Stage.OVER
    todo = [OPEN_ITEMS[item] for item in own.open_items]
    if own.waiting and not is_over:
        who = "1 person waits" if own.waiting == 1 else f"{own.waiting:,} people wait"
        todo.append((f"{who} for approval", "Registrants", buttons.REGISTRANTS))
    todo_buttons = [buttons.webinar_button(webinar, text, action_id) for _, text, action_id in todo]
    has_link = own.has_link and not is_over
    row = [_my_link(webinar), *todo_buttons, buttons.details(webinar)] if has_link else todo_buttons
    return [
        section(
            _titled(webinar, "" if is_over else _progress(webinar)), None if has_link else buttons.details(webinar)
        ),
        *([context(f"To do: {', and '.join(what for what, _, _ in todo)}.")] if todo else []),
        *actions(*row),
    ]


def _my_link(webinar: Webinar) -> Element:
    return buttons.webinar_button(webinar, "My Link", buttons.MY_LINK)


def _progress(webinar: Webinar) -> str:
    read = webinar.registration
    if read is None or webinar.audience is Audience.ANYONE:
        return _count(webinar)
    of_limit = f"{read.count:,} of {read.limit:,}" if read.limit is not None else f"{read.count:,}"
    return f"{of_limit} registered · registration {registration_state(read).lower()}"


def _coming(webinar: Webinar, *, takes_part: bool) -> list[Block]:
    read = webinar.registration
    is_closed = webinar.audience is not Audience.ANYONE and read is not None and not accepts_registrations(read)
    when_open = buttons.when_open(webinar) if is_closed and not takes_part else {}
    if when_open:
        return [section(_row(webinar)), *actions(when_open, buttons.details(webinar))]
    return [section(_row(webinar), buttons.details(webinar))]


def _row(webinar: Webinar) -> str:
    return _titled(webinar, _count(webinar))


def _titled(webinar: Webinar, count: str) -> str:
    return f"*{plain(webinar.title)}*\n{timing(webinar)}{f' · {count}' if count else ''}"


def _count(webinar: Webinar) -> str:
    is_known = webinar.registration is not None or webinar.audience is Audience.ANYONE
    return registrations(webinar) if is_known else ""


def _spoken(content: HomeContent) -> str:
    if content.is_empty:
        return f"No webinar is planned. Create one, for example: {CREATE_EXAMPLE}"
    parts = (
        ("Live now", content.live),
        ("Your seats", content.seats),
        ("Your webinars", [own.webinar for own in content.own]),
        ("Coming up", content.coming),
    )
    named = [f"{title}: {', '.join(plain(one.title) for one in shown)}." for title, shown in parts if shown]
    return " ".join(named)
