"""Zoom's names of values, as people call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

VALUES: Mapping[str, str] = {
    "topic": "the title",
    "agenda": "the description",
    "start_time": "the start",
    "duration": "the length",
    "timezone": "the time zone",
    "password": "the password",
    "recurrence": "the dates",
    "end_date_time": "the last date",
    "end_times": "the number of dates",
    "schedule_for": "the host",
    "userId": "the host",
    "alternative_hosts": "the alternative hosts",
    "approval_type": "how registrations are approved",
    "registration_type": "for which dates people register",
    "registrants_restrict_number": "the limit",
    "occurrence_id": "the date",
    "occurrence_ids": "the dates",
    "first_name": "the first name",
    "last_name": "the last name",
    "email": "the email address",
    "address": "the street address",
    "city": "the city",
    "state": "the state",
    "zip": "the postal code",
    "country": "the country",
    "phone": "the phone number",
    "comments": "the comments",
    "industry": "the industry",
    "job_title": "the job title",
    "org": "the organization",
    "no_of_employees": "the number of employees",
    "purchasing_time_frame": "the purchasing time frame",
    "role_in_purchase_process": "the role in the purchase process",
    "language": "the language",
    "custom_questions": "the answers to the questions",
    "source_id": "the source",
    "panelists": "the panelists",
    "registrants": "these people",
    "name": "the name",
    "next_page_token": "the page that was asked for",
}


def value_sentence(fields: Iterable[str]) -> str:
    """The sentence about values that Zoom does not accept, as far as they are known; empty without any."""
    parts = (part for field in fields for part in reversed(field.replace("[", ".").replace("]", "").split(".")))
    names = list(dict.fromkeys(VALUES[part] for part in parts if part in VALUES))[:3]
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"Zoom doesn't accept {listed}, so nothing was changed. Correct it and try again."
