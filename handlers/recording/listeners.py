"""Shows the recording of a webinar, shares its link, takes it off, and links to its files."""

from __future__ import annotations

from bot.commands.report_args import ShowRecording
from bot.model.lifecycle import Stage, stage
from bot.model.recording import MediaKind
from bot.model.webinar import Webinar
from bot.providers.base import Lane
from bot.reports.recordings import rules
from bot.reports.recordings import texts as recording_texts
from bot.reports.recordings.places import SharePlaces
from bot.reports.recordings.service import check_shareable
from bot.reports.recordings.table import TrackedRecording
from bot.slack import buttons
from bot.slack.error_message import message_view, sentence_view
from bot.slack.message import Message
from bot.webinars import participation
from handlers.recording import texts
from handlers.recording.texts import KnownRecording, ShareRequest
from handlers.request import Commands, Listeners, SlackRequest, once
from handlers.webinar_choice import choose_webinar

ACTION = "manage this recording"


async def recording(request: SlackRequest, command: ShowRecording) -> None:
    """Reply with what is known about the recording; one that was never looked for is read (one to three calls)."""
    webinar = await choose_webinar(request, command.which, "recording")
    if webinar:
        await request.reply(await _view(request, webinar))


async def recording_button(request: SlackRequest) -> None:
    """The same from a button."""
    await request.reply(await _view(request, await request.find_webinar(request.value)))


async def refresh(request: SlackRequest) -> None:
    """Look for the recording at the provider, and replace the reply."""
    webinar = await request.managed_webinar(request.value, ACTION)
    await _read(request, webinar)
    await request.reply(await _view(request, webinar), replace=True)


async def check(request: SlackRequest) -> None:
    """The same from the question to the organizer, which is rewritten if something has changed."""
    webinar = await request.managed_webinar(request.value, ACTION)
    await _read(request, webinar)
    await request.reply(await _view(request, webinar))


async def share_in_channels(request: SlackRequest) -> None:
    """Share the link where the webinar was announced."""
    await _share(request, channels=True, seats=False)


async def share_with_seats(request: SlackRequest) -> None:
    """Share the link with those who have a seat."""
    await _share(request, channels=False, seats=True)


async def share_with_both(request: SlackRequest) -> None:
    """Share the link in the channels and with the people."""
    await _share(request, channels=True, seats=True)


async def submit(request: SlackRequest) -> None:
    """Share the link where the form says."""
    asked = ShareRequest.model_validate_json(request.metadata)
    webinar = await request.managed_webinar(asked.session_id, ACTION)
    recordings = request.services.recordings
    await recordings.share(webinar, request.user_id, channels=asked.channels, seats=asked.seats)
    request.failure_view = sentence_view
    await request.acknowledge(response_action="update", view=texts.sharing_view(webinar))

    async def work(request: SlackRequest) -> None:
        await request.services.recordings.messages.run()
        result = texts.shared_result(webinar, await recordings.shares(webinar))
        await request.finish(message_view(result), result)

    request.run_after_ack(work)


async def decline(request: SlackRequest) -> None:
    """Decide that the link is not needed, or not any more."""
    webinar = await request.managed_webinar(request.value, ACTION)
    recordings = request.services.recordings
    await recordings.decline(webinar, request.user_id)
    await request.services.recordings.messages.run()
    known = await recordings.find(webinar)
    if known:
        await request.reply(recording_texts.decided(webinar, known, await recordings.shares(webinar)))


async def download_video(request: SlackRequest) -> None:
    """Reply with the link to the video."""
    await _download(request, MediaKind.VIDEO)


async def download_audio(request: SlackRequest) -> None:
    """Reply with the link to the audio."""
    await _download(request, MediaKind.AUDIO)


async def _download(request: SlackRequest, kind: MediaKind) -> None:
    webinar = await request.managed_webinar(request.value, ACTION)
    file = await request.services.recordings.download(webinar, kind, request.caller())
    await request.reply(texts.file_message(webinar, file))


async def _share(request: SlackRequest, *, channels: bool, seats: bool) -> None:
    """Share the link in one place; if there are more, or another organization reads it, ask first."""
    webinar = await request.managed_webinar(request.value, ACTION)
    recordings = request.services.recordings
    check_shareable(await recordings.find(webinar), request.now())
    places = (await recordings.places(webinar)).only(channels=channels, seats=seats)
    outside = await _outside(request, webinar, places)
    if places.count > 1 or outside:
        asked = ShareRequest(session_id=webinar.session_id, channels=channels, seats=seats)
        await request.open(texts.review(webinar, asked, places, outside))
        return
    await recordings.share(webinar, request.user_id, channels=channels, seats=seats)
    await request.services.recordings.messages.run()
    await request.reply(texts.shared_result(webinar, await recordings.shares(webinar)))


async def _outside(request: SlackRequest, webinar: Webinar, places: SharePlaces) -> list[str]:
    """A line for each channel that another organization reads."""
    cards = request.services.cards
    named = [(channel, await cards.organizations_in(webinar, channel)) for channel in places.channels]
    return [texts.external_line(channel, organizations) for channel, organizations in named if organizations]


async def _view(request: SlackRequest, webinar: Webinar) -> Message:
    """What this user may see of the recording."""
    now, recordings = request.now(), request.services.recordings
    if stage(webinar, now) is not Stage.OVER:
        return texts.not_ended(webinar, now=now)
    known = await recordings.find(webinar)
    if not await request.can_manage(webinar):
        has_seat = await _has_seat(request, webinar)
        return texts.shared_view(webinar, known, may_watch=rules.may_watch(known, now, has_seat=has_seat))
    known = known if known and known.read_at else await _read(request, webinar)
    places, shares = await recordings.places(webinar), await recordings.shares(webinar)
    return texts.managed_view(webinar, KnownRecording(known, places, shares), now=now)


async def _read(request: SlackRequest, webinar: Webinar) -> TrackedRecording:
    """Look for the recording at the provider. Raises `RefreshedOften` if this user has looked too often."""
    request.services.recordings.check_ended(webinar)
    await request.services.mirror.refreshes.take(request.user_id)
    read = await request.services.recordings.read(webinar, request.caller(Lane.LOOK))
    await request.services.recordings.messages.run()
    return read


async def _has_seat(request: SlackRequest, webinar: Webinar) -> bool:
    async with request.services.store.read() as db:
        return await participation.has_seat(db, webinar.account, webinar.session_id, request.user_id)


COMMANDS: Commands = {ShowRecording: recording}
ACTIONS: Listeners = {
    buttons.RECORDING: recording_button,
    texts.REFRESH: refresh,
    recording_texts.CHECK: check,
    recording_texts.SHARE_CHANNELS: once(share_in_channels),
    recording_texts.SHARE_SEATS: once(share_with_seats),
    recording_texts.SHARE_BOTH: once(share_with_both),
    recording_texts.DECLINE: once(decline),
    texts.VIDEO: download_video,
    texts.AUDIO: download_audio,
}
SUBMISSIONS: Listeners = {texts.REVIEW: submit}
