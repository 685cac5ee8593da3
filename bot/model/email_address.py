"""Validate email addresses before they are sent to a vendor."""

from __future__ import annotations

import re
from enum import StrEnum

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from bot.model.registrant import MAX_EMAIL

PRIVATE_DOMAINS = ("local", "test")
"""Reserved names that companies and test systems use internally: their addresses stay valid here. Other reserved names,
such as `invalid`, can never receive mail."""

# The library's documented way to allow such a name.
SPECIAL_USE_DOMAIN_NAMES[:] = [name for name in SPECIAL_USE_DOMAIN_NAMES if name not in PRIVATE_DOMAINS]


class AddressProblem(StrEnum):
    """Why a text is not a usable email address. Each form has its own text for it."""

    MISSING = "missing"
    INVALID = "invalid"
    TOO_LONG = "too long"


def split_addresses(text: str) -> list[str]:
    """The addresses in a text, in lower case and each once: separated by commas, semicolons or spaces."""
    return list(dict.fromkeys(part.lower() for part in re.split(r"[;,\s]+", text) if part))


def joined_addresses(text: str) -> str:
    """The addresses in a text as forms show them: separated by a comma and a space."""
    return ", ".join(split_addresses(text))


def address_problem(text: str) -> AddressProblem | None:
    """The problem with an address, `None` if it is usable. Checks the syntax only and makes no DNS query.

    International addresses are valid. Quoted local parts, IP addresses as domains and display names are not.
    """
    if not text:
        return AddressProblem.MISSING
    if len(text) > MAX_EMAIL:
        return AddressProblem.TOO_LONG if "@" in text else AddressProblem.INVALID
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return AddressProblem.INVALID
    # The library reads an ideographic full stop as a period. Vendors get the address as typed and may not.
    return None if "." in text.rpartition("@")[2] else AddressProblem.INVALID
