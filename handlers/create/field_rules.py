"""What is wrong with a field of a form, by the rules of the provider; and the provider's names of the fields."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.commands.lengths import length_text
from bot.model.field_labels import FIELD_LABELS
from bot.model.form_rules import FormRules
from bot.model.webinar import Audience
from bot.slack.blocks import clock_time


def parameter_label(parameter: str, rules: FormRules) -> str:
    """The form's name of a parameter of the vendor's; empty without a field."""
    if name := rules.parameters.get(parameter):
        return FIELD_LABELS[name]
    labels = {setting.key: setting.label for setting in rules.settings}
    return f"{labels[parameter]} (under More Settings)" if parameter in labels else ""


def length_hint(rules: FormRules) -> str:
    """The shortest and the longest length."""
    return f"From {length_text(rules.min_length)} to {length_text(rules.max_length)}"


def title_problem(title: str, rules: FormRules) -> str:
    """What is wrong with a title; empty if nothing is."""
    return too_long(title, rules.max_title) if title else "Give the webinar a title."


def too_long(text: str, most: int) -> str:
    """That a text is too long; empty if it is not."""
    return f"Use at most {most:,} characters: this has {len(text):,}." if len(text) > most else ""


def start_problem(start: datetime | None, now: datetime, zone: str) -> str:
    """What is wrong with a start; empty if nothing is."""
    if start is None:
        return "Choose a date and a time."
    if start > now:
        return ""
    return f"This is in the past: in {zone} it is now {clock_time(now, zone)}. Choose a later time."


def approval_problem(audience: Audience, rules: FormRules, *, is_manual: bool) -> str:
    """That nobody can be approved without registration; empty if there is no such contradiction."""
    if audience is Audience.REGISTRANTS or not is_manual or "manual_approval" not in rules.names:
        return ""
    return f"“{FIELD_LABELS['manual_approval']}” under More Settings needs people who register. Change one of the two."


def length_problem(length: timedelta | None, rules: FormRules) -> str:
    """What is wrong with a length; empty if nothing is."""
    if length is None:
        return "Write a length such as 45 minutes, 1h30 or 2 hours."
    if length < rules.min_length:
        return f"Choose at least {length_text(rules.min_length)}."
    return f"Choose at most {length_text(rules.max_length)}." if length > rules.max_length else ""
