"""The CSV file of a report: documented columns, one row for each person, no formulas."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.csv_export import unescape
from bot.reports.model import PersonRow
from bot.reports.person_file import COLUMNS, person_csv
from tests.support.docs_tables import table
from tests.support.report_view_samples import PERSON_ROWS, person


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_row_has_what_the_documentation_promises() -> None:
    """In the documented order; keys of external ids follow, most frequent first."""
    iris = person(external_ids=(("lid", "12"), ("oid", "4@56"), ("lid", "13")), late=True)
    joan = person(first_name="Joan", external_id="A-7", attended=False, first_joined=None, last_left=None, minutes=0)
    lid = person(first_name="Lia", external_ids=(("lid", ""), ("email", "x@y.example")), after_event=True, is_team=True)
    content = person_csv([iris, joan, lid])
    header = content.decode("utf-8-sig").splitlines()[0].split(",")
    assert header == [*COLUMNS, "lid", "oid"]
    assert rows_of(content)[0] == {
        "First name": "Iris",
        "Last name": "Moreno",
        "Email": "iris@acme.example",
        "Source": "newsletter",
        "External ID": "",
        "Registered (UTC)": "2026-11-19 13:20",
        "Attended": "yes",
        "First joined (UTC)": "2026-11-21 13:21",
        "Last left (UTC)": "2026-11-21 14:13",
        "Minutes": "52",
        "Late": "yes",
        "Left early": "no",
        "After the event": "no",
        "Team": "no",
        "lid": "12; 13",
        "oid": "4@56",
    }
    second, third = rows_of(content)[1:]
    assert (second["External ID"], second["Attended"], second["Minutes"], second["lid"]) == ("A-7", "no", "", "")
    # A key that would be read as another column of a list stays in the whole external id.
    assert (third["External ID"], third["After the event"], third["Team"]) == ("lid=&email=x%40y.example", "yes", "yes")


def test_the_columns_are_documented() -> None:
    """docs/reports.md lists them in their order."""
    assert tuple(row[0] for row in table("reports.md", "column")) == COLUMNS


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "a;=1", "＝1"])
def test_no_cell_is_a_formula(value: str) -> None:
    """Names, addresses, sources and external ids come from outside."""
    bad = person(first_name=value, last_name=value, email=value, source=value, external_id=value)
    named = person(external_ids=((value, value),))
    for one in (bad, named):
        for row in csv.reader(io.StringIO(person_csv([one]).decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))]


@settings(deadline=None, max_examples=25)
@given(st.lists(PERSON_ROWS, max_size=20))
def test_a_file_has_a_row_for_each_person_as_they_are(people: list[PersonRow]) -> None:
    """For any content: nothing is lost, and times are in UTC."""
    rows = rows_of(person_csv(people))
    assert len(rows) == len(people)
    for row, one in zip(rows, people, strict=True):
        assert unescape(row["First name"]) == one.first_name
        assert unescape(row["Email"]) == one.email
        if one.registered_at:
            at = datetime.strptime(f"{row['Registered (UTC)']}+0000", "%Y-%m-%d %H:%M%z")
            assert at == one.registered_at.replace(second=0, microsecond=0)
