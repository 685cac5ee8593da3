"""Zoom's limits: developers.zoom.us/docs/api/rate-limits, and what its headers say about them.

An account has the limits of its plan, which only the headers of answers reveal. Until the first answer, the lowest ones
are kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from bot.providers.limit_keys import AnswerFacts, LimitAnswer, LimitKey, LimitKind
from bot.providers.wait_words import wait_text

TOO_MANY = 429
LONGEST_RETRY = 86_400.0 * 2
"""Seconds; a later time in an answer is an error of somebody's clock."""
SHORT_PENALTY = 2.0
"""Seconds to wait after a refusal of the second that says no time."""
A_MINUTE = 60.0


class Label(StrEnum):
    """The rate that an operation counts for; each page of the API reference names it."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"
    RESOURCE_INTENSIVE = "intensive"


CATEGORIES = {"resource-intensive": Label.RESOURCE_INTENSIVE, **{str(label): label for label in Label}}
"""The labels by `X-RateLimit-Category` in lower case."""
WINDOWS = {Label.LIGHT: 1.0, Label.MEDIUM: 1.0, Label.HEAVY: 1.0, Label.RESOURCE_INTENSIVE: A_MINUTE}
DAYS = {label: str(label) for label in Label} | {Label.RESOURCE_INTENSIVE: "heavy"}
"""The name of each label's limit per day and account: heavy and resource-intensive calls share theirs."""


@dataclass(frozen=True)
class Plan:
    """The limits of one kind of account."""

    rates: Mapping[Label, int]
    days: Mapping[str, int]


def _plan(rates: Sequence[int], days: Mapping[str, int]) -> Plan:
    return Plan(dict(zip(Label, rates, strict=True)), days)


FREE = _plan((4, 2, 1, 10), {"light": 6_000, "medium": 2_000, "heavy": 1_000})
PRO = _plan((30, 20, 10, 10), {"heavy": 30_000})
BUSINESS = _plan((80, 60, 40, 20), {"heavy": 60_000})
PLANS = (FREE, PRO, BUSINESS)

HOST, ADDRESS, REGISTRANT, DELETES = "host", "address", "registrant", "deletes"
SUBJECTS: Mapping[str, int] = {HOST: 100, ADDRESS: 3, REGISTRANT: 10}
"""Calls a day, on every plan: changes of one host's meetings and webinars, adds of one address, decisions about one
registrant. A call counts also if it changes nothing."""

REASONS: Mapping[str, str] = {
    HOST: "Zoom allows only 100 new or changed meetings and webinars a day for one host, and this host has used them",
    ADDRESS: "Zoom lets one address register only three times a day, and this address has used them",
    REGISTRANT: "Zoom allows only ten changes a day of one person's registration, and they are used up",
}
ACCOUNT_DAY = "Zoom's limit of calls a day is reached"
RATE = "Zoom's limit of calls is reached"


def address_key(address: str) -> LimitKey:
    """The limit of adds of this address."""
    return LimitKey(LimitKind.DAY, ADDRESS, address.strip().casefold())


def keys_for(
    label: Label,
    *,
    host: str = "",
    address: str = "",
    addresses: Iterable[str] = (),
    registrants: Iterable[str] = (),
    deletes: str = "",
) -> tuple[LimitKey, ...]:
    """The limits of a call.

    `host` owns what the call creates or updates, `address` and `addresses` are those that it adds, `registrants` the
    ids whose status it changes. `deletes` owns what a DELETE deletes: Zoom allows one at a time for each owner.
    """
    people = [one for one in (address, *addresses) if one]
    return (
        LimitKey(LimitKind.RATE, label),
        LimitKey(LimitKind.DAY, DAYS[label]),
        *(LimitKey(LimitKind.DAY, HOST, one) for one in (host,) if one),
        *dict.fromkeys(map(address_key, people)),
        *dict.fromkeys(LimitKey(LimitKind.DAY, REGISTRANT, one) for one in registrants),
        *(LimitKey(LimitKind.ONE_AT_A_TIME, DELETES, one) for one in (deletes,) if one),
    )


