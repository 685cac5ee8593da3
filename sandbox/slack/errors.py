"""Web API errors."""

from __future__ import annotations

from collections.abc import Sequence


class SlackError(Exception):
    """A response of `ok: false` with one of Slack's codes; `problems` describe invalid arguments."""

    def __init__(
        self, code: str, problems: Sequence[str] = (), *, retry_after: int | None = None, needed: str = ""
    ) -> None:
        super().__init__(code)
        self.code = code
        self.problems = list(problems)
        self.retry_after = retry_after
        self.needed = needed
