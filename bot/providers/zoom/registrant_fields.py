"""The fields of a registrant at Zoom beside name and address, as questions with Zoom's exact choices."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model.question import LAST_NAME, Choice, Question, QuestionKind
from bot.providers.zoom.countries import COUNTRIES

MAX_NAME, MAX_EMAIL, MAX_ANSWER = 64, 128, 128
"""developers.zoom.us/docs/api/meetings: the lengths of names, of the address, and of an answer of one's own."""
EMPLOYEES = ("1-20", "21-50", "51-100", "101-500", "500-1,000", "1,001-5,000", "5,001-10,000", "More than 10,000")
TIME_FRAMES = ("Within a month", "1-3 months", "4-6 months", "More than 6 months", "No timeframe")
PURCHASE_ROLES = ("Decision Maker", "Evaluator/Recommender", "Influencer", "Not involved")
LANGUAGES = (
    ("en-US", "English"),
    ("de-DE", "German"),
    ("es-ES", "Spanish"),
    ("fr-FR", "French"),
    ("jp-JP", "Japanese"),
    ("pt-PT", "Portuguese"),
    ("ru-RU", "Russian"),
    ("zh-CN", "Chinese (Simplified)"),
    ("zh-TW", "Chinese (Traditional)"),
    ("ko-KO", "Korean"),
    ("it-IT", "Italian"),
    ("vi-VN", "Vietnamese"),
    ("pl-PL", "Polish"),
    ("Tr-TR", "Turkish"),
)
"""In Zoom's own spelling, which differs from other lists of languages."""
LANGUAGE, DATES, CUSTOM = "language", "occurrence_ids", "custom:"
"""The names of the question for the language of Zoom's emails, and for dates; what precedes a host's own question."""


def _choices(*values: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value) for value in values)


STANDARD_FIELDS = (
    Question(name=LAST_NAME, label="Last name", max_length=MAX_NAME),
    Question(name="address", aliases=("street", "street address", "address line 1"), label="Address"),
    Question(name="city", aliases=("town",), label="City"),
    Question(name="state", aliases=("state", "province", "state/province", "region"), label="State or province"),
    Question(name="zip", aliases=("zip code", "postal code", "postcode"), label="Zip or postal code"),
    Question(
        name="country",
        aliases=("country/region", "country code"),
        label="Country",
        kind=QuestionKind.COUNTRY,
        choices=COUNTRIES,
    ),
    Question(name="phone", aliases=("phone number", "telephone", "mobile", "mobile phone"), label="Phone"),
    Question(name="industry", aliases=("sector",), label="Industry"),
    Question(name="org", aliases=("company", "company name", "organisation", "employer"), label="Organization"),
    Question(name="job_title", aliases=("title", "position", "job"), label="Job title"),
    Question(
        name="purchasing_time_frame",
        aliases=("purchasing timeframe",),
        label="Purchasing time frame",
        kind=QuestionKind.CHOICE,
        choices=_choices(*TIME_FRAMES),
    ),
    Question(
        name="role_in_purchase_process",
        aliases=("role in purchase process",),
        label="Role in the purchase process",
        kind=QuestionKind.CHOICE,
        choices=_choices(*PURCHASE_ROLES),
    ),
    Question(
        name="no_of_employees",
        aliases=("employees", "company size"),
        label="Number of employees",
        kind=QuestionKind.CHOICE,
        choices=_choices(*EMPLOYEES),
    ),
    Question(
        name="comments",
        aliases=("comments", "questions", "notes"),
        label="Questions and comments",
        kind=QuestionKind.LONG_TEXT,
    ),
)
"""What a host can ask for, with Zoom's names."""
LANGUAGE_FIELD = Question(
    name=LANGUAGE,
    label="Language of Zoom's emails",
    aliases=("language", "locale", "preferred language"),
    kind=QuestionKind.CHOICE,
    choices=tuple(Choice(value=value, label=label) for value, label in LANGUAGES),
    is_asked=False,
)
FIELDS = {one.name: one for one in (*STANDARD_FIELDS, LANGUAGE_FIELD)}
"""Every field beside first name, address, and the answers to a host's own questions."""


def with_unasked(asked: Iterable[Question]) -> tuple[Question, ...]:
    """The questions of a form, and every other field, which is not asked but accepted."""
    form = tuple(asked)
    names = {one.name for one in form}
    others = (one.model_copy(update={"is_asked": False}) for one in FIELDS.values() if one.name not in names)
    return (*form, *others)
