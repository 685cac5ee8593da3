"""The figures of a report, one rule at a time; the story with 300 people checks them together."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from bot.model.team import Role
from bot.reports.definitions import DEFINITIONS
from bot.reports.funnel import report_of
from bot.reports.model import MAX_GROUPS, MAX_POINTS, Disagreement, Group, GroupKind, Report, TeamCounts
from tests.support.processes import ROOT
from tests.support.report_samples import BEGAN, at, circumstances, presence, report, signup
from tests.support.rows import each_row


def figures(found: Report, *names: str) -> list[Any]:
    """Some figures of a report."""
    return [getattr(found, name) for name in names]


def test_registrants_are_attended_or_absent_by_the_registration() -> None:
    """The history adds when; it does not decide who attended."""
    found = report_of(
        [signup("A", "1"), signup("B"), signup("C", "3"), signup("D")],
        [presence("1", registrant="A"), presence("4", 30, 40, registrant="D")],
        circumstances(),
    )

    assert figures(found, "registered", "attended", "absent") == [4, 2, 2]
    assert found.disagreement == Disagreement(only_registration=1, only_history=1)
    assert (found.disagreement.total, found.peak) == (2, 2)
    assert figures(found, "stayed", "left_early", "late") == [1, 0, 0]


def test_the_team_is_in_no_figure_of_the_audience() -> None:
    """Not among the registered either, if they registered and came as the team as well."""
    team = [
        presence("1", role=Role.HOST, hash="a"),
        presence("2", role=Role.COHOST, hash="b"),
        presence("3", role=Role.PANELIST, hash="c"),
        presence("4", registrant="C", hash="c"),
    ]
    found = report_of([signup("C", "4"), signup("D")], team, circumstances())

    assert found.team == TeamCounts(hosts=1, cohosts=1, panelists=1, registered=1)
    assert found.team.attended == 3
    assert figures(found, "registered", "attended", "absent", "peak", "without_registrant") == [1, 0, 1, 0, 0]
    assert [point.present for point in found.curve] == [0] * MAX_POINTS


def test_those_who_register_after_the_event_are_counted_apart() -> None:
    """For the recording: they are neither registered nor absent."""
    found = report_of(
        [signup("A", "1"), signup("B", "2", after=True), signup("C", after=True)],
        [presence("1", registrant="A")],
        circumstances(),
    )

    assert figures(found, "registered", "attended", "absent", "after_event") == [1, 1, 0, 2]
    assert [(one.name, one.registered) for one in found.by_source] == [("", 1)]
    assert (found.disagreement.total, found.registrations[-1].registered) == (0, 1)


def test_a_webinar_without_registration_is_counted_from_participants_alone() -> None:
    """Everybody in the audience attended."""
    people = [presence("1", hash="a"), presence("2", hash="a"), presence("3", 20, 30), presence("4", role=Role.HOST)]

    found = report_of([], people, circumstances(has_registration=False, limit=None))

    assert figures(found, "registered", "attended", "absent", "without_registrant") == [0, 2, 0, 0]
    assert figures(found, "stayed", "left_early", "late", "peak", "minutes") == [1, 1, 1, 2, 35]
    assert (found.by_source, found.registrations, found.rate) == ((), (), 0)


def test_participants_without_a_registrant_are_counted_apart() -> None:
    """Those without an id, and those whose registration is not there any more. They were there all the same."""
    people = [presence("1", registrant="A"), presence("2"), presence("3", registrant="gone")]

    found = report_of([signup("A", "1")], people, circumstances())

    assert figures(found, "attended", "without_registrant", "peak") == [1, 2, 3]


def test_nobody_registered_and_nobody_came() -> None:
    """Zeros, and no time of the most."""
    found = report_of([], [], circumstances())

    assert (found.registered, found.attended, found.minutes, found.peak, found.peak_at) == (0, 0, 0, 0, None)
    assert (found.by_source, found.by_external_id, found.registrations) == ((), (), ())


@each_row(
    ("external_id", "groups"),
    [
        ("", [(GroupKind.NONE, "")]),
        ("lid=123&oid=4%4056", [(GroupKind.NAMED, "lid"), (GroupKind.NAMED, "oid")]),
        ("lid=1&lid=2", [(GroupKind.NAMED, "lid")]),
        ("team=T1&user=U1", [(GroupKind.NONE, "")]),
        ("team=sales", [(GroupKind.NAMED, "team")]),
        ("00Q5g00000abc==", [(GroupKind.PLAIN, "")]),
        ("jane@example.com=1", [(GroupKind.OTHERS, "")]),
        ("=1", [(GroupKind.OTHERS, "")]),
        ("k" * 65 + "=1", [(GroupKind.OTHERS, "")]),
    ],
)
def test_external_ids_are_grouped_by_their_keys(external_id: str, groups: list[tuple[GroupKind, str]]) -> None:
    """The values may say who it is: they are in no group."""
    found = report_of([signup("A", "1", external_id=external_id)], [], circumstances())

    assert [(one.kind, one.name) for one in found.by_external_id] == groups
    assert {(one.registered, one.attended) for one in found.by_external_id} == {(1, 1)}


def test_many_sources_end_in_one_group_of_others() -> None:
    """The largest have their own; nobody is missing, and nobody counts twice."""
    people = [
        signup(f"{source}-{number}", "x" if number == 0 else "", source=f"source {source:02}")
        for source in range(30)
        for number in range(30 - source)
    ]
    people += [signup("none"), signup("address", source="jane@example.com")]

    found = report_of(people, [], circumstances())

    assert len(found.by_source) == MAX_GROUPS
    assert [one.name for one in found.by_source[:2]] == ["source 00", "source 01"]
    assert [one.kind for one in found.by_source[-2:]] == [GroupKind.OTHERS, GroupKind.NONE]
    assert sum(one.registered for one in found.by_source) == found.registered == len(people)
    assert sum(one.attended for one in found.by_source) == found.attended == 30
    assert "jane" not in found.model_dump_json()


def test_a_registrant_with_several_small_keys_counts_once_among_the_others() -> None:
    """Groups of external ids overlap."""
    keys = "&".join(f"small{number}=1" for number in range(5))
    people = [signup(f"{n}-{m}", external_id=f"key{n:02}=1") for n in range(12) for m in range(2)]

    found = report_of([*people, signup("one", external_id=keys)], [], circumstances())

    [others] = [one for one in found.by_external_id if one.kind is GroupKind.OTHERS]
    assert (others.registered, len(found.by_external_id)) == (3, MAX_GROUPS)


def test_registrations_over_time_end_with_all_of_them() -> None:
    """At most twenty points; those without a time count from the beginning."""
    people = [signup(str(number), days=-number) for number in range(1, 41)]
    unknown = [signup("x")]
    unknown = [
        type(one)(one.registrant_id, "", None, is_after_event=False, source=one.source, external_ids=())
        for one in unknown
    ]

    found = report_of([*people, *unknown], [], circumstances(limit=50))

    counts = [one.registered for one in found.registrations]
    assert (len(counts), counts[0], counts[-1], found.limit) == (MAX_POINTS, 2, 41, 50)
    assert counts == sorted(counts)
    assert (found.registrations[0].at, found.registrations[-1].at) == (BEGAN - timedelta(days=40), at(60))


def test_a_report_survives_its_storage() -> None:
    """As JSON, which has no names in it."""
    whole = report()

    assert Report.model_validate_json(whole.model_dump_json()) == whole
    assert {"first_name", "email"}.isdisjoint(json.loads(whole.model_dump_json()))


def test_each_figure_has_a_definition() -> None:
    """And each definition is of a figure."""
    others = {"has_registration", "start", "end", "peak_at", "limit", "by_source", "by_external_id", "complete"}

    assert set(DEFINITIONS) == set(Report.model_fields) - others - {"read_at"}


def test_the_page_defines_each_figure_in_the_same_words() -> None:
    """docs/reports.md quotes the definitions, which the messages quote as well."""
    section = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8").partition("## What each figure counts")[2]
    rows = re.findall(r"^\| [A-Z][^|]* \| (.+) \|$", section.partition("\n## ")[0], re.MULTILINE)

    assert rows == list(DEFINITIONS.values())


def test_a_rate_is_of_those_who_registered() -> None:
    """0 where nobody did."""
    assert (report().rate, Group(name="x", registered=0, attended=0).rate) == (131 / 212, 0)


def test_the_history_says_who_came_if_the_registration_does_not() -> None:
    """Some providers list registrants without saying who joined; the two lists cannot disagree then."""
    signups = [signup("1", source="mail"), signup("2"), signup("3")]
    presences = [presence("a", registrant="1"), presence("b", 0, 5, registrant="2"), presence("c")]

    found = report_of(signups, presences, circumstances(are_joins_registered=False))

    assert (found.registered, found.attended, found.absent, found.stayed) == (3, 2, 1, 1)
    assert (found.without_registrant, found.disagreement) == (1, Disagreement())
    assert [(one.name, one.attended) for one in found.by_source] == [("mail", 1), ("", 1)]
    assert report_of(signups, presences, circumstances()).attended == 0
