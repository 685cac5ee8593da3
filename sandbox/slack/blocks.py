"""Stand-in for Block Kit: blocks and their limits (https://docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from sandbox.slack import data_blocks
from sandbox.slack.elements import (
    ID,
    IMAGE,
    IN_ACTIONS,
    IN_CARD,
    IN_CONTEXT,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
    URL,
    image_source,
)
from sandbox.slack.schema import (
    Rule,
    array,
    at_least_one,
    boolean,
    by_type,
    integer,
    mrkdwn,
    object_of,
    one_of,
    plain,
    string,
    text,
)

STYLES = object_of({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))


def _inline(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    return object_of(required, {"style": STYLES, **(optional or {})})


RICH_INLINE = by_type(
    {
        "text": _inline({"text": string()}),
        "link": _inline({"url": URL}, {"text": string(least=0), "unsafe": boolean}),
        "user": _inline({"user_id": ID}),
        "usergroup": _inline({"usergroup_id": ID}),
        "channel": _inline({"channel_id": ID}),
        "team": _inline({"team_id": ID}),
        "emoji": _inline({"name": string()}, {"unicode": string(), "skin_tone": integer(1, 6)}),
        "broadcast": _inline({"range": one_of("here", "channel", "everyone")}),
        "color": _inline({"value": string()}),
        "date": _inline(
            {"timestamp": integer(0, 9_999_999_999), "format": string()},
            {"url": URL, "fallback": string()},
        ),
    }
)
BORDER: dict[str, Rule] = {"border": integer(0, 1)}
RICH_SECTION = by_type({"rich_text_section": object_of({"elements": array(RICH_INLINE, least=0)})})
RICH_PARTS = by_type(
    {
        "rich_text_section": object_of({"elements": array(RICH_INLINE, least=0)}),
        "rich_text_quote": object_of({"elements": array(RICH_INLINE, least=0)}, BORDER),
        "rich_text_preformatted": object_of({"elements": array(RICH_INLINE, least=0)}, BORDER),
        "rich_text_list": object_of(
            {"elements": array(RICH_SECTION), "style": one_of("bullet", "ordered")},
            {"indent": integer(0, 8), "offset": integer(0), **BORDER},
        ),
    }
)
RICH_TEXT = object_of({"elements": array(RICH_PARTS, least=0)}, {"block_id": ID})

CARD = object_of(
    {},
    {
        "block_id": ID,
        "hero_image": by_type({"image": IMAGE}),
        "icon": by_type({"image": IMAGE}),
        "title": mrkdwn(150),
        "subtitle": mrkdwn(150),
        "body": mrkdwn(200),
        "subtext": mrkdwn(200),
        "actions": array(by_type(IN_CARD), 3),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)


def _block(required: dict[str, Rule], optional: dict[str, Rule] | None = None, *also: Rule) -> Rule:
    return object_of(required, {"block_id": ID, **(optional or {})}, *also)


BLOCKS: dict[str, Rule] = {
    "section": _block(
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 10),
            "accessory": by_type(IN_SECTION),
            "expand": boolean,
        },
        at_least_one("text", "fields"),
    ),
    "header": _block({"text": plain(150)}, {"level": integer(1, 4)}),
    "divider": _block({}),
    "context": _block({"elements": array(IN_CONTEXT, 10)}),
    "actions": _block({"elements": array(by_type(IN_ACTIONS), 25)}),
    "context_actions": _block({"elements": array(by_type(IN_CONTEXT_ACTIONS), 5)}),
    "input": _block(
        {"label": plain(2000), "element": by_type(IN_INPUT)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": _block(
        {"alt_text": string(2000)},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        image_source,
    ),
    "rich_text": RICH_TEXT,
    "markdown": _block({"text": string(12_000)}),
    "alert": _block({"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}),
    "card": CARD,
    "carousel": _block({"elements": array(by_type({"card": CARD}), 10)}),
    "table": data_blocks.table(RICH_TEXT),
    "data_table": data_blocks.data_table(RICH_TEXT),
    "data_visualization": data_blocks.DATA_VISUALIZATION,
    "video": _block(
        {"video_url": URL, "thumbnail_url": URL, "alt_text": string(2000), "title": plain(200)},
        {
            "title_url": URL,
            "author_name": string(50),
            "provider_name": string(),
            "provider_icon_url": URL,
            "description": plain(200),
        },
    ),
}

IN_CONTAINER = ("actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table", "video")
BLOCKS["container"] = data_blocks.container({kind: BLOCKS[kind] for kind in IN_CONTAINER}, RICH_TEXT)

# Surfaces of each block; the others are allowed everywhere.
ONLY_ON: dict[str, set[str]] = {
    "alert": {"modal"},
    "markdown": {"message"},
    "carousel": {"message", "home"},
    "container": {"message", "home"},
    "data_table": {"message", "home"},
    "data_visualization": {"message", "home"},
    "table": {"message", "home"},
    "context_actions": {"message"},
}
