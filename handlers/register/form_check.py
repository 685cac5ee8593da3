"""What is wrong in the form that registers another person, by field."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import BadInput
from bot.model.email_address import AddressProblem, address_problem
from bot.model.external_id import encode
from bot.model.question import STANDARD, QuestionSet
from bot.model.registrant import MAX_EMAIL, MAX_LINK, RegistrantDetails
from bot.registration.bulk import csv_import
from bot.slack.blocks import MAX_URL
from handlers import question_fields
from handlers.register.form import CANCEL, EMAIL, EXTERNAL_ID, FIRST, JOIN, LAST, USER, Links, RegistrantInput

NO_PERSON = "Choose a person."
NO_PAGE = "Type the address of a page, or choose other links above."
NO_LINK = "Write a whole address that begins with https://"
LONG_LINK = f"{{}} takes at most {MAX_LINK} characters, and this has {{}}. Use a shorter address."
NO_PAIRS = "Write one value a line, with its name before it: lead=00Q5"
ADDRESS_PROBLEMS = {
    AddressProblem.MISSING: "Type their email address.",
    AddressProblem.INVALID: "This address is not complete.",
    AddressProblem.TOO_LONG: f"Use at most {MAX_EMAIL} characters.",
}
LONG_PAIRS = f"This is too long. Use at most {csv_import.MAX_EXTERNAL_ID:,} characters."
WRONG = "Please change what is marked."


def registrant_details(
    typed: RegistrantInput, provider: str, questions: QuestionSet = STANDARD
) -> RegistrantDetails | None:
    """The person to register; `None` for a Slack user. Raises `BadInput` with every problem by field."""
    problems: dict[str, str] = {}
    external_id = _read_pairs(typed.external_id, problems)
    pages = {JOIN: typed.join_page, CANCEL: typed.cancel_page} if typed.links == Links.OWN else {}
    if pages and not any(pages.values()):
        problems[JOIN] = NO_PAGE
    for block, page in pages.items():
        if page and not _is_link(page):
            problems[block] = NO_LINK
        elif len(page) > MAX_LINK:
            problems[block] = LONG_LINK.format(provider, len(page))
    if typed.is_in_slack:
        problems = {} if typed.user_id else {USER: NO_PERSON}
    else:
        problems |= _person_problems(typed, questions)
    if problems:
        raise BadInput(WRONG, problems)
    if typed.is_in_slack:
        return None
    return RegistrantDetails(
        first_name=typed.first_name,
        last_name=typed.last_name,
        email=typed.email,
        source=typed.source,
        external_id=external_id,
        join_page=SecretStr(pages.get(JOIN, "")),
        cancel_page=SecretStr(pages.get(CANCEL, "")),
        fields=typed.answers,
        is_approved=typed.is_approved,
    )


def _person_problems(typed: RegistrantInput, questions: QuestionSet) -> dict[str, str]:
    """The problems of a name, an address and the answers, by field."""
    is_last_missing = questions.requires_last_name and not typed.last_name
    problems = {
        FIRST: "" if typed.first_name else "Type their first name.",
        LAST: "Type their last name." if is_last_missing else "",
        EMAIL: _address_problem(typed.email),
        **question_fields.field_problems(questions.asked, typed.answers),
    }
    return {block: problem for block, problem in problems.items() if problem}


def _address_problem(email: str) -> str:
    problem = address_problem(email)
    return ADDRESS_PROBLEMS[problem] if problem else ""


def _read_pairs(text: str, problems: dict[str, str]) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [(name.strip(), value.strip()) for name, _, value in (line.partition("=") for line in lines)]
    if not all(name and value for name, value in pairs):
        problems[EXTERNAL_ID] = NO_PAIRS
        return ""
    encoded = encode(pairs) if pairs else ""
    if len(encoded) > csv_import.MAX_EXTERNAL_ID:
        problems[EXTERNAL_ID] = LONG_PAIRS
    return encoded


def _is_link(page: str) -> bool:
    try:
        parts = urlsplit(page)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and len(page) <= MAX_URL
