"""Rate limits: per second and label, per day and label, per host, and per registrant."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sandbox.clock import SandboxClock
from sandbox.zoom.responses import ApiError
from sandbox.zoom.rules import Label, Rules

TOO_MANY = 429
TYPE = "X-RateLimit-Type"
SECOND = 1.0
LimitKind = Literal["second", "day", "host", "address", "registrant", "delete"]
"""What ran out: calls of a label in a second or a day; and, of one day, the changes of a host, the adds of an address,
the changes of a registrant's status; or another DELETE is running."""
MESSAGES: dict[LimitKind, str] = {
    "second": "You have reached the maximum per-second rate limit for this API. Try again later.",
    "day": "You have reached the maximum daily rate limit for this API. Refer to the response header.",
    "host": "You have exceeded the daily rate limit ({most}) of {what} Create/Update API requests permitted for this "
    "particular user.",
    "address": "You have exceeded the daily rate limit ({most}) of Add meeting registrant API requests permitted for "
    "this particular registrant.",
    "registrant": "You have exceeded the daily rate limit ({most}) of Update registrant status API requests permitted "
    "for this particular registrant.",
    "delete": "Too many concurrent requests. A request to disassociate this user has already been made.",
}


class Limits:
    """The calls of one account. Seconds are the machine's; days are those of the sandbox clock, from midnight UTC."""

    def __init__(self, rules: Rules, clock: SandboxClock) -> None:
        """Start without calls."""
        self._rules = rules
        self._clock = clock
        self._calls: defaultdict[Label, deque[float]] = defaultdict(deque)
        self._day = clock.now().date()
        self._today: Counter[tuple[str, ...]] = Counter()

    def charge(self, label: Label) -> dict[str, str]:
        """Charge a call and return the headers of its limit. Raises 429 with those of a refusal."""
        daily = self._rules.limit_per_day(label)
        if daily is not None and self._count("label", label) >= daily:
            raise self.refusal("day", label)
        most = self._rules.limit_per_second(label)
        if most is None:
            return {}
        now, calls = self._clock.monotonic(), self._calls[label]
        while calls and calls[0] <= now - SECOND:
            calls.popleft()
        if len(calls) >= most:
            raise self.refusal("second", label)
        calls.append(now)
        self._today["label", label] += 1
        return _headers(label, "QPS", most, most - len(calls))

    def charge_host(self, host_id: str, what: str) -> None:
        """Charge a creation or an update of one host's meeting or webinar."""
        self._charge_daily("host", host_id, what)

    def charge_add(self, event_id: int, address: str) -> None:
        """Charge an add of one address; a refused one counts as well."""
        scope = str(event_id) if self._rules.adds_count_per_event else ""
        self._charge_daily("address", f"{scope} {address.lower()}")

    def charge_status(self, event_id: int, registrant_id: str) -> None:
        """Charge a change of one registrant's status."""
        counts_together = self._rules.status_changes_count_per_event
        self._charge_daily("registrant", str(event_id) if counts_together else registrant_id)

    def refusal(self, kind: LimitKind, label: Label, what: str = "Meeting") -> ApiError:
        """The refusal of a limit. Those of a host, an address and a registrant have been observed without headers of
        their own: they end at midnight UTC."""
        refusal = ApiError(TOO_MANY, TOO_MANY, MESSAGES[kind].format(most=self._most(kind), what=what))
        if kind == "day":
            until = {"Retry-After": _text(self._midnight())}
            refusal.headers = _headers(label, "Daily-limit", self._rules.limit_per_day(label) or 0, 0) | until
        elif kind == "second":
            until = {"X-RateLimit-Reset": str(int(self._clock.machine().timestamp()) + 1)}
            refusal.headers = _headers(label, "QPS", self._rules.limit_per_second(label) or 0, 0) | until
        return refusal

    def used(self) -> dict[str, Any]:
        """The calls of this day by label, each with its limits, and what single hosts and addresses have used up."""
        self._count()
        return {
            "labels": [
                {
                    "label": label,
                    "today": self._today["label", label],
                    "per_second": self._rules.limit_per_second(label),
                    "per_day": self._rules.limit_per_day(label),
                }
                for label in get_args(Label)
                if self._rules.limit_per_second(label) is not None
            ],
            "hosts": self._of("host"),
            "addresses": self._of("address"),
            "changes_per_host": self._rules.changes_per_host,
            "adds_per_address": self._rules.adds_per_address,
        }

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
        self._today.clear()

    def _of(self, kind: LimitKind) -> dict[str, int]:
        return {key[1].strip(): count for key, count in self._today.items() if key[0] == kind}

    def _most(self, kind: LimitKind) -> int:
        rules = self._rules
        per_day: dict[LimitKind, int] = {
            "host": rules.changes_per_host,
            "address": rules.adds_per_address,
            "registrant": rules.status_changes_per_registrant,
        }
        return per_day.get(kind, 0)

    def _charge_daily(self, kind: LimitKind, key: str, what: str = "Meeting") -> None:
        if self._count(kind, key) >= self._most(kind):
            raise self.refusal(kind, "Light", what)
        self._today[kind, key] += 1

    def _count(self, *key: str) -> int:
        if self._clock.now().date() != self._day:
            self._day = self._clock.now().date()
            self._today.clear()
        return self._today[key]

    def _midnight(self) -> datetime:
        now = self._clock.now()
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _headers(label: Label, kind: str, limit: int, remaining: int) -> dict[str, str]:
    names = ("Category", "Type", "Limit", "Remaining")
    values = (label, kind, str(limit), str(remaining))
    return {f"X-RateLimit-{name}": value for name, value in zip(names, values, strict=True)}


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
