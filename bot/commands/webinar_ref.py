"""How a webinar is named in a command: by its id, by `next`, or by words of its title."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.slack_text import plain, unescape, unquoted


@dataclass(frozen=True, slots=True)
class WebinarRef:
    """What stands for `<webinar>`: an id, `next`, words of the title (all that it can be if `quoted`), or nothing."""

    text: str = ""
    quoted: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether no webinar was named, so that a picker is the answer."""
        return not self.text

    @property
    def is_next(self) -> bool:
        """Whether the webinar that comes next is meant."""
        return not self.quoted and plain(self.text) == "next"

    @property
    def is_defaults(self) -> bool:
        """Whether no webinar is meant but what the workspace wants for all (only `remind` has this)."""
        return not self.quoted and plain(self.text) == "defaults"


def webinar_in(rest: str) -> WebinarRef:
    """The webinar named by what follows a verb, as Slack sends it."""
    return webinar_typed(unescape(rest))


def webinar_typed(text: str) -> WebinarRef:
    """The same from text as it was typed."""
    bare = unquoted(text)
    return WebinarRef(bare, quoted=bare != text)
