"""Where the creation form opens: Slack's shortcuts, and the channel that a command suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.slack import direct
from tests.support.block_kit import check_view

if TYPE_CHECKING:
    from sandbox.slack import Message, View
    from tests.support.world import World

CREATE, DESCRIBE = "create_webinar", "use_as_description"


async def start(world: World, user: str, shortcut: str, message: Message | None = None) -> View:
    """Start a shortcut as this user; the modal that it opens."""
    assert (await world.slack.shortcut(user, shortcut, message)).ok
    await world.settled()
    view = world.slack.view(user)
    check_view(view.body)
    return view


def typed(view: View, name: str) -> object:
    """The value of a field."""
    [state] = [next(iter(state.values())) for block, state in view.values.items() if block.startswith(f"{name}:")]
    return state.get("value") or state.get("selected_conversation")


async def test_a_webinar_is_created_from_anywhere(world: World) -> None:
    """The form opens without a channel, and again as it was left."""
    form = await start(world, "chloe", CREATE)
    assert (form.title, typed(form, "title"), typed(form, "announce_in")) == ("Create a webinar", None, None)
    await world.slack.fill("chloe", form, {"Title": "Launch day"})
    await world.click(
        "chloe", form, "create.change", block_id=f"audience:{form.body['private_metadata']}", value="anyone"
    )
    await world.slack.close("chloe", form)

    again = await start(world, "chloe", CREATE)
    assert typed(again, "title") == "Launch day"
    outcome = await world.slack.submit("chloe", again, {"Starts": world.clock.now().replace(year=2099)})
    assert outcome.ok
    await world.settled()
    assert [one["title"] for one in world.ringcentral.webinars()] == ["Launch day"]


async def test_a_message_becomes_the_description(world: World) -> None:
    """As people read it, without marks and ids; what is left of an earlier form is kept for later."""
    await world.command("chloe", "#launch", "create Garden party")
    await world.slack.close("chloe", world.slack.view("chloe"))
    line = await world.slack.say(
        "ben", "#launch", "*Meet* <@U0DEV> &amp; <@U0EMI>: <https://acme.example|our page> :tada:\n&gt; see you"
    )
    form = await start(world, "chloe", DESCRIBE, line)
    assert typed(form, "description") == "Meet Dev Patel & Emi Sato: our page (https://acme.example)\nsee you"
    assert (typed(form, "title"), typed(form, "announce_in")) == (None, "C0LAUNCH")
    await world.slack.submit("chloe", form, {"Title": "From a message", "Starts": world.clock.now().replace(year=2099)})
    await world.settled()
    [made] = world.ringcentral.dump()["webinars"].values()
    assert [one.words.count("From a message") > 0 for one in world.slack.messages("#launch")] == [False, True]
    assert "Meet Dev Patel & Emi Sato" in str(made)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "create")
    assert typed(world.slack.view("chloe"), "title") == "Garden party"


async def test_a_message_that_cannot_be_used_whole_says_so(world: World) -> None:
    """The form opens with what fits; a guest and a person of another organization read that they may not create."""
    long = await world.slack.say("ben", "#launch", "word " * 700)
    form = await start(world, "chloe", DESCRIBE, long)
    assert str(typed(form, "description")).endswith("word…")
    assert "The message has 3,499 characters: this is its beginning, up to 3,000." in form.words
    await world.slack.close("chloe", form, clear=True)
    form = await start(world, "chloe", DESCRIBE, await world.slack.say("ben", "#launch", ":tada:"))
    assert (typed(form, "description"), "That message has no text." in form.words) == (None, True)

    line = await world.slack.say("gia", "#partners", "Launch day on Friday")
    for user in ("gia", "hal"):
        assert (await world.slack.shortcut(user, DESCRIBE, line)).ok
        await world.settled()
        assert "can't create webinars" in world.last("#partners", user).words
        assert world.slack.world.stacks.get(world.slack.person(user).id, []) == []


async def test_create_suggests_the_channel_in_which_it_is_typed(world: World) -> None:
    """Only where Greenroom can post and no other organization reads; a form in progress keeps its own."""
    group = direct.group(world.slack.world, ["U0ANA", "U0BEN"], create=True)
    for channel, suggested in (
        ("#launch", "C0LAUNCH"),
        ("#general", "C0GENERAL"),
        ("#board", None),
        ("#partners", None),
        ("@ana", None),
        (group.id, None),
    ):
        await world.command("ana", channel, "create")
        assert (channel, typed(world.slack.view("ana"), "announce_in")) == (channel, suggested)
        await world.slack.close("ana", world.slack.view("ana"))

    calls = len(world.slack.calls)
    await world.command("ana", "#launch", "create Launch day")
    assert [call.method for call in world.slack.calls[calls:]] == ["views.open"]
    await world.slack.close("ana", world.slack.view("ana"))
    await world.command("ana", "#general", "create")
    left = world.slack.view("ana")
    assert (typed(left, "title"), typed(left, "announce_in")) == ("Launch day", "C0LAUNCH")
    await world.click("ana", left, "Start Over")
    assert typed(world.slack.view("ana"), "announce_in") == "C0LAUNCH"
