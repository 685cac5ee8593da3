"""response_url: 30 minutes, five responses (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)."""

from __future__ import annotations

from sandbox.slack import posting, threads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Message
from sandbox.slack.world import ResponseUrl, World


def respond(world: World, token: str, given: Json) -> Message | None:
    """Handle a request to a response_url; SlackError `expired_url` or `used_url` if it is no longer valid."""
    address = world.response_urls.get(token)
    too_old = address is not None and world.clock.monotonic() - address.issued > world.limits.response_url_seconds
    if address is None or too_old or not world.installed:
        raise SlackError("expired_url")
    if address.used >= world.limits.response_url_uses:
        raise SlackError("used_url")
    source = world.messages.get(address.channel, {}).get(address.message)
    if given.get("delete_original"):
        _count(address)
        _delete(world, source)
        return None
    if source is not None and threads.is_reply(source):
        given = {"thread_ts": source.thread_ts, **given}  # the response goes where the button is
    threads.check(world, address.channel, given.get("thread_ts"))
    content = posting.check_content(world, given)
    _count(address)
    if given.get("replace_original") and source is not None and not source.deleted:
        return posting.rewrite(world, source, {"blocks": [], "attachments": [], **_sent(content)})
    return post_response(world, address.user, address.channel, content)


def post_response(world: World, user: str, channel: str, content: Json) -> Message:
    """Post validated content in the conversation: for the person only, unless `in_channel`; no membership needed."""
    only_for = None if content.get("response_type") == "in_channel" else user
    return posting.post(world, world.channels[channel], content, only_for=only_for)


def _sent(content: Json) -> Json:
    return {key: value for key, value in content.items() if value is not None}


def _delete(world: World, source: Message | None) -> None:
    if source is not None:  # the response to a command cannot be deleted: no effect
        posting.remove(world, source)


def _count(address: ResponseUrl) -> None:
    address.used += 1
