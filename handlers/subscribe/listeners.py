"""Listeners for the subscriptions of a channel: the commands, the form, and its buttons."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.parser import Subscribe, Subscriptions, Target, Unsubscribe
from bot.commands.webinar_ref import WebinarRef, find_webinars
from bot.errors import BadInput
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Webinar
from bot.notices.subscriptions import service as subscriptions_service
from bot.notices.subscriptions.channel_state import ChannelChoice, ChannelState
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    Features,
    Subscription,
    SubscriptionChange,
    features_of_all,
    parse_features,
)
from bot.notices.subscriptions.service import ChannelChange
from bot.notices.subscriptions.texts import result as subscription_result
from bot.notices.subscriptions.texts.phrases import FEATURE_TEXTS, feature_names, join_words
from bot.notices.subscriptions.undo import undo_of
from bot.slack import buttons
from bot.slack.blocks import plain
from bot.webinars.permissions import check_may_subscribe, check_may_subscribe_to_all
from handlers.channel_choice import choose_channel
from handlers.dependent_fields import show_fields
from handlers.request import Commands, Listeners, SlackRequest
from handlers.subscribe import form as subscribe_form
from handlers.subscribe.verbs import SUBSCRIBE_VERB, UNSUBSCRIBE_VERB, Verb
from handlers.webinar_choice import choose_webinar

OVER = "This webinar is over, so nothing more will be posted about it. Nothing was changed."
MAX_WORD = 40
MAX_NAMED = 3

LEFT = "You are no longer in this channel. Ask somebody who is to change its notifications."


async def subscribe(request: SlackRequest, command: Subscribe) -> None:
    """Add features for this channel."""
    await _typed(request, SUBSCRIBE_VERB, command.features, command.target)


async def unsubscribe(request: SlackRequest, command: Unsubscribe) -> None:
    """Remove features from this channel."""
    await _typed(request, UNSUBSCRIBE_VERB, command.features, command.target)


async def subscribe_button(request: SlackRequest) -> None:
    """Subscribe to the webinar chosen from several matches."""
    await _picked(request, SUBSCRIBE_VERB)


async def unsubscribe_button(request: SlackRequest) -> None:
    """Unsubscribe from the webinar chosen from several matches."""
    await _picked(request, UNSUBSCRIBE_VERB)


async def subscriptions(request: SlackRequest, _: Subscriptions) -> None:
    """Show the channel's subscriptions; for admins also recent notices that were not posted."""
    if not request.is_in_channel:
        await request.reply(choose_channel("Which channel's notifications do you want to see?", "subscriptions"))
        return
    person, now, channel_id = await request.person(), request.now(), request.channel_id
    async with request.services.store.read() as db:
        state = await subscriptions_service.channel_state(db, request.workspace, channel_id, now)
        undelivered = (
            await subscriptions_service.undelivered_notices(db, request.workspace, now) if person.is_admin else []
        )
    may_change = not (person.is_guest or person.is_stranger)
    await request.reply(subscription_result.channel_message(state, may_change=may_change, undelivered=undelivered))


async def open_form(request: SlackRequest) -> None:
    """Open the form with the channel's current settings."""
    person = await request.current_person()
    check_may_subscribe(person)
    await request.open(subscribe_form.build(await _state(request, request.value), zone=person.time_zone))


async def fields_chosen(request: SlackRequest) -> None:
    """Show the form with the times that belong to the choice."""
    person = await request.current_person()
    check_may_subscribe(person)
    if not await request.services.channels.readable(person, [request.metadata]):
        raise BadInput(LEFT)  # the form shows titles
    state = await _state(request, request.metadata)
    await show_fields(request, subscribe_form.build(state, zone=person.time_zone, typed=request.values))


async def form_submitted(request: SlackRequest) -> None:
    """Save the submitted form, or show errors under its fields."""
    person = await request.current_person()
    check_may_subscribe(person)
    state = await _state(request, request.metadata)
    choice = subscribe_form.read_choice(request.values, state.hours, zone=person.time_zone)
    if await _adds_features(request, choice):
        await _require_organizer(request)
    if choice.features or choice.has_hours:
        await request.slack.check_channel(request.metadata)
    request.failure_view = subscribe_form.failed_view
    await request.acknowledge(response_action="update", view=subscribe_form.working_view(request.metadata))

    async def work(request: SlackRequest) -> None:
        await _save(request, choice)

    request.run_after_ack(work)


async def _state(request: SlackRequest, channel_id: str) -> ChannelState:
    async with request.services.store.read() as db:
        return await subscriptions_service.channel_state(db, request.workspace, channel_id, request.now())


async def _typed(request: SlackRequest, verb: Verb, words: Sequence[str], target: Target) -> None:
    check_may_subscribe(await request.current_person())
    features = await _features(request, verb, words, target)
    if not isinstance(target, WebinarRef):
        await _change(request, verb, features, target)
        return
    webinar = await choose_webinar(request, target, verb.word, typed=" ".join(sorted(features)))
    if webinar:
        await _change(request, verb, features, webinar)


async def _picked(request: SlackRequest, verb: Verb) -> None:
    check_may_subscribe(await request.current_person())
    session_id, typed = buttons.parse_value(request.value)
    features, _ = parse_features(typed.split())
    await _change(request, verb, features or verb.default_features, await request.find_webinar(session_id))


