"""User groups: their users, and mentions in commands."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack, UserGroup
from tests.sandbox.slack_app import BoltApp, Browser, refusal


async def test_user_groups_are_listed_with_people_when_asked(slack: Slack, web: AsyncWebClient) -> None:
    """Without members, with members, with their number; a disabled group only on request."""
    slack.scopes |= {"usergroups:read"}
    plain = (await web.usergroups_list())["usergroups"]
    assert [(g["id"], g["handle"], g["name"], "users" in g) for g in plain] == [
        ("S0EVENTS", "events", "Events", False),
        ("S0LEADS", "leads", "Leads", False),
    ]
    slack.groups["S0OLD"] = UserGroup("S0OLD", "old", "Old", ["U0DEV"], disabled=True)
    full = await web.usergroups_list(include_users=True, include_count=True, include_disabled=True)
    assert [(g["handle"], g["users"], g["user_count"], bool(g["date_delete"])) for g in full["usergroups"]] == [
        ("events", ["U0BEN", "U0EMI"], 2, False),
        ("leads", ["U0ANA", "U0BEN"], 2, False),
        ("old", ["U0DEV"], 1, True),
    ]


async def test_people_of_a_user_group_are_listed(slack: Slack, web: AsyncWebClient) -> None:
    """As of now; a disabled or unknown group is refused."""
    slack.scopes |= {"usergroups:read"}
    slack.groups["S0EVENTS"].users.append("U0DEV")
    assert (await web.usergroups_users_list(usergroup="S0EVENTS"))["users"] == ["U0BEN", "U0EMI", "U0DEV"]
    slack.groups["S0EVENTS"].disabled = True
    assert await refusal(web.usergroups_users_list(usergroup="S0EVENTS")) == "no_such_subteam"
    assert (await web.usergroups_users_list(usergroup="S0EVENTS", include_disabled=True))["users"]
    assert await refusal(web.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"


async def test_command_escapes_user_groups_beside_people(slack: Slack, bolt: BoltApp) -> None:
    """Existing handles become ids, also before a comma or a full stop; other text is unchanged."""
    bolt.responds()
    slack.commands.append({"command": "/webinar", "should_escape": True})
    await slack.command("ana", "#launch", "/webinar", "invite next @ben, @events. @nobody a@events @leads")
    slack.groups["S0LEADS"].disabled = True
    await slack.command("ana", "#launch", "/webinar", "@leads @chloe")
    assert [body["text"] for body in bolt.heard] == [
        "invite next <@U0BEN|ben>, <!subteam^S0EVENTS|@events>. @nobody a@events <!subteam^S0LEADS|@leads>",
        "@leads <@U0CHLOE|chloe>",
    ]


async def test_command_escapes_links_and_addresses(slack: Slack, bolt: BoltApp) -> None:
    """In brackets, as Slack's client detects them; similar text is unchanged."""
    bolt.responds()
    slack.commands.append({"command": "/webinar", "should_escape": True})
    typed = "invite next jo@example.com,@ben (ann@example.com) a@ben see https://example.com/a?b=c. http://"
    await slack.command("ana", "#launch", "/webinar", typed)
    assert bolt.heard[0]["text"] == (
        "invite next <mailto:jo@example.com|jo@example.com>,<@U0BEN|ben> (<mailto:ann@example.com|ann@example.com>) "
        "a@ben see <https://example.com/a?b=c>. http://"
    )


async def test_page_knows_the_user_groups(slack: Slack, browser: Browser) -> None:
    """The enabled ones, for completion and for the names of mentions."""
    slack.groups["S0LEADS"].disabled = True
    assert (await browser.snapshot("U0ANA"))["groups"] == [{"id": "S0EVENTS", "handle": "events", "name": "Events"}]
