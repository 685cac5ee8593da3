"""Web API method conversations.history (https://docs.slack.dev/reference/methods/conversations.history)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sandbox.slack import message_object, posting, scopes
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Message
from sandbox.slack.registry import Args, Call, method

USUAL_PAGE, LARGEST_PAGE = 100, 999


@method("conversations.history", tier=3, scopes=scopes.any_of(scopes.HISTORY))
def conversations_history(call: Call) -> Json:
    """The messages of a conversation the app is in, newest first, without replies and ephemeral messages."""
    args, world = call.args, call.world
    channel = posting.conversation(world, args.required("channel"))
    call.need(scopes.HISTORY[channel.kind])
    if world.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    if args.number("limit", USUAL_PAGE) > LARGEST_PAGE:
        raise SlackError("invalid_limit")
    found = _found(args, world.messages_in(channel.id))
    page, following = args.page(found, USUAL_PAGE, lambda m: m.ts, most=world.limits.history_objects)
    has_more = bool(following["response_metadata"]["next_cursor"])
    with_payload = args.flag("include_all_metadata")
    return {
        "messages": [_shown(message_object.to_json(world, message), with_payload=with_payload) for message in page],
        "has_more": has_more,
        "pin_count": 0,
        **(following if has_more else {}),
    }


def _found(args: Args, messages_in: list[Message]) -> list[Message]:
    oldest, latest = _moment(args, "oldest"), _moment(args, "latest")
    inclusive = args.flag("inclusive")

    def wanted(message: Message) -> bool:
        at = Decimal(message.ts)
        if inclusive:
            return (oldest is None or oldest <= at) and (latest is None or at <= latest)
        return (oldest is None or oldest < at) and (latest is None or at < latest)

    return [message for message in reversed(messages_in) if _is_in_history(message) and wanted(message)]


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
    return message.ephemeral_to is None and message.thread_ts in (None, message.ts)


def _shown(sent: Json, *, with_payload: bool) -> Json:
    """Remove the metadata payload unless requested; `event_type` stays."""
    if "metadata" not in sent or with_payload:
        return sent
    return {**sent, "metadata": {"event_type": sent["metadata"]["event_type"]}}