async def _features(request: SlackRequest, verb: Verb, words: Sequence[str], target: Target) -> Features:
    """The named features, or the verb's default. Raises `BadInput` for unknown words, with suggestions."""
    features, unknown = parse_features(words)
    if not unknown:
        return features or verb.default_features
    if target == "all" and len(unknown) == len(words):
        which = WebinarRef(" ".join(words))
        if find_webinars(which, await request.visible_webinars(), request.now()):
            raise BadInput(
                f"Put “for” before the webinar: nothing was changed. Did you mean `/webinar {verb.word} for "
                f"{which.text}`?"
            )
    no_features = [f"“{word[:MAX_WORD]}”" for word in list(unknown)[:MAX_NAMED]]
    similar = dict.fromkeys(feature.value for feature in unknown.values() if feature)
    verb_phrase = "isn't a feature" if len(no_features) == 1 else "aren't features"
    others = join_words([feature.value for feature in FEATURE_TEXTS if feature.value not in similar])
    meant = join_words(list(similar)[:MAX_NAMED])
    hint = f"Did you mean {meant}, or one of {others}?" if similar else f"The features are {others}."
    raise BadInput(f"Nothing was changed: {join_words(no_features)} {verb_phrase}. {hint}")


async def _change(request: SlackRequest, verb: Verb, features: Features, about: Webinar | str) -> None:
    now, channel_id = request.now(), request.channel_id
    if verb is SUBSCRIBE_VERB:
        if about == "all":
            await _require_organizer(request)
        if isinstance(about, Webinar) and not is_coming_or_live(about, now):
            raise BadInput(OVER)
    if not request.is_in_channel:
        await _ask_for_channel(request, verb, features, about)
        return
    if verb is SUBSCRIBE_VERB:
        await request.slack.check_channel(channel_id)
    requested = SubscriptionChange.model_validate(
        {
            "workspace": request.workspace,
            "channel_id": channel_id,
            "about": about,
            "by": request.user_id,
            "at": now,
            "by_organizer": await _is_organizer(request),
        }
    )

    def apply(subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        return verb.apply(subscriptions, requested, features)

    async with request.services.store.write() as db:
        ends_digest = verb is UNSUBSCRIBE_VERB and about == "all" and features == ALL_FEATURES
        change = await subscriptions_service.change_subscriptions(db, requested, apply, ends_digest=ends_digest)
    request.services.scheduler.wake()
    if verb is UNSUBSCRIBE_VERB and change.is_changed:
        await _reply_ended(request, change, features, about)
        return
    if change.is_first and verb is SUBSCRIBE_VERB:
        await _introduce(request, channel_id, change)
    head = (verb.done if change.is_changed else verb.not_done).format(
        f"{_feature_names(features)} about {_about(about)}"
    )
    await request.reply(subscription_result.channel_message(change.after, head=head))


async def _reply_ended(request: SlackRequest, change: ChannelChange, features: Features, about: Webinar | str) -> None:
    """What is no longer posted, with Undo; if it was about all webinars, also whether a digest still comes."""
    head = UNSUBSCRIBE_VERB.done.format(f"{_feature_names(features)} about {_about(about)}")
    note = subscription_result.digest_note(change.before, change.after) if about == "all" else ""
    undo = undo_of(change.before, change.after).encoded()
    await request.reply(subscription_result.channel_message(change.after, head=f"{head} {note}".strip(), undo=undo))


async def _save(request: SlackRequest, choice: ChannelChoice) -> None:
    now, channel_id = request.now(), request.metadata
    requested = SubscriptionChange(
        workspace=request.workspace,
        channel_id=channel_id,
        by=request.user_id,
        at=now,
        by_organizer=await _is_organizer(request),
    )
    async with request.services.store.write() as db:
        change = await subscriptions_service.apply_choice(db, requested, choice)
    request.services.scheduler.wake()
    if change.is_first:
        await _introduce(request, channel_id, change)
    head = "Saved." if change.is_changed else "Nothing changed: it was set up like this already."
    await request.finish(
        subscription_result.saved_view(change.after, head), subscription_result.channel_message(change.after, head=head)
    )


async def _require_organizer(request: SlackRequest) -> None:
    check_may_subscribe_to_all(is_organizer=await _is_organizer(request))


async def _is_organizer(request: SlackRequest) -> bool:
    return await request.services.permissions.is_organizer(await request.current_person())


async def _adds_features(request: SlackRequest, choice: ChannelChoice) -> bool:
    """Whether the form adds features of all webinars; quiet hours and fewer features may be chosen by every member."""
    async with request.services.store.read() as db:
        state = await subscriptions_service.channel_state(db, request.workspace, request.metadata, request.now())
    return not choice.features <= features_of_all(state.subscriptions)


async def _introduce(request: SlackRequest, channel_id: str, change: ChannelChange) -> None:
    # Introduce Greenroom once in the channel: the notices that follow come unprompted.
    await request.slack.post(channel_id, subscription_result.intro((await request.person()).name, change.after))


async def _ask_for_channel(request: SlackRequest, verb: Verb, features: Features, about: Webinar | str) -> None:
    target = f"for {about.id}" if isinstance(about, Webinar) else about
    what = f"{_feature_names(features)} about {_about(about)}"
    command = " ".join([verb.word, *sorted(features), target])
    await request.reply(choose_channel(verb.where.format(what), command))


def _feature_names(features: Features) -> str:
    return "everything" if features == ALL_FEATURES else feature_names(features)


def _about(about: Webinar | str) -> str:
    if isinstance(about, Webinar):
        return plain(about.title)
    return "all webinars" if about == "all" else "the webinars that you created"


COMMANDS: Commands = {Subscribe: subscribe, Unsubscribe: unsubscribe, Subscriptions: subscriptions}
ACTIONS: Listeners = {
    buttons.CHANGE_FEATURES: open_form,
    subscribe_form.FIELDS: fields_chosen,
    buttons.SUBSCRIBE: subscribe_button,
    buttons.UNSUBSCRIBE: unsubscribe_button,
}
SUBMISSIONS: Listeners = {subscribe_form.CALLBACK: form_submitted}
