"""Slack's error codes as sentences that tell a user or an admin what to do."""

from __future__ import annotations

from collections.abc import Mapping

SLOW = "Slack took too long. Press the button or type the command again."
WINDOW_GONE = "This window was closed or has changed. Open it again."
WINDOWS_FULL = "Slack shows at most three windows on top of each other. Close one, then press the button again."
NO_LOGIN = "Slack no longer accepts Greenroom's token. An admin must check SLACK_BOT_TOKEN, or install Greenroom again."
NO_SCOPE = "Greenroom lacks a permission in Slack. An admin must install it again, with the scopes of its manifest."
NOT_ALLOWED = "The settings of this workspace or channel don't allow this. Ask an admin of the workspace."
NO_CHANNEL = "Greenroom can't see this channel, or it no longer exists. Invite Greenroom to it, or choose another one."
ARCHIVED = "This channel is archived. Choose another one."
NO_PERSON = (
    "Slack does not let Greenroom write to this person: their account is closed, or they don't take messages of apps."
)
NO_MESSAGE = "This message no longer exists."
NOT_EDITABLE = "Slack no longer lets this message be changed."
TOO_LONG = "This is too long for Slack. Shorten it, and try again."
TOO_BUSY = "Slack is busy. Try again in a minute."
ANSWERED_LATE = "Slack accepts no more answers to this: it was pressed or typed too long ago. Press or type it again."
NO_FILE = "Slack no longer has this file, or does not let Greenroom read it. Add it again, or paste what is in it."
FILES_OFF = "This workspace does not accept files, or has no room for more. Ask an admin of the workspace."
FILE_TOO_LARGE = "This file is too large. Use a smaller one."
TOO_FAR = "Slack does not accept messages for this time: it has passed, or is more than 120 days ahead."

# The error tables of docs.slack.dev/reference/methods: views.*, chat.*, files.*, users.info
CODES: Mapping[str, tuple[str, ...]] = {
    SLOW: (
        "expired_trigger_id",
        "exchanged_trigger_id",
        "invalid_trigger_id",
        "trigger_expired",
        "trigger_exchanged",
        "invalid_trigger",
    ),
    WINDOW_GONE: ("not_found", "view_not_found", "hash_conflict", "duplicate_external_id"),
    WINDOWS_FULL: ("push_limit_reached",),
    NO_LOGIN: (
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "access_denied",
        "org_login_required",
        "team_access_not_granted",
        "ekm_access_denied",
        "two_factor_setup_required",
    ),
    NO_SCOPE: ("missing_scope", "not_allowed_token_type", "no_permission"),
    NOT_ALLOWED: (
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "posting_to_channel_denied",
        "team_not_found",
        "accesslimited",
        "enterprise_is_restricted",
        "method_not_supported_for_channel_type",
    ),
    NO_CHANNEL: (
        "channel_not_found",
        "not_in_channel",
        "invalid_channel",
        "no_such_channel",
        "external_channel_migrating",
    ),
    ARCHIVED: ("is_archived",),
    NO_PERSON: (
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "user_not_visible",
        "user_not_in_channel",
        "cannot_dm_bot",
        "messages_tab_disabled",
    ),
    NO_MESSAGE: ("message_not_found", "invalid_scheduled_message_id"),
    NOT_EDITABLE: ("cant_update_message", "cant_delete_message", "edit_window_closed", "is_inactive"),
    TOO_LONG: ("msg_too_long", "msg_blocks_too_long", "view_too_large", "no_text"),
    TOO_BUSY: ("ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "restricted_too_many"),
    ANSWERED_LATE: ("expired_url", "used_url", "response_url_404", "response_url_410", "response_url_500"),
    NO_FILE: ("file_not_found", "file_deleted", "file_302", "file_401", "file_403", "file_404", "file_410"),
    FILES_OFF: (
        "storage_limit_reached",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "blocked_file_type",
    ),
    FILE_TOO_LARGE: ("file_upload_size_restricted",),
    TOO_FAR: ("time_in_past", "time_too_far", "invalid_time"),
}
SENTENCES: Mapping[str, str] = {code: sentence for sentence, codes in CODES.items() for code in codes}


def refusal_sentence(code: str) -> str:
    """What a refusal with this code means; an unknown code is there in words, for the admin."""
    unknown = f"Slack refused this ({code.replace('_', ' ')}). If it keeps happening, tell your Greenroom admin."
    return SENTENCES.get(code) or unknown
