"""How the Web API says no."""

from __future__ import annotations

from collections.abc import Sequence


class SlackError(Exception):
    """An answer of `ok: false` with one of Slack's own codes; `problems` say what was wrong with the arguments."""

    def __init__(
        self, code: str, problems: Sequence[str] = (), *, retry_after: int | None = None, needed: str = ""
    ) -> None:
        super().__init__(code)
        self.code = code
        self.problems = list(problems)
        self.retry_after = retry_after
        self.needed = needed