class ZoomLimits:
    """The limits of one account (`ApiLimits`). Its plan is learned from headers."""

    def __init__(self) -> None:
        """Start with the lowest limits."""
        self._rates = dict(FREE.rates)
        self._days = FREE.days

    def rates(self) -> Mapping[str, tuple[int, float]]:
        """See `ApiLimits`."""
        return {label: (limit, WINDOWS[label]) for label, limit in self._rates.items()}

    def account_days(self) -> Mapping[str, int]:
        """See `ApiLimits`."""
        return self._days

    def per_day(self, name: str) -> int | None:
        """See `ApiLimits`."""
        return SUBJECTS.get(name, self._days.get(name))

    def read(self, keys: Sequence[LimitKey], answer: LimitAnswer) -> AnswerFacts:
        """See `ApiLimits`."""
        headers = _Headers(answer)
        label = Label(next(key.name for key in keys if key.kind is LimitKind.RATE))
        is_own = headers.category in (None, label)
        refused_by, retry_after = self._refused(keys, answer, headers)
        if not is_own or headers.limit is None:
            return AnswerFacts(refused_by=refused_by, retry_after=retry_after)
        if headers.is_daily:
            days = {DAYS[label]: headers.limit}
            return AnswerFacts(
                day_limits=days, day_remaining=headers.remaining, refused_by=refused_by, retry_after=retry_after
            )
        rates = self._learned(label, headers.limit)
        return AnswerFacts(rates, headers.remaining, refused_by=refused_by, retry_after=retry_after)

    def _learned(self, label: Label, limit: int) -> dict[str, int]:
        """The rates that are new. The figures of a plan reveal the plan, and so its other figures."""
        known = [plan for plan in PLANS if plan.rates[label] == limit and label is not Label.RESOURCE_INTENSIVE]
        rates = {**self._rates, **(known[0].rates if known else {}), label: max(1, limit)}
        self._days = known[0].days if known else self._days
        changed: dict[str, int] = {name: figure for name, figure in rates.items() if figure != self._rates[name]}
        self._rates = rates
        return changed

    def _refused(
        self, keys: Sequence[LimitKey], answer: LimitAnswer, headers: _Headers
    ) -> tuple[tuple[LimitKey, ...], float | None]:
        """The limits that have refused a call, and the seconds until its next try."""
        if answer.status != TOO_MANY:
            return (), None
        rate, of_account = keys[:1], [key for key in keys if key.kind is LimitKind.DAY and not key.subject]
        of_subjects = [key for key in keys if key.kind is LimitKind.DAY and key.subject]
        one_at_a_time = [key for key in keys if key.kind is LimitKind.ONE_AT_A_TIME]
        message = answer.message.casefold()
        if headers.is_daily and (of_account or not of_subjects):
            return (*rate, *of_account), headers.retry_after or _seconds_to_midnight(answer.today)
        if headers.is_per_second or (headers.retry_after is not None and not headers.is_daily):
            return tuple(rate), SHORT_PENALTY if headers.retry_after is None else headers.retry_after
        if one_at_a_time and ("concurrent" in message or not of_subjects):
            return tuple(one_at_a_time), None
        # Such refusals have been seen without a type and a time. They end at midnight UTC.
        if of_subjects and "per-second" not in message:
            return tuple(of_subjects), None
        return tuple(rate), None

    def sentence(self, key: LimitKey, seconds: float) -> str:
        """See `ApiLimits`."""
        if key.kind is not LimitKind.DAY:
            return f"{RATE}, so nothing was changed. Try again {wait_text(seconds)}."
        reason = REASONS.get(key.name, ACCOUNT_DAY)
        return f"{reason}, so nothing was changed. Try again after 00:00 UTC, {_hours(seconds)}."


class _Headers:
    """The rate headers of an answer; `None` for missing and invalid ones."""

    def __init__(self, answer: LimitAnswer) -> None:
        by_name = {name.lower(): value.strip() for name, value in answer.headers.items()}
        kind = by_name.get("x-ratelimit-type", "").lower()
        self.is_daily, self.is_per_second = "daily" in kind, "qps" in kind
        self.category = CATEGORIES.get(by_name.get("x-ratelimit-category", "").lower())
        limit, remaining = _number(by_name.get("x-ratelimit-limit")), _number(by_name.get("x-ratelimit-remaining"))
        self.limit = None if limit is None else int(limit)
        self.remaining = None if remaining is None else int(remaining)
        self.retry_after = _retry_after(by_name, answer)


def _retry_after(headers: Mapping[str, str], answer: LimitAnswer) -> float | None:
    """`Retry-After` in seconds or as a date, or else `X-RateLimit-Reset`, a Unix time."""
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is None and (date := _date(text)) is not None:
        seconds = max(0.0, (date - answer.today).total_seconds())
    if seconds is None and (reset := _number(headers.get("x-ratelimit-reset"))) is not None:
        seconds = max(0.0, reset - answer.now.timestamp())
    return None if seconds is None else min(seconds, LONGEST_RETRY)


def _date(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = parse(text)
        except ValueError:
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_to_midnight(today: datetime) -> float:
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - today).total_seconds()


def _hours(seconds: float) -> str:
    """A long wait as users read it: "in about 5 hours"."""
    hours = round(seconds / 3600)
    if hours < 2:
        return f"in about {max(1, math.ceil(seconds / 60))} minutes" if seconds > 90 else wait_text(seconds)
    return f"in about {hours} hours"
