"""The file of a follow-up for a mailing tool: one row for each person, with the text for them. Pure.

The columns are documented in docs/reports.md; their names and their order do not change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.model.webinar import Webinar, one_line_title
from bot.reports.follow_up import placeholders
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.audience import Addressee
from bot.reports.follow_up.run_table import FollowUpRun
from bot.reports.follow_up.wording import GROUP_LABELS

FILE_NAME = "follow-up.csv"
HEADER = ("First name", "Last name", "Email", "Group", "Message", "Webinar", "Recording", "Not reached in Slack")


def mail_rows(
    webinar: Webinar, run: FollowUpRun, people: Sequence[Addressee], not_reached: Mapping[str, str]
) -> list[list[str]]:
    """The rows, by group and name. `not_reached` has the reason of those who got no direct message, by registrant."""
    order = {group: place for place, group in enumerate(GROUP_LABELS)}
    in_order = sorted(people, key=lambda one: (order[one.group], one.last_name.casefold(), one.first_name.casefold()))
    return [_row(webinar, run, one, not_reached.get(one.registrant_id, "")) for one in in_order]


def _row(webinar: Webinar, run: FollowUpRun, person: Addressee, problem: str) -> list[str]:
    values = follow_up_texts.plain_values(webinar, run.recording, person.first_name)
    return [
        person.first_name,
        person.last_name,
        person.email,
        GROUP_LABELS[person.group],
        placeholders.merge(run.texts[person.group], values),
        one_line_title(webinar.title),
        run.recording,
        problem,
    ]
