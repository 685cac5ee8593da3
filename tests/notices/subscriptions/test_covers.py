"""What a subscription announces: the pure rule, and the query that repeats it for who sees a webinar."""

from __future__ import annotations

from itertools import product

import pytest

from bot.db.connection import Store
from bot.model.people import Account, Workspace
from bot.model.webinar import Webinar
from bot.notices.model import Feature
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import DEFAULT_FEATURES, Scope, Subscription, channel_features, covers
from bot.webinars import table as webinar_table
from bot.webinars import visibility_table
from tests.support.subscription_samples import subscription, webinar_subscription
from tests.support.webinar_samples import ACCOUNT, webinar

pytest_plugins = ["tests.support.databases"]

OTHER = Workspace(team_id="T0OTHER", enterprise_id="")
LIVE = frozenset({Feature.LIVE})
LAUNCH = webinar(created_by="U1")
WEBINARS = [
    LAUNCH,
    webinar(session_id="s2", created_by="U2"),
    webinar(session_id="s3", created_by=""),
    webinar(session_id="U1", created_by="U3"),  # an id that looks like that of a person
    webinar(session_id="s1", created_by="U1", account=ACCOUNT.model_copy(update={"name": "other"})),
    webinar(session_id="s1", created_by="U1", account=ACCOUNT.model_copy(update={"workspace": OTHER})),
]


def subscriptions() -> list[Subscription]:
    """One for each combination of what may matter, each in a channel of its own."""
    found: list[Subscription] = []
    subjects = {Scope.ALL: [""], Scope.MINE: ["U1", "U2", ""], Scope.WEBINAR: ["s1", "s2", "U1"]}
    accounts = {Scope.WEBINAR: [one.account for one in WEBINARS[-3:]]}
    for scope in Scope:
        options = product(
            subjects[scope], accounts.get(scope, [None]), ["U1", "U2", ""], [True, False], [True, False], "CGD"
        )
        for subject, account, set_by, by_organizer, by_share, kind in options:
            found.append(_one(len(found), scope, subject, account, set_by, by_organizer, by_share, kind))
    return found


def _one(number: int, scope: Scope, subject: str, account: Account | None, *rest: object) -> Subscription:
    set_by, by_organizer, by_share, kind = rest
    facts = {"scope": scope, "subject": subject, "account": account, "channel_id": f"{kind}{number}"}
    workspace = account.workspace if account else ACCOUNT.workspace
    return subscription(**facts, workspace=workspace, set_by=set_by, by_organizer=by_organizer, by_share=by_share)


async def test_the_query_and_the_rule_agree_in_every_case(store: Store) -> None:
    """Except for direct messages, which announce nothing to anybody else."""
    lines = subscriptions()
    async with store.write() as db:
        for one in WEBINARS:
            await webinar_table.save(db, one)
        for line in lines:
            await subscription_table.save(db, line)

    for one in WEBINARS:
        expected = {line.channel_id for line in lines if covers(line, one) and line.channel_id[0] in "CG"}
        for only in ("", one.session_id):
            async with store.read() as db:
                announced = await visibility_table.find(db, one.account, "U9", only)
            assert announced.places.get(one.session_id, frozenset()) == expected, one


MEMBERS = subscription(features=LIVE, set_by="U1", by_organizer=False)
ORGANIZERS = subscription(features=LIVE, set_by="U1", by_organizer=True)
MUTED = webinar_subscription(WEBINARS[1], features=frozenset())
CARD = webinar_subscription(WEBINARS[1], by_share=True)
CARD_ELSEWHERE = webinar_subscription(WEBINARS[1], by_share=True, channel_id="C2")


@pytest.mark.parametrize(
    ("lines", "about", "expected"),
    [
        ([ORGANIZERS], WEBINARS[1], {"C1": LIVE}),
        ([ORGANIZERS], WEBINARS[2], {"C1": LIVE}),
        ([MEMBERS], LAUNCH, {"C1": LIVE}),
        ([MEMBERS], WEBINARS[1], {}),
        ([MEMBERS], WEBINARS[2], {}),
        ([MEMBERS, CARD], WEBINARS[1], {"C1": LIVE | DEFAULT_FEATURES}),
        ([CARD, MEMBERS], WEBINARS[1], {"C1": LIVE | DEFAULT_FEATURES}),
        ([MEMBERS, CARD_ELSEWHERE], WEBINARS[1], {"C2": DEFAULT_FEATURES}),
        ([MEMBERS, MUTED], WEBINARS[1], {}),
        ([ORGANIZERS, MUTED], WEBINARS[1], {}),
        ([subscription(set_by="", by_organizer=False)], WEBINARS[2], {}),
    ],
)
def test_a_members_subscription_to_all_announces_nothing_new(
    lines: list[Subscription], about: Webinar, expected: dict[str, frozenset[Feature]]
) -> None:
    """It covers their own webinars, and what has its card in the channel; an organizer's covers all."""
    assert {each.channel_id: each.features for each in channel_features(about, lines)} == expected
