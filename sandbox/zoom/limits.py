"""Rate limits: per second and label, per day and label, per host, and per registrant."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta

from sandbox.clock import SandboxClock
from sandbox.zoom.responses import ApiError
from sandbox.zoom.rules import Label, Rules

TOO_MANY = 429
TYPE = "X-RateLimit-Type"
SECOND = 1.0


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
            headers = _headers(label, "Daily-limit", daily, 0)
            message = "You have reached the maximum daily rate limit for this API. Refer to the response header."
            raise _refusal(message, headers | {"Retry-After": _text(self._midnight())})
        most = self._rules.limit_per_second(label)
        if most is None:
            return {}
        now, calls = self._clock.monotonic(), self._calls[label]
        while calls and calls[0] <= now - SECOND:
            calls.popleft()
        if len(calls) >= most:
            reset = int(self._clock.machine().timestamp()) + 1
            message = "You have reached the maximum per-second rate limit for this API. Try again later."
            raise _refusal(message, _headers(label, "QPS", most, 0) | {"X-RateLimit-Reset": str(reset)})
        calls.append(now)
        self._today["label", label] += 1
        return _headers(label, "QPS", most, most - len(calls))

    def charge_host(self, host_id: str, what: str) -> None:
        """Charge a creation or an update of one host's meeting or webinar."""
        of = f"{what} Create/Update API requests permitted for this particular user"
        self._charge_daily(("host", host_id), self._rules.changes_per_host, of)

    def charge_add(self, event_id: int, address: str) -> None:
        """Charge an add of one address; a refused one counts as well."""
        scope = str(event_id) if self._rules.adds_count_per_event else ""
        of = "Add meeting registrant API requests permitted for this particular registrant"
        self._charge_daily(("add", scope, address.lower()), self._rules.adds_per_address, of)

    def charge_status(self, registrant_id: str) -> None:
        """Charge a change of one registrant's status."""
        of = "Update registrant status API requests permitted for this particular registrant"
        self._charge_daily(("status", registrant_id), self._rules.status_changes_per_registrant, of)

    def _charge_daily(self, key: tuple[str, ...], most: int, of: str) -> None:
        """Such refusals have been observed without a type and a time: they end at midnight UTC."""
        if self._count(*key) >= most:
            raise _refusal(f"You have exceeded the daily rate limit ({most}) of {of}.", {})
        self._today[key] += 1

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


def _refusal(message: str, headers: dict[str, str]) -> ApiError:
    refusal = ApiError(TOO_MANY, TOO_MANY, message)
    refusal.headers = headers
    return refusal


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
