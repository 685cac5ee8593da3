"""Create a webinar from Slack: the form, its errors, the two vendor calls, the result and the card."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.creation import draft_table
from sandbox.slack import Message, View
from tests.support.block_kit import check_message, check_view
from tests.support.world import World


async def test_create_makes_one_webinar_with_two_calls_and_one_later_read(world: World) -> None:
    """The main flow: a command, a form, two vendor calls, the result in the modal, a card in the channel."""
    before = len(world.vendor_calls())

    result = await world.create("chloe", "Launch day", fields={"Announce in": "#launch"})

    assert result.title == "Webinar created"
    assert "Start as Host" in result.buttons
    (card,) = world.slack.messages("#launch")
    assert card.buttons == [
        *("Register", "Details", "Add to Calendar"),
        *("Edit", "Registration", "Team", "Registrants", "Refresh"),
    ]
    calls = world.vendor_calls()[before:]
    (webinar,) = world.ringcentral.webinars()
    assert calls == [
        "POST /webinar/configuration/v1/webinars",
        f"POST /webinar/configuration/v1/webinars/{webinar['webinar_id']}/sessions",
        f"GET /webinar/registration/v1/sessions/{webinar['session_id']}",
    ]


async def test_create_opens_the_form_prefilled_from_the_words(world: World) -> None:
    """The time at the end is parsed in the user's zone; the title is kept as typed."""
    await world.command("chloe", "#launch", "create May Day planning tomorrow 3pm for 45m")

    view = world.slack.view("chloe")
    values = {block.split(":")[0]: next(iter(state.values())) for block, state in view.values.items()}
    assert values["title"]["value"] == "May Day planning"
    start = datetime.fromtimestamp(values["starts"]["selected_date_time"], UTC)
    assert (start - world.clock.now()) < timedelta(days=2)
    assert values["length"]["value"] == "45 minutes"
    assert view.labels == ["Title", "Starts", "Length", "Who is it for?", "Description", "Announce in"]
    check_view(view.body)


async def test_create_form_opens_with_one_slack_call_the_second_time(world: World) -> None:
    """A user is looked up once; later the modal is the only call. No vendor call."""
    await world.command("chloe", "#launch", "create")
    await world.slack.close("chloe", world.slack.view("chloe"))
    slack_calls, vendor_calls = len(world.slack.calls), len(world.vendor_calls())

    await world.command("chloe", "#launch", "create")

    assert [call.method for call in world.slack.calls[slack_calls:]] == ["views.open"]
    assert len(world.vendor_calls()) == vendor_calls


async def test_create_reports_all_mistakes_at_once_and_makes_nothing(world: World) -> None:
    """A start in the past, too long a length, an unreachable channel: each under its field, before any vendor call."""
    before = len(world.vendor_calls())
    await world.command("ana", "#launch", "create")

    outcome = await world.slack.submit(
        "ana",
        world.slack.view("ana"),
        {
            "Title": "x" * 600,
            "Starts": world.clock.now() - timedelta(hours=1),
            "Length": "13h",
            "Announce in": "#board",
        },
    )

    fields = {block.split(":")[0]: text for block, text in outcome.errors.items()}
    assert set(fields) == {"title", "starts", "length", "announce_in"}
    assert "/invite @Greenroom" in fields["announce_in"]
    assert world.vendor_calls()[before:] == []


async def test_create_sent_twice_makes_one_webinar(world: World) -> None:
    """A double click on Create Webinar makes one webinar, reports no problem, and leaves no draft to resume."""
    await world.command("chloe", "#launch", "create")
    view = world.slack.view("chloe")
    values = {"Title": "Once", "Starts": world.clock.now() + timedelta(days=1)}

    outcomes = await asyncio.gather(*(world.slack.submit("chloe", view, values) for _ in range(2)))
    await world.settled()

    assert [(outcome.ok, outcome.errors) for outcome in outcomes] == [(True, {})] * 2
    assert [webinar["title"] for webinar in world.ringcentral.webinars()] == ["Once"]
    assert world.vendor_calls().count("POST /webinar/configuration/v1/webinars") == 1
    assert world.slack.view("chloe").title == "Webinar created"
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "create")
    form = world.slack.view("chloe")
    assert form.values[_block(form, "title")]["create.change"]["value"] is None


async def test_create_sends_every_setting_that_was_chosen(world: World) -> None:
    """More Settings are kept in the form and sent to RingCentral."""
    await world.command("chloe", "#launch", "create")
    root = world.slack.view("chloe")
    await world.slack.fill("chloe", root, {"Title": "All hands"})
    await world.click("chloe", root, "More Settings")
    more = world.slack.view("chloe")
    check_view(more.body)
    await world.slack.submit(
        "chloe",
        more,
        {
            "recording": ["autoRecord"],
            "questions": [],
            "attendeeAuthentication": "AuthenticatedCoworker",
            "password": "s3cret-word",
            "postWebinarRedirectUri": "https://acme.example/thanks",
            "panelJoinTimeOffset": "900",
            "localeCode": "de-DE",
        },
    )
    await world.settled()
    form = world.slack.view("chloe")
    assert "Changed under More Settings" in form.words

    await world.slack.submit("chloe", form, {"Starts": world.clock.now() + timedelta(days=1)})
    await world.settled()

    (made,) = world.ringcentral.dump()["webinars"].values()
    settings = made["settings"] if "settings" in made else made["fields"]["settings"]
    assert settings["autoRecord"] is True
    assert settings["qnaEnabled"] is False
    assert settings["attendeeAuthentication"] == "AuthenticatedCoworker"
    assert settings["password"] == "s3cret-word"
    assert settings["postWebinarRedirectUri"] == "https://acme.example/thanks"
    assert settings["registrationEnabled"] is True


