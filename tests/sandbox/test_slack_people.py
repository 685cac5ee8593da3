"""Team, users and conversations, read with Slack's client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import SandboxClock
from sandbox.ringcentral.company import Company
from sandbox.slack import Slack
from tests.sandbox.slack_app import refusal


async def test_auth_test_names_the_bot(web: AsyncWebClient) -> None:
    """A bot token belongs to the app's bot user in Acme; scopes are in the header that Bolt reads."""
    answer = await web.auth_test()
    assert (answer["team"], answer["team_id"], answer["user_id"]) == ("Acme", "T0ACME", "U0GREENROOM")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_token_missing_wrong_or_of_the_other_kind_is_refused(slack: Slack) -> None:
    """Each has its own code."""
    base = f"{slack.url}/api/"
    assert await refusal(AsyncWebClient(base_url=base).auth_test()) == "not_authed"
    assert await refusal(AsyncWebClient("xoxb-someone-else", base_url=base).auth_test()) == "invalid_auth"
    assert await refusal(AsyncWebClient(slack.app_token, base_url=base).auth_test()) == "not_allowed_token_type"


async def test_unknown_method_is_refused(web: AsyncWebClient) -> None:
    """As Slack does it."""
    assert await refusal(web.api_call("dogs.list")) == "unknown_method"
    assert await refusal(web.api_call("users.info")) == "invalid_arguments"


async def test_token_and_arguments_come_as_form_json_or_query(slack: Slack, web: AsyncWebClient) -> None:
    """All three ways of Slack's documentation."""
    bare = AsyncWebClient(base_url=f"{slack.url}/api/")
    by_form = await bare.api_call("users.info", params={"token": slack.bot_token, "user": "U0ANA"})
    by_json = await web.api_call("users.info", json={"user": "U0ANA"})
    by_get = await web.api_call("users.info", http_verb="GET", params={"user": "U0ANA"})
    assert [a["user"]["name"] for a in (by_form, by_json, by_get)] == ["ana", "ana", "ana"]


async def test_users_info_knows_zone_mail_and_role(web: AsyncWebClient) -> None:
    """An owner, a guest and a user of another organization differ as in Slack."""
    ana = (await web.users_info(user="U0ANA", include_locale=True))["user"]
    gia = (await web.users_info(user="U0GIA"))["user"]
    hal = (await web.users_info(user="U0HAL"))["user"]
    assert (ana["tz"], ana["profile"]["email"], ana["locale"]) == ("Europe/Madrid", "ana@acme.example", "en-US")
    assert (ana["is_owner"], ana["is_primary_owner"], ana["is_admin"]) == (True, True, True)
    assert (gia["is_restricted"], gia["is_ultra_restricted"], gia["is_admin"]) == (True, False, False)
    assert (hal["team_id"], hal["is_stranger"], "locale" in hal) == ("T0OTHER", True, False)
    assert await refusal(web.users_info(user="U0NOBODY")) == "user_not_found"


async def test_profiles_have_first_and_last_names(web: AsyncWebClient) -> None:
    """For prefilling forms; the app itself has no last name and no address."""
    profiles = [(await web.users_info(user=user))["user"]["profile"] for user in ("U0CHLOE", "U0HAL", "U0GREENROOM")]
    assert [(p["first_name"], p["last_name"], p["real_name"], p.get("email")) for p in profiles] == [
        ("Chloé", "Martin", "Chloé Martin", "chloe@acme.example"),
        ("Hal", "Stone", "Hal Stone", "hal@other.example"),
        ("Greenroom", "", "Greenroom", None),
    ]


def test_one_member_is_not_in_ringcentrals_directory() -> None:
    """Finn: to test a user who cannot be a co-host."""
    company, slack = Company(), Slack(SandboxClock())
    members = [person for person in slack.world.people.values() if person.role in ("owner", "admin", "member")]
    assert [person.name for person in members if company.by_email(person.email) is None] == ["finn"]


async def test_person_can_refuse_the_apps_dms(slack: Slack, web: AsyncWebClient) -> None:
    """By every method, until they allow them again; messages scheduled meanwhile are lost. Channels are unaffected."""
    slack.scopes |= {"im:write", "files:write"}
    soon = int(slack.clock.now().timestamp()) + 60
    await web.chat_scheduleMessage(channel="D0FINN", text="later", post_at=soon)
    slack.refuse_dms("finn")
    refusals = [
        web.chat_postMessage(channel="U0FINN", text="x"),
        web.chat_postMessage(channel="D0FINN", text="x"),
        web.chat_scheduleMessage(channel="D0FINN", text="x", post_at=soon),
        web.conversations_open(users="U0FINN"),
        web.files_upload_v2(channel="D0FINN", filename="a.txt", content="a"),
    ]
    assert [await refusal(call) for call in refusals] == ["messages_tab_disabled"] * 5
    slack.refuse_dms("finn", "cannot_dm_bot")
    assert await refusal(web.chat_postMessage(channel="U0FINN", text="x")) == "cannot_dm_bot"
    await slack.move(120)
    assert (await web.chat_postEphemeral(channel="C0LAUNCH", user="U0FINN", text="here"))["ok"]
    slack.refuse_dms("finn", "")
    await web.chat_postMessage(channel="U0FINN", text="again")
    assert [message.text for message in slack.messages("@finn")] == ["again"]


