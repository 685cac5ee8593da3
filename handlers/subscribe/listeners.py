"""Who hears what: subscribing a channel and unsubscribing it, by words and in its form, and what it is set up for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.commands.parser import Subscribe, Subscriptions, Target, Unsubscribe
from bot.commands.webinar_ref import WebinarRef, find_webinars
from bot.errors import BadInput
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Webinar
from bot.notices.subscriptions import service as subscriptions_service
from bot.notices.subscriptions.changes import subscribe as more_of
from bot.notices.subscriptions.changes import unsubscribe as less_of
from bot.notices.subscriptions.channel_state import ChannelChoice
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    DEFAULT_FEATURES,
    Features,
    Subscription,
    SubscriptionChange,
    parse_features,
)
from bot.notices.subscriptions.service import ChannelChange
from bot.notices.subscriptions.texts import result as subscription_result
from bot.notices.subscriptions.texts.phrases import FEATURE_TEXTS, feature_names, join_words
from bot.slack import buttons
from bot.slack.blocks import plain
from bot.webinars.permissions import check_may_subscribe
from handlers.request import Commands, Listeners, SlackRequest
from handlers.subscribe import form as subscribe_form
from handlers.webinar_choice import choose_webinar

IN_A_CHANNEL = (
    "What a channel hears is set up in the channel itself: type this there, and Greenroom's answers are about it."
)
OVER = "This webinar is over, so nothing more will be said about it. Nothing was changed."
MAX_WORD = 40
MAX_NAMED = 3


@dataclass(frozen=True)
class Verb:
    """One of the two ways to change what is said: its word, what it does, and what it means without features."""

    word: str
    apply: Callable[[Sequence[Subscription], SubscriptionChange, Features], Sequence[Subscription]]
    default_offsets: Features
    done: str
    not_done: str


SUBSCRIBE = Verb(
    "subscribe",
    more_of,
    DEFAULT_FEATURES,
    "Said here from now on: {}.",
    "Nothing changed: this channel hears {} already.",
)
UNSUBSCRIBE = Verb(
    "unsubscribe",
    less_of,
    ALL_FEATURES,
    "Not said here any more: {}.",
    "Nothing changed: this channel did not hear {}.",
)


async def subscribe(request: SlackRequest, command: Subscribe) -> None:
    """Have more said in this channel."""
    await _typed(request, SUBSCRIBE, command.features, command.target)


async def unsubscribe(request: SlackRequest, command: Unsubscribe) -> None:
    """Have less said in this channel."""
    await _typed(request, UNSUBSCRIBE, command.features, command.target)


async def subscribe_button(request: SlackRequest) -> None:
    """The same for one of several webinars that the words might have meant."""
    await _picked(request, SUBSCRIBE)


async def unsubscribe_button(request: SlackRequest) -> None:
    """The same for one of several webinars that the words might have meant."""
    await _picked(request, UNSUBSCRIBE)


async def subscriptions(request: SlackRequest, _: Subscriptions) -> None:
    """What is said in this channel and who set that up; for admins also what did not go out lately."""
    person, now = await request.person(), request.now()
    channel_id = _channel(request)
    async with request.services.store.read() as db:
        state = await subscriptions_service.channel_state(db, request.workspace, channel_id, now)
        unsaid = await subscriptions_service.undelivered_notices(db, request.workspace, now) if person.is_admin else []
    may_change = not (person.is_guest or person.is_stranger)
    await request.reply(subscription_result.channel_message(state, may_change=may_change, unsaid=unsaid))


async def open_form(request: SlackRequest) -> None:
    """The form of a channel, as it is set up now."""
    person = await request.person()
    check_may_subscribe(person)
    async with request.services.store.read() as db:
        state = await subscriptions_service.channel_state(db, request.workspace, request.value, request.now())
    await request.open(subscribe_form.build(state, zone=person.time_zone))


async def form_sent(request: SlackRequest) -> None:
    """The form was sent: what is wrong stands under its field, or it is being saved."""
    check_may_subscribe(await request.person())
    choice = subscribe_form.read(request.values)
    if choice.features or choice.has_hours:
        await request.slack.check_channel(request.metadata)
    request.failure_view = subscribe_form.failed
    await request.acknowledge(response_action="update", view=subscribe_form.working(request.metadata))

    async def work(request: SlackRequest) -> None:
        await _save(request, choice)

    request.run_after_ack(work)


async def _typed(request: SlackRequest, verb: Verb, words: Sequence[str], target: Target) -> None:
    check_may_subscribe(await request.person())
    _channel(request)
    features = await _features(request, verb, words, target)
    if not isinstance(target, WebinarRef):
        await _change(request, verb, features, target)
        return
    webinar = await choose_webinar(request, target, verb.word, typed=" ".join(sorted(features)))
    if webinar:
        await _change(request, verb, features, webinar)


async def _picked(request: SlackRequest, verb: Verb) -> None:
    check_may_subscribe(await request.person())
    session_id, typed = buttons.parse_value(request.value)
    features, _ = parse_features(typed.split())
    await _change(request, verb, features or verb.default_offsets, await request.services.mirror.find(session_id))


async def _features(request: SlackRequest, verb: Verb, words: Sequence[str], target: Target) -> Features:
    """What was named, or what is usual. Raises `BadInput` for words that are no features, with what may be meant."""
    features, unknown = parse_features(words)
    if not unknown:
        return features or verb.default_offsets
    if target == "all" and len(unknown) == len(words):
        which = WebinarRef(" ".join(words))
        if find_webinars(which, await request.services.mirror.everything(), request.now()):
            raise BadInput(
                "Before a webinar stands the word “for”. Nothing was changed. "
                f"Did you mean `/webinar {verb.word} for {which.text}`?"
            )
    no_features = [f"“{word[:MAX_WORD]}”" for word in list(unknown)[:MAX_NAMED]]
    near = dict.fromkeys(one.value for one in unknown.values() if one)
    meant = f" Did you mean {join_words(list(near)[:MAX_NAMED])}?" if near else ""
    are = "is no feature" if len(no_features) == 1 else "are no features"
    every = join_words([feature.value for feature in FEATURE_TEXTS])
    raise BadInput(f"{join_words(no_features)} {are}, so nothing was changed.{meant} There are {every}.")


async def _change(request: SlackRequest, verb: Verb, features: Features, about: Webinar | str) -> None:
    now, channel_id = request.now(), _channel(request)
    if verb is SUBSCRIBE:
        if isinstance(about, Webinar) and not is_coming_or_live(about, now):
            raise BadInput(OVER)
        await request.slack.check_channel(channel_id)
    wanted = SubscriptionChange.model_validate(
        {"workspace": request.workspace, "channel_id": channel_id, "about": about, "by": request.user_id, "at": now}
    )

    def apply(subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        return verb.apply(subscriptions, wanted, features)

    async with request.services.store.write() as db:
        change = await subscriptions_service.change_subscriptions(db, wanted, apply)
    request.services.scheduler.wake()
    if change.is_first and verb is SUBSCRIBE:
        await _introduce(request, channel_id, change)
    said = (verb.done if change.is_changed else verb.not_done).format(f"{_named(features)} about {_about(about)}")
    await request.reply(subscription_result.channel_message(change.after, head=said))


async def _save(request: SlackRequest, choice: ChannelChoice) -> None:
    now, channel_id = request.now(), request.metadata
    wanted = SubscriptionChange(workspace=request.workspace, channel_id=channel_id, by=request.user_id, at=now)
    async with request.services.store.write() as db:
        change = await subscriptions_service.apply_choice(db, wanted, choice)
    request.services.scheduler.wake()
    if change.is_first:
        await _introduce(request, channel_id, change)
    head = "Saved." if change.is_changed else "Nothing changed: it was set up like this already."
    await request.finish(
        subscription_result.saved_view(change.after, head), subscription_result.channel_message(change.after, head=head)
    )


async def _introduce(request: SlackRequest, channel_id: str, change: ChannelChange) -> None:
    # Everybody there is told once, and by whom: what follows is said without anybody having asked just then.
    await request.slack.post(channel_id, subscription_result.intro((await request.person()).name, change.after))


def _channel(request: SlackRequest) -> str:
    # A direct message among several has the id of a private channel, and a name of its own kind.
    name = str(request.body.get("channel_name") or (request.body.get("channel") or {}).get("name", ""))
    if not request.channel_id.startswith(("C", "G")) or name.startswith("mpdm-"):
        raise BadInput(IN_A_CHANNEL)
    return request.channel_id


def _named(features: Features) -> str:
    return "everything" if features == ALL_FEATURES else feature_names(features)


def _about(about: Webinar | str) -> str:
    if isinstance(about, Webinar):
        return plain(about.title)
    return "all webinars" if about == "all" else "the webinars that you created"


COMMANDS: Commands = {Subscribe: subscribe, Unsubscribe: unsubscribe, Subscriptions: subscriptions}
ACTIONS: Listeners = {
    buttons.CHANGE_FEATURES: open_form,
    buttons.SUBSCRIBE: subscribe_button,
    buttons.UNSUBSCRIBE: unsubscribe_button,
}
SUBMISSIONS: Listeners = {subscribe_form.CALLBACK: form_sent}
