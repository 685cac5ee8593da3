"""The form that creates or edits a webinar: its fields, how its inputs are read, and their validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.commands.lengths import parse_length
from bot.errors import BadInput, ProviderError
from bot.model.field_labels import FIELD_LABELS
from bot.model.form_rules import FormRules
from bot.model.webinar import Audience, WebinarForm
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_INPUT,
    Block,
    Element,
    actions,
    button,
    context,
    cut,
    escape_sentence,
    modal,
    section,
    warning,
)
from bot.slack.buttons import CHANNELS
from bot.slack.form_elements import (
    conversations_select,
    datetime_picker,
    input_block,
    option,
    radio_buttons,
    text_input,
)
from bot.slack.message import View
from bot.webinars.texts.fields import AUDIENCES
from handlers.create import copied, event_fields, place_field, settings_form, zone_field
from handlers.create.draft import CreateDraft, filled
from handlers.create.field_rules import (
    approval_problem,
    length_hint,
    length_problem,
    parameter_label,
    start_problem,
    title_problem,
    too_long,
)
from handlers.create.settings_form import More

CALLBACK = "create.form"
EDIT_CALLBACK = "edit.form"
CHANGE = "create.change"
"""A changed time, audience or channel sends the whole form with this, so that a closed form can be resumed."""
MORE = "create.more"
START_OVER = "create.start_over"

MAX_HINT = 300

# The names of the blocks; `block_id` adds the draft.
TITLE, STARTS, LENGTH, AUDIENCE = "title", "starts", "length", "audience"
DESCRIPTION, ANNOUNCE_IN = "description", "announce_in"
LABELS = {
    TITLE: FIELD_LABELS["title"],
    STARTS: FIELD_LABELS["start"],
    LENGTH: FIELD_LABELS["length"],
    zone_field.TIME_ZONE: zone_field.LABEL,
    AUDIENCE: FIELD_LABELS["audience"],
    DESCRIPTION: FIELD_LABELS["description"],
    ANNOUNCE_IN: "Announce in",
    **event_fields.LABELS,
}


def block_id(name: str, draft_id: str) -> str:
    """The id of one of the form's blocks.

    It contains the draft, because Slack keeps the input of a block as long as its id is the same: else "Start Over"
    would not show an empty form.
    """
    return f"{name}:{draft_id}"


def build(
    draft: CreateDraft,
    *,
    rules: FormRules,
    host_line: str,
    problem: str = "",
    resumed: bool = False,
    places: Sequence[str] = (),
) -> View:
    """The form filled with `draft`. `host_line` names the host; `problem` is why the last submission failed.

    `places` are the prefixes of the providers to choose from.
    """
    edits, usual = draft.edits, filled(draft.edits.read, "").more if draft.edits else More()
    blocks: list[Block] = [
        *([warning(problem)] if problem else []),
        *([_resumed(draft)] if resumed else []),
        *_fields(draft, rules, places),
        *actions(button("More Settings", MORE, draft.draft_id, label="More settings: recording, access, questions")),
        context(escape_sentence(host_line)),
    ]
    blocks += copied.notes(draft.copied)
    if names := settings_form.changed(draft.more, usual, rules.names):
        blocks.append(context(f"Changed under More Settings: {', '.join(names)}"))
    return modal(
        EDIT_CALLBACK if edits else CALLBACK,
        "Edit webinar" if edits else "Create a webinar",
        blocks,
        submit="Save Changes" if edits else "Create Webinar",
        close="Cancel",
        private_metadata=draft.draft_id,
        notify_on_close=True,
    )


def _fields(draft: CreateDraft, rules: FormRules, places: Sequence[str]) -> list[Block]:
    zone_ids = {name: block_id(name, draft.draft_id) for name in (zone_field.TIME_ZONE, zone_field.KEEPS)}
    times = [
        _starts(draft),
        _input(draft, LENGTH, _text(draft.length, "45 minutes"), hint=length_hint(rules)),
        *zone_field.fields(draft.edits, draft.start, zone_ids, CHANGE),
    ]
    fields = [
        *place_field.fields(places, draft.provider, block_id(place_field.PLACE, draft.draft_id)),
        _input(draft, TITLE, _text(draft.title, "Launch day", focus=not draft.title)),
        *(times if draft.edits is None or draft.edits.can_move else []),
        *event_fields.fields(draft, places, lambda name: block_id(name, draft.draft_id)),
        _input(draft, AUDIENCE, _audience(draft.audience), dispatch=True),
        _input(
            draft,
            DESCRIPTION,
            _text(draft.description, "What people will learn", multiline=True),
            hint=draft.description_note or f"Up to {rules.max_description:,} characters",
            optional=True,
        ),
    ]
    if draft.edits:
        return fields
    return [*fields, _announce_in(draft), *copied.fields(draft.copied, block_id(copied.TEAM, draft.draft_id), CHANGE)]


def _announce_in(draft: CreateDraft) -> Block:
    entrance = "Register" if draft.audience is Audience.REGISTRANTS else "Join"
    return _input(
        draft,
        ANNOUNCE_IN,
        _channel(draft.announce_in),
        hint=f"A card with a {entrance} button is posted there and kept up to date",
        optional=True,
        dispatch=True,
    )


def _starts(draft: CreateDraft) -> Block:
    picker = datetime_picker(action_id=CHANGE, initial_date_time=draft.start)
    ask = "" if draft.start else "Choose the date and the time."
    hint = cut(f"{draft.start_note} {ask}".strip(), MAX_HINT) if draft.start_note else None
    return _input(draft, STARTS, picker, hint=hint, dispatch=True)


def read(draft: CreateDraft, values: form_values.Values) -> CreateDraft:
    """`draft` updated from `view.state.values`. Never raises; missing inputs keep their values."""
    named = {block_id.partition(":")[0]: elements for block_id, elements in values.items()}
    starts, channel = form_values.element(named, STARTS), form_values.element(named, ANNOUNCE_IN)
    start = draft.start if starts is None else starts.get("selected_date_time")
    description = form_values.text(named, DESCRIPTION, draft.description)
    return draft.model_copy(
        update={
            "provider": place_field.read(named, draft.provider),
            **event_fields.read(named, draft),
            "title": form_values.text(named, TITLE, draft.title),
            "start": start,
            "start_note": draft.start_note if start == draft.start else "",
            "length": form_values.text(named, LENGTH, draft.length),
            "audience": Audience(form_values.choice(named, AUDIENCE, draft.audience)),
            "description": description,
            "description_note": draft.description_note if description == draft.description else "",
            "copied": copied.read(draft.copied, named),
            "edits": zone_field.read(draft.edits, named),
            "announce_in": draft.announce_in if channel is None else channel.get("selected_conversation"),
        }
    )


def check(draft: CreateDraft, rules: FormRules, *, now: datetime, zone: str, channel_problem: str = "") -> WebinarForm:
    """The validated form, in the user's time zone.

    Raises `BadInput` with a sentence for every invalid field. `channel_problem` is what the caller found wrong with the
    chosen channel. Slack shows errors only under inputs, so problems of More Settings go under the field above its
    button.
    """
    title, start, length = values(draft)
    more_problem = settings_form.problem_text(settings_form.check(draft.more, rules), rules)
    problems = field_problems(draft, rules, now=now, zone=zone)
    problems[AUDIENCE] = approval_problem(draft.audience, rules, is_manual=draft.more.options.manual_approval)
    dates_field, dates_problem = event_fields.problem(draft)
    problems[dates_field] = dates_problem
    problems[ANNOUNCE_IN] = "\n".join(filter(None, [channel_problem, more_problem]))
    if any(problems.values()) or start is None or length is None:
        raise bad_input(draft, problems, "Nothing was created.")
    more = settings_form.normalized(draft.more)
    return WebinarForm(
        provider=draft.provider,
        kind=draft.kind,
        recurrence=event_fields.recurrence(draft),
        title=title,
        start=start,
        length=length,
        time_zone=zone,
        audience=draft.audience,
        description=draft.description.strip(),
        announce_in=draft.announce_in,
        options=more.options,
        locale_code=more.locale_code,
        panel_join_offset=more.panel_join_offset,
    )


def values(draft: CreateDraft) -> tuple[str, datetime | None, timedelta | None]:
    """The title, start and length of a form; `None` for those that cannot be read."""
    start = None if draft.start is None else datetime.fromtimestamp(draft.start, UTC)
    return " ".join(draft.title.split()), start, parse_length(draft.length)


def field_problems(draft: CreateDraft, rules: FormRules, *, now: datetime, zone: str) -> dict[str, str]:
    """A sentence for each field, empty for valid ones."""
    title, start, length = values(draft)
    return {
        TITLE: title_problem(title, rules),
        STARTS: start_problem(start, now, zone),
        LENGTH: length_problem(length, rules),
        DESCRIPTION: too_long(draft.description, rules.max_description),
    }


def bad_input(draft: CreateDraft, problems: Mapping[str, str], result: str) -> BadInput:
    """The error with the problem of every invalid field. `result` says that nothing was done."""
    invalid = {name: sentence for name, sentence in problems.items() if sentence}
    names = ", ".join(LABELS[name] for name in invalid)
    fields = {block_id(name, draft.draft_id): sentence for name, sentence in invalid.items()}
    return BadInput(f"{result} Please change: {names}.", fields)


def refusal(error: ProviderError, rules: FormRules) -> str:
    """The vendor's refusal with the form's name of the field: the `problem` of a reopened form."""
    label = parameter_label(error.parameter, rules)
    return f"{label}: {error.sentence}" if label else error.sentence


def _resumed(draft: CreateDraft) -> Block:
    again = button("Start Over", START_OVER, draft.draft_id, label="Start over with an empty form")
    return section("Picked up where you left off", again)


def _input(
    draft: CreateDraft,
    name: str,
    element: Element,
    *,
    hint: str | None = None,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    return input_block(
        block_id=block_id(name, draft.draft_id),
        label=LABELS[name],
        element=element,
        hint=hint,
        optional=optional,
        dispatch_action=dispatch,
    )


def _text(value: str, example: str, *, multiline: bool = False, focus: bool = False) -> Element:
    # Slack's maximum, even for the title: with a smaller `max_length` Slack would refuse to open a form prefilled with
    # more, instead of our error under the field.
    return text_input(
        action_id=CHANGE,
        initial_value=cut(value, MAX_INPUT) or None,
        placeholder=example,
        multiline=multiline,
        max_length=MAX_INPUT,
        focus_on_load=focus,
    )


def _audience(chosen: Audience) -> Element:
    options = {audience: option(text=words, value=audience.value) for audience, words in AUDIENCES.items()}
    return radio_buttons(action_id=CHANGE, options=list(options.values()), initial_option=options[chosen])


def _channel(chosen: str | None) -> Element:
    return conversations_select(
        action_id=CHANGE, initial_conversation=chosen, include=CHANNELS, placeholder="Choose a channel"
    )
