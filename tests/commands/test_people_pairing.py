"""Whatever the order and the separators of a list: no address is ever paired with another person's name."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.people_text import read_list

HARD_NAMES = [
    *["And", "The", "Und", "Of", "Et", "Van", "De", "La", "El", "Bin", "Ben", "Von", "Zu", "Via", "Na", "Yes", "Sales"],
    *["Dr", "Prof", "Mr", "Frau", "Sir", "Ing", "Rev", "Md", "Ma", "Mba", "Mpa", "Ii", "Jr", "Sr"],
]
"""Names that are also titles, degrees, particles, answers, and words that join others."""
# Few letters: one name is often a part of another one, or of another person's address.
WORD = st.one_of(
    st.sampled_from(HARD_NAMES),
    st.text("abz", min_size=2, max_size=7).map(str.capitalize),
    st.from_regex(r"[A-Z][a-z]{2,7}", fullmatch=True),
)


class Written(NamedTuple):
    """A person, how they are written, and what separates them from the next one."""

    first: str
    last: str
    address: str
    form: str
    separator: str


FORMS = (
    "{first} {last} <{address}>",
    "{last}, {first} <{address}>",
    '"{last}, {first}" <{address}>',
    "{last}, {first} (Sales) <{address}>",
    "{first} {last} ({address})",
    "{first} {last} {address}",
    "{first} {last}, {address}",
    "{first}, {last}, {address}",
    "{first};{last};{address}",
    "{first}\t{last}\t{address}",
    "{address}, {first}, {last}",
    "{address} {first} {last}",
    "{address} ({first} {last})",
    "<{address}> {first} {last}",
    "{first} <{address}>",
    "{first}, {address}",
    "{address}",
    "<{address}>",
    "\n{first} {last}\n",
    "• {first} {last} <{address}>",
    "1. {first} {last} {address}",
    "Dr. {first} {last}, PhD <{address}>",
)
SEPARATORS = ("\n", ";", "; ", ",", ", ", "\t", " | ", " ", "\n\n", ",\n", ";\n")


@st.composite
def written(draw: st.DrawFn) -> list[Written]:
    """People with names and addresses of their own, each written in some way."""
    words = draw(st.lists(WORD, min_size=2, max_size=12, unique_by=str.casefold))
    count = len(words) // 2
    domains = draw(st.sampled_from(["{}@x.example", "{}.{}@x.example", "a{number}@x.example"]))
    one_way = draw(st.booleans())
    form, separator = draw(st.sampled_from(FORMS)), draw(st.sampled_from(SEPARATORS))
    return [
        Written(
            first,
            last,
            domains.format(first.lower(), last.lower(), number=number),
            form if one_way else draw(st.sampled_from(FORMS)),
            separator if one_way else draw(st.sampled_from(SEPARATORS)),
        )
        for number, (first, last) in enumerate(zip(words[:count], words[count:], strict=False))
    ]


@settings(max_examples=200, deadline=None)
@given(written())
def test_no_address_gets_the_name_of_another_person(people: list[Written]) -> None:
    """Each person who is read has words of their own name only, or none."""
    text = "".join(f"{one.form.format(**one._asdict())}{one.separator}" for one in people)
    names = {one.address: {one.first, one.last} for one in people}
    for read in read_list(text).people:
        words = {*f"{read.first_name} {read.last_name}".split()}
        assert not words or words <= names[read.email], text


@settings(max_examples=200, deadline=None)
@given(written(), st.permutations(["first", "last", "address", "other"]), st.sampled_from([",", ";", "\t", "|"]))
def test_no_column_is_taken_for_another_persons_name(people: list[Written], order: list[str], separator: str) -> None:
    """A table in any order of its columns, with the name and the address of somebody else beside them."""
    headings = {"first": "First name", "last": "Surname", "address": "Attendee e-mail", "other": "Manager's name"}
    lines = [separator.join(headings[column] for column in order)]
    for one, boss in zip(people, people[1:] + people[:1], strict=True):
        values = {**one._asdict(), "other": f"{boss.first} {boss.last}"}
        lines.append(separator.join(values[column] for column in order))
    read = read_list("\n".join(lines)).people
    assert [(one.first_name, one.last_name, one.email) for one in read] == [one[:3] for one in people]