async def test_create_for_everyone_has_a_join_button_and_no_registration(world: World) -> None:
    """A webinar without registration has one shared link, which its card may show."""
    await world.create(
        "chloe", "All hands", fields={"Who is it for?": "Everyone with the link", "Announce in": "#launch"}
    )

    (card,) = world.slack.messages("#launch")
    assert card.buttons == ["Join", "Details", "Add to Calendar", "Edit", "Team", "Refresh"]
    check_message(card.text, card.blocks)


async def test_create_by_someone_outside_the_directory_says_who_hosts(world: World) -> None:
    """Finn is not in RingCentral's directory: the form says that the service user hosts."""
    await world.command("finn", "#launch", "create")
    assert "Greenroom Service will be the host" in world.slack.view("finn").words

    await world.create("finn", "Design review", fields={"Announce in": "#launch"})

    (card,) = world.slack.messages("#launch")
    assert "Greenroom Service" in card.words


async def test_create_result_is_a_dm_when_the_modal_was_closed(world: World) -> None:
    """If "Creating…" is closed, the result is sent as a DM."""
    world.ringcentral.fail("POST", "/sessions$", status=None, effect=True, hang=0.5)
    await world.command("chloe", "#launch", "create")
    await world.slack.submit(
        "chloe", world.slack.view("chloe"), {"Title": "Slow one", "Starts": world.clock.now() + timedelta(days=1)}
    )
    await world.slack.close("chloe", world.slack.view("chloe"))
    await world.settled()

    message = world.last("@chloe")
    assert "Slow one" in message.words
    check_message(message.text, message.blocks)


async def test_create_refused_by_ringcentral_reopens_filled(world: World) -> None:
    """A refusal creates nothing, shows the reason, and the form reopens filled."""
    world.ringcentral.fail("POST", "/sessions$", status=403)
    failed = await world.create("chloe", "Refused", fields={"Length": "2h", "Description": "Typed with care"})
    assert failed.title == "Not created"
    assert world.ringcentral.webinars() == []
    assert world.ringcentral.dump().get("webinars", {}) == {}

    await world.click("chloe", failed, "Back to the Form")
    form = world.slack.view("chloe")
    values = {block.split(":")[0]: next(iter(state.values())) for block, state in form.values.items()}
    assert values["title"]["value"] == "Refused"
    assert values["length"]["value"] == "2h"
    assert values["description"]["value"] == "Typed with care"

    await world.slack.submit("chloe", form, {})
    await world.settled()
    assert [webinar["title"] for webinar in world.ringcentral.webinars()] == ["Refused"]


async def test_create_form_that_was_closed_resumes(world: World) -> None:
    """The next bare create reopens the last reported inputs, and Start Over clears them."""
    await world.command("chloe", "#launch", "create")
    view = world.slack.view("chloe")
    await world.slack.fill("chloe", view, {"Title": "Half typed"})
    await world.click("chloe", view, "create.change", block_id=_block(view, "audience"), value="Everyone with the link")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "create")
    resumed = world.slack.view("chloe")
    assert "Picked up where you left off" in resumed.words
    assert resumed.values[_block(resumed, "title")]["create.change"]["value"] == "Half typed"

    await world.click("chloe", resumed, "Start Over")
    fresh = world.slack.view("chloe")
    assert fresh.values[_block(fresh, "title")]["create.change"]["value"] is None


async def test_create_is_not_for_guests_or_strangers(world: World) -> None:
    """They are refused with a sentence, and no form opens."""
    await world.command("gia", "#launch", "create Sneaky")

    assert world.slack.view_stack("gia") == []
    assert "Guests" in world.last("#launch", "gia").words


async def test_create_never_shows_a_personal_link_or_password_in_a_channel(world: World) -> None:
    """The host link is shown to the creator only."""
    await world.create("chloe", "Private link", fields={"Announce in": "#launch"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "show private link")
    link = _link(world.last("#launch", "chloe"), "Start as Host")

    for channel in ("#launch", "#marketing", "#general"):
        for message in world.slack.messages(channel):
            assert link not in str(message.blocks) or message.ephemeral_to == world.slack.user_id("chloe")
    await world.command("ana", "#launch", "show private link")
    assert link not in str(world.last("#launch", "ana").blocks)


async def test_a_draft_is_kept_encrypted(world: World) -> None:
    """A draft may contain a password, so it is encrypted in the database."""
    async with world.bot.services.store.write() as db:
        await draft_table.save(
            db, world.bot.services.account.workspace, "U1", "d1", '{"password":"open sesame"}', world.clock.now()
        )
        raw = (await db.connection.exec_driver_sql("select content from drafts")).scalar_one()
        found = await draft_table.find(db, world.bot.services.account.workspace, "U1", "d1")

    assert b"sesame" not in raw
    assert found == '{"password":"open sesame"}'


def _block(view: View, name: str) -> str:
    return next(block for block in view.values if block.startswith(f"{name}:"))


def _link(message: Message, words: str) -> str:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return next(str(element["url"]) for row in rows for element in row if element["text"]["text"] == words)
