"""Make plain text of a Slack message: what a person reads, without the marks that Slack formats it with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from bot.commands.slack_text import unescape

# https://docs.slack.dev/messaging/formatting-message-text
_MENTION: Final = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>")
_CHANNEL: Final = re.compile(r"<#[A-Z0-9]+(?:\|([^<>]*))?>")
_GROUP: Final = re.compile(r"<!subteam\^[A-Z0-9]+(?:\|@?([^<>]*))?>")
_LINK: Final = re.compile(r"<([a-z][a-z0-9+.-]*:[^<>|]*)\|([^<>]*)>")
_OTHER: Final = re.compile(r"<[^<>]*>")
_FENCE: Final = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_MARKED: Final = [re.compile(rf"(?<![\w{m}])[{m}](?=[^\s{m}])([^{m}\n]*)(?<=\S)[{m}](?![\w{m}])") for m in "*_~"]
_QUOTE: Final = re.compile(r"^(?:&gt;){1,3} ?", re.MULTILINE)
_EMOJI: Final = re.compile(r"(?<![\w:]):(?=[0-9_+'-]*[a-z])[a-z0-9_+'-]+:(?::skin-tone-[2-6]:)? ?")
_HELD: Final = re.compile("\ue000([0-9]+)\ue001")
"""A piece that formatting marks do not reach; Slack's text has no characters of this private range."""
SOMEBODY: Final = "someone"
A_CHANNEL: Final = "a channel"
A_GROUP: Final = "a user group"


def mentioned_ids(text: str) -> list[str]:
    """The ids of the people whom the text mentions without their names, each once, in order."""
    return list(dict.fromkeys(match[1] for match in _MENTION.finditer(text) if not match[2]))


def message_text(text: str, names: Mapping[str, str]) -> str:
    """The text of a message (mrkdwn, as Slack sends it) as plain text; lines stay lines.

    People are called by `names`, by id. No id remains: a person without a name is "someone". A link with a label keeps
    its address. Emoji codes are left out.
    """
    held: list[str] = []

    def hold(piece: str) -> str:
        held.append(piece)
        return f"\ue000{len(held) - 1}\ue001"

    bare = re.sub("[\ue000\ue001]", "", text)
    for pattern, shown in _tokens(names):
        bare = pattern.sub(lambda match, shown=shown: hold(shown(match)), bare)  # type: ignore[misc] # bound at once
    bare = _CODE.sub(lambda match: hold(match[1]), _FENCE.sub(lambda match: hold(match[1]), bare))
    for marked in _MARKED:
        bare = marked.sub(r"\1", bare)
    plain = _EMOJI.sub("", _QUOTE.sub("", bare))
    while _HELD.search(plain):  # code may contain a link
        plain = _HELD.sub(lambda match: held[int(match[1])], plain)
    lines = [line.rstrip() for line in unescape(plain).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _tokens(names: Mapping[str, str]) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]:
    """What each kind of token shows, most particular first."""
    return [
        (_MENTION, lambda match: names.get(match[1]) or match[2] or SOMEBODY),
        (_CHANNEL, lambda match: f"#{match[1]}" if match[1] else A_CHANNEL),
        (_GROUP, lambda match: f"@{match[1]}" if match[1] else A_GROUP),
        (_LINK, lambda match: _link(match[1], match[2])),
        (_OTHER, lambda match: match[0]),
    ]


def _link(address: str, label: str) -> str:
    shown = address.partition(":")[2] if address.startswith(("mailto:", "tel:")) else address
    is_same = label.strip() in shown or not label.strip()
    return shown if is_same else f"{label.strip()} ({shown})"