async def test_users_info_zone_follows_the_domain_clock(slack: Slack, web: AsyncWebClient) -> None:
    """Half a year later Madrid has its other UTC offset."""
    seen = set()
    for _ in range(4):
        user = (await web.users_info(user="U0ANA"))["user"]
        seen.add((user["tz_label"], user["tz_offset"]))
        slack.clock.move(timedelta(days=90))
    assert seen == {("Central European Time", 3600), ("Central European Summer Time", 7200)}


async def test_lookup_by_email_finds_own_people_only(web: AsyncWebClient) -> None:
    """Acme cannot look up addresses of the other organization."""
    assert (await web.users_lookupByEmail(email="Emi@acme.example"))["user"]["id"] == "U0EMI"
    assert await refusal(web.users_lookupByEmail(email="hal@other.example")) == "users_not_found"


async def test_users_list_pages_by_cursor(web: AsyncWebClient) -> None:
    """Slack's client follows the pages by itself."""
    found = [user["id"] async for page in await web.users_list(limit=4) for user in page["members"]]
    assert (len(found), len(set(found))) == (9, 9)
    assert await refusal(web.users_list(cursor="nonsense!")) == "invalid_cursor"


async def test_private_channel_without_the_bot_does_not_exist(web: AsyncWebClient) -> None:
    """The app never sees #board."""
    assert await refusal(web.conversations_info(channel="C0BOARD")) == "channel_not_found"
    types = "public_channel,private_channel"
    listed = [c["name"] for c in (await web.conversations_list(types=types))["channels"]]
    assert listed == ["general", "launch", "marketing", "partners", "random"]
    assert await refusal(web.conversations_list(types="telegram")) == "invalid_types"


async def test_conversations_info_says_membership_and_sharing(web: AsyncWebClient) -> None:
    """Enough to decide where a card can be posted."""
    launch = (await web.conversations_info(channel="C0LAUNCH", include_num_members=True))["channel"]
    partners = (await web.conversations_info(channel="C0PARTNERS"))["channel"]
    general = (await web.conversations_info(channel="C0GENERAL"))["channel"]
    assert (launch["is_member"], launch["num_members"], launch["is_ext_shared"]) == (True, 8, False)
    assert (partners["is_ext_shared"], general["is_member"], general["is_general"]) == (True, False, True)


async def test_conversations_list_leaves_archived_ones_out_when_asked(slack: Slack, web: AsyncWebClient) -> None:
    """exclude_archived."""
    slack.channel("#random").archived = True
    kept = (await web.conversations_list(exclude_archived=True))["channels"]
    assert "random" not in [channel["name"] for channel in kept]


async def test_conversations_members_pages(web: AsyncWebClient) -> None:
    """Two pages of the shared channel."""
    first = await web.conversations_members(channel="C0PARTNERS", limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = await web.conversations_members(channel="C0PARTNERS", limit=3, cursor=cursor)
    assert first["members"] + second["members"] == ["U0ANA", "U0CHLOE", "U0GIA", "U0HAL", "U0GREENROOM"]
    assert second["response_metadata"]["next_cursor"] == ""


async def test_conversations_open_gives_the_dm(slack: Slack, web: AsyncWebClient) -> None:
    """One user's DM with the app; group DMs are not part of the sandbox."""
    slack.scopes |= {"im:write"}
    assert (await web.conversations_open(users="U0BEN"))["channel"]["id"] == "D0BEN"
    assert (await web.conversations_open(channel="D0BEN", return_im=True))["channel"]["user"] == "U0BEN"
    assert await refusal(web.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await refusal(web.conversations_open(users="")) == "users_list_not_supplied"


async def test_team_info_names_the_workspace(slack: Slack, web: AsyncWebClient) -> None:
    """And refuses other teams."""
    slack.scopes |= {"team:read"}
    assert (await web.team_info())["team"]["domain"] == "acme"
    assert (await web.team_info(team="T0OTHER"))["team"]["name"] == "Globex"
    assert await refusal(web.team_info(team="T0NONE")) == "team_not_found"


async def test_person_is_found_by_first_name_and_channel_by_name(slack: Slack) -> None:
    """The names that tests use."""
    assert (slack.user_id("Chloe"), slack.channel("#launch").id, slack.channel("@ana").id) == (
        "U0CHLOE",
        "C0LAUNCH",
        "D0ANA",
    )


async def test_calls_are_logged_without_tokens(slack: Slack, web: AsyncWebClient) -> None:
    """Method, result, and machine time."""
    await web.users_info(user="U0ANA")
    await refusal(web.users_info(user="U0NOBODY"))
    assert [(c.method, c.ok, c.error, c.status) for c in slack.calls] == [
        ("users.info", True, "", 200),
        ("users.info", False, "user_not_found", 200),
    ]
    assert (datetime.now(UTC) - slack.calls[0].at).total_seconds() < 60  # noqa: TID251 - compares with the machine
    assert slack.bot_token not in repr(slack.calls)
