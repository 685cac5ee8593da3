"""Forms: a modal that may be closed while its work runs delivers the result, and few views have many fields."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.project.test_structure import views
from tests.support import flows
from tests.support.processes import ROOT

CLOSABLE = {
    "cancel.working": "cancel",
    "create.working": "create",
    "defaults.working": "defaults",
    "door.menu_working": "registration",
    "door.working": "limit",
    "edit.working": "edit",
    "enrol.working": "register_one",
    "seat.working": "seat",
    "team.working": "team",
    "report.reading": "",
}
"""The flow of each view that says that it may be closed.

`test_windows.py` closes it while its work runs, and finds the result in a direct message.
"""
REPORT_STORY = ("tests/stories/test_report.py", "test_in_a_modal_the_report_comes_by_direct_message")
"""The story that closes the only view without such a flow: a report is long, and nothing is submitted."""

MOST_FIELDS = 6
MANY_FIELDS = {
    "create.form": "where several providers are connected: where, what kind, and how often",
    "edit.form": "once the time zone is changed: whether the moment stays",
    "settings.form": "More Settings: all of them optional, and set once",
    "enrol.form": "once More Fields is pressed: what an organizer's own systems need",
}
"""The forms with more than six fields in some state, and which state that is."""
LONG_AT_ONCE = {"settings.form"}
"""Those that open with more than six."""


def modals() -> list[dict[str, Any]]:
    """Every modal in each of its states."""
    return [view for view in views() if view.get("type") == "modal"]


def test_a_view_that_may_be_closed_belongs_to_a_flow_that_is_closed_in_a_story() -> None:
    """In both directions; and no form that is still to be sent says so."""
    closable = [view for view in modals() if "can close this window" in str(view["blocks"])]
    assert {view["callback_id"] for view in closable} == set(CLOSABLE)
    assert [view["callback_id"] for view in closable if "submit" in view] == []
    closed = {flow.__name__ for steps in flows.ROUNDS for flow in steps}
    assert {name for name in CLOSABLE.values() if name} <= closed
    path, story = REPORT_STORY
    assert f"async def {story}(" in (ROOT / path).read_text(encoding="utf-8")


def test_forms_have_few_fields() -> None:
    """At most six when a form opens, or in any of its states, or a reason."""
    counts: dict[str, list[int]] = defaultdict(list)
    for view in modals():
        counts[view["callback_id"]].append(sum(block["type"] == "input" for block in view["blocks"]))
    assert {name for name, found in counts.items() if max(found) > MOST_FIELDS} == set(MANY_FIELDS)
    assert {name for name, found in counts.items() if min(found) > MOST_FIELDS} == LONG_AT_ONCE
