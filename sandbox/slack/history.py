"""Web API methods conversations.history and conversations.replies.

https://docs.slack.dev/reference/methods/conversations.history
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sandbox.slack import message_object, posting, scopes, threads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Message
from sandbox.slack.registry import Args, Call, method

USUAL_PAGE, LARGEST_PAGE = 100, 999


@method("conversations.history", tier=3, scopes=scopes.any_of(scopes.HISTORY))
def conversations_history(call: Call) -> Json:
    """The messages of a conversation the app is in, newest first, without replies and ephemeral messages."""
    inside = [message for message in reversed(call.world.messages_in(_readable(call))) if _is_in_history(message)]
    return _page(call, _between(call.args, inside), USUAL_PAGE) | {"pin_count": 0}


@method("conversations.replies", tier=3, scopes=scopes.any_of(scopes.HISTORY))
def conversations_replies(call: Call) -> Json:
    """A thread, oldest first: its parent and the replies; `ts` is that of any of them."""
    channel = _readable(call)
    message = threads.find(call.world, channel, call.args.required("ts"))
    parent = threads.find(call.world, channel, message.thread_ts or message.ts)
    replies = _between(call.args, threads.replies(call.world, parent))
    return _page(call, [parent, *replies], LARGEST_PAGE)


def _readable(call: Call) -> str:
    channel = posting.conversation(call.world, call.args.required("channel"))
    call.need(scopes.HISTORY[channel.kind])
    if call.world.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    if call.args.number("limit", USUAL_PAGE) > LARGEST_PAGE:
        raise SlackError("invalid_limit")
    return channel.id


def _page(call: Call, found: list[Message], usual: int) -> Json:
    page, following = call.args.page(found, usual, lambda m: m.ts, most=call.world.limits.history_objects)
    has_more = bool(following["response_metadata"]["next_cursor"])
    with_payload = call.args.flag("include_all_metadata")
    shown = [_shown(message_object.to_json(call.world, message), with_payload=with_payload) for message in page]
    return {"messages": shown, "has_more": has_more, **(following if has_more else {})}


def _between(args: Args, messages: list[Message]) -> list[Message]:
    oldest, latest = _moment(args, "oldest"), _moment(args, "latest")
    inclusive = args.flag("inclusive")

    def wanted(message: Message) -> bool:
        at = Decimal(message.ts)
        if inclusive:
            return (oldest is None or oldest <= at) and (latest is None or at <= latest)
        return (oldest is None or oldest < at) and (latest is None or at < latest)

    return [message for message in messages if wanted(message)]


def _moment(args: Args, name: str) -> Decimal | None:
    if not (text := args.text(name)):
        return None
    try:
        moment = Decimal(text)
    except InvalidOperation:
        raise SlackError(f"invalid_ts_{name}") from None
    if not moment.is_finite():
        raise SlackError(f"invalid_ts_{name}")
    return moment


def _is_in_history(message: Message) -> bool:
    return message.ephemeral_to is None and (message.broadcast or not threads.is_reply(message))


def _shown(sent: Json, *, with_payload: bool) -> Json:
    """Remove the metadata payload unless requested; `event_type` stays."""
    if "metadata" not in sent or with_payload:
        return sent
    return {**sent, "metadata": {"event_type": sent["metadata"]["event_type"]}}
