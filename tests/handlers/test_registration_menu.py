"""The form for all settings of a registration, its forecast, and the result of changed preferences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.model.webinar import Audience, OnDemand, Preferences, Registration, Webinar
from bot.providers.base import RegistrationChange
from bot.registration.chart import Bar, Chart, ChartPoint
from bot.registration.charts import RegistrationGrowth
from bot.registration.forecast import DAY, Forecast, GrowthRate
from bot.registration.settings import ignored_settings, merged
from bot.registration.state import RegistrationState, state_of
from bot.registration.texts.forecast_text import forecast_facts, pace_text, summary
from bot.registration.texts.preferences import FIELDS, differing_parameters
from bot.registration.texts.settings_result import change_text, changed_message, read_undo
from bot.slack import buttons as ids
from bot.slack.blocks import when
from bot.webinars.texts.registration_buttons import chart_button, menu_button
from handlers.registration import chart_texts, menu_form
from tests.support.block_kit import buttons, check_message, check_view, visible_text
from tests.support.rows import each_row
from tests.support.webinar_samples import MOMENTS, NOW, REGISTRATIONS, WEBINARS, registration, webinar

USUAL = Preferences()
OTHER = Preferences(
    suppress_emails=True,
    digest=False,
    prevent_multiple_device_joins=True,
    work_email_required=True,
    view_recording=True,
    on_demand=OnDemand.ONE_YEAR,
    open_after_event=True,
)
PREFERENCES = st.builds(Preferences)
FORECASTS = st.builds(
    Forecast,
    percent=st.none() | st.integers(0, 10**9),
    pace=st.none() | st.builds(GrowthRate, growth=st.integers(-(10**9), 10**9), days=st.integers(1, 7)),
    full_at=st.none() | MOMENTS,
)


def launch(**changes: Any) -> Webinar:
    """The launch with a completely known registration."""
    return webinar(registration=registration(**({"preferences": USUAL} | changes)))


def submitted(view: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The state values that Slack sends for a form, with some blocks changed."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            state = {
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
                "value": element.get("initial_value"),
            }
            values[block["block_id"]] = {element["action_id"]: state | changes.get(block["block_id"], {})}
    return values


@pytest.mark.parametrize("preferences", [USUAL, OTHER])
@pytest.mark.parametrize(("is_open", "limit"), [(True, None), (False, 9), (False, 3)])
def test_an_unchanged_form_returns_the_shown_settings(preferences: Preferences, is_open: bool, limit: int) -> None:
    """Open, closed or full."""
    view = menu_form.form_view(launch(is_open=is_open, limit=limit, preferences=preferences), Forecast(), now=NOW)
    check_view(view)
    asked = menu_form.read_context(view["private_metadata"])
    assert asked.shown == RegistrationState(is_open=is_open, limit=limit, preferences=preferences)
    assert menu_form.read_form(submitted(view), asked) == asked.shown


def test_the_form_explains_each_setting() -> None:
    """The effect of sending no emails; and what its documents leave open."""
    view = menu_form.form_view(launch(), Forecast(), now=NOW)
    hints = {block["block_id"]: block["hint"]["text"] for block in view["blocks"] if "hint" in block}
    assert "You get a file with the links of everyone else" in hints["emails"]
    assert "doesn't say whether “Joining on several devices” allows or prevents it" in hints["people"]
    values = {
        option["value"]
        for block in view["blocks"]
        for option in block.get("element", {}).get("options", ())
        if block["block_id"] in menu_form.BOXES
    }
    assert values | {"onDemandDuration"} == set(FIELDS)
    assert len([block for block in view["blocks"] if block["type"] == "input"]) == 5 + ("onDemandDuration" in str(view))


@pytest.mark.parametrize("ticked", [[], ["viewRecording"], ["autoOpenPostWebinarRegistration"]])
def test_the_duration_appears_with_what_follows_the_event(ticked: list[str]) -> None:
    """It keeps what was typed, and a duration that is not shown stays as it was."""
    one = launch(preferences=USUAL)
    view = menu_form.form_view(one, Forecast(), now=NOW)
    asked = menu_form.read_context(view["private_metadata"])
    typed = submitted(view, autoCloseLimit={"value": "77"}, after={"selected_options": [{"value": v} for v in ticked]})
    again = menu_form.form_view(one, Forecast(), now=NOW, opened=asked, typed=typed)
    check_view(again)
    assert ("onDemandDuration" in str(again)) is bool(ticked)
    read = menu_form.read_form(submitted(again), asked)
    assert (read.limit, read.preferences and read.preferences.on_demand) == (77, USUAL.on_demand)


def test_the_links_file_is_offered_if_no_emails_are_sent() -> None:
    """And only then."""
    usual, silent = (
        buttons(menu_form.form_view(launch(preferences=one), Forecast(), now=NOW)["blocks"]) for one in (USUAL, OTHER)
    )
    assert list(usual) == ["Chart", "Chart With Sources"]
    assert list(silent) == ["Chart", "Chart With Sources", "Links File"]


def test_a_returned_form_keeps_its_input() -> None:
    """And its original context."""
    one = launch()
    view = menu_form.form_view(one, Forecast(), now=NOW)
    asked = menu_form.read_context(view["private_metadata"])
    typed = submitted(view, autoCloseLimit={"value": "77"}, emails={"selected_options": []})
    back = menu_form.form_view(launch(limit=5), Forecast(), now=NOW, opened=asked, typed=typed, problem="No.")
    check_view(back)
    assert (back["private_metadata"], submitted(back)) == (view["private_metadata"], typed)
    assert back["blocks"][0]["type"] == "alert"


@pytest.mark.parametrize("typed", ["0", "-1", "2.5", "9999999999"])
def test_an_invalid_limit_is_reported_at_its_field(typed: str) -> None:
    """In words that fit a form."""
    view = menu_form.form_view(launch(), Forecast(), now=NOW)
    with pytest.raises(BadInput) as wrong:
        menu_form.read_form(
            submitted(view, autoCloseLimit={"value": typed}),
            menu_form.MenuContext(session_id="s1", shown=state_of(registration())),
        )
    assert wrong.value.fields == {"autoCloseLimit": wrong.value.sentence}


@settings(deadline=None, max_examples=50)
@given(
    st.builds(RegistrationState, is_open=st.booleans(), limit=st.none() | st.integers(1, 9), preferences=PREFERENCES),
    st.builds(RegistrationState, is_open=st.booleans(), limit=st.none() | st.integers(1, 9), preferences=PREFERENCES),
    REGISTRATIONS.flatmap(lambda read: PREFERENCES.map(lambda one: read.model_copy(update={"preferences": one}))),
)
def test_the_target_differs_only_in_changed_fields(
    shown: RegistrationState, wanted: RegistrationState, read: Registration
) -> None:
    """Without changes it equals the current settings; changed fields have the submitted values."""
    assert merged(read, shown, shown) == state_of(read)
    goal = merged(read, shown, wanted)
    assert goal.limit == (read.limit if wanted.limit == shown.limit else wanted.limit)
    changed_in_form = differing_parameters(shown.preferences, wanted.preferences)
    for parameter, (field, _) in FIELDS.items():
        source = wanted.preferences if parameter in changed_in_form else read.preferences
        assert getattr(goal.preferences, field) == getattr(source, field)
    if wanted.is_open != shown.is_open:
        assert goal.is_open == wanted.is_open


def test_a_higher_limit_reopens_only_a_full_registration() -> None:
    """As the limit command does."""
    shown = RegistrationState(is_open=False, limit=3, preferences=USUAL)
    wanted = shown.model_copy(update={"limit": 9})
    assert merged(registration(is_open=False, limit=3), shown, wanted).is_open
    assert not merged(registration(is_open=False, limit=5), shown, wanted).is_open


@each_row(
    ("told", "said"),
    [
        (None, "Not known yet: less than a day has been counted"),
        (GrowthRate(growth=36, days=3), "12 a day over the last 3 days"),
        (GrowthRate(growth=10, days=4), "2.5 a day over the last 4 days"),
        (GrowthRate(growth=9000, days=7), "1,286 a day over the last 7 days"),
        (GrowthRate(growth=2, days=7), "2 in the last 7 days"),
        (GrowthRate(growth=5, days=1), "5 in the last day"),
        (GrowthRate(growth=0, days=2), "Nobody in the last 2 days"),
        (GrowthRate(growth=-3, days=2), "3 fewer in the last 2 days"),
    ],
)
def test_the_pace_in_words(told: GrowthRate | None, said: str) -> None:
    """With its period."""
    assert pace_text(told) == said


def test_the_forecast_shows_when_it_will_be_full() -> None:
    """Rounded up to the hour; not without a limit, and not if closed."""
    told = Forecast(percent=30, pace=GrowthRate(growth=3, days=1), full_at=NOW + DAY)
    at = int((NOW + DAY).replace(minute=0).timestamp()) + 3600
    facts = dict(forecast_facts(launch(limit=10), told))
    assert facts["Registered"] == "3 of 10 people (30%)"
    assert facts["Full"].startswith(f"About <!date^{at}^")  # never before the moment that was computed
    soon = launch(limit=10).model_copy(update={"start": NOW + DAY + timedelta(minutes=20)})
    last = dict(forecast_facts(soon, told))["Full"]  # nor after the start, before which it was to be
    assert last.startswith(f"About <!date^{int(soon.start.timestamp())}^")
    assert dict(forecast_facts(launch(limit=10), Forecast(percent=30)))["Full"].startswith("Not known yet")
    late = Forecast(percent=30, pace=GrowthRate(growth=1, days=7))
    assert dict(forecast_facts(launch(limit=10), late))["Full"] == "Not before the start at this pace"
    for one in (launch(), launch(limit=10, is_open=False), launch(limit=3, is_open=False)):
        assert "Full" not in dict(forecast_facts(one, told))


def test_the_summary_is_one_sentence() -> None:
    """The takeaway above the chart: the count, how it has changed, when it is full, and the largest source."""
    one = webinar(title="R&D *day*", registration=registration(count=42, limit=100))
    told = Forecast(percent=42, pace=GrowthRate(growth=12, days=3), full_at=NOW + 2 * DAY)
    sources = [Bar(name="Not named", count=20), Bar(name="Slack #launch", count=12), Bar(name="Others", count=10)]
    full_at = when(NOW.replace(hour=16, minute=0) + 2 * DAY, one.time_zone)
    assert summary(one, told, sources) == (
        f"*R&amp;D ∗day∗*: 42 of 100 registered, up 12 in the last 3 days; full about {full_at} at this pace; "
        "most that named a source came from Slack #launch (12)."
    )
    still = Forecast(pace=GrowthRate(growth=0, days=1))
    assert summary(launch(), still) == "*Launch day*: 3 registered, as many as 1 day ago."
    fewer = Forecast(pace=GrowthRate(growth=-1, days=1))
    assert summary(launch(), fewer) == "*Launch day*: 3 registered, down 1 in the last day."


def test_the_result_lists_each_changed_preference() -> None:
    """Old and new value of each; Undo contains them."""
    after = launch(preferences=OTHER, limit=9)
    before = registration(preferences=USUAL)
    message = changed_message(after, before, now=NOW, note="More follows.")
    check_message(message.text, message.blocks)
    assert (
        "The limit is now 9 people.\nRingCentral emails nobody from now on, and other settings are changed."
        in message.text
    )
    assert "*How long after the event?*\n6 months → 1 year" in visible_text(message.blocks)
    assert visible_text(message.blocks).endswith("More follows.")
    undo = read_undo(buttons(message.blocks)["Undo"]["value"])
    assert (undo.back.preferences, undo.made.preferences) == (USUAL, OTHER)
    assert len(buttons(message.blocks)["Undo"]["value"]) < 2000


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (USUAL, USUAL.model_copy(update={"digest": False}), "Its settings are changed."),
        (OTHER, OTHER.model_copy(update={"suppress_emails": False}), "RingCentral emails people from now on."),
        (None, OTHER, "Registration is closed."),
    ],
)
def test_only_changed_preferences_are_shown(before: Preferences | None, after: Preferences, sentence: str) -> None:
    """An unknown earlier value is not a change."""
    was = registration(count=0, preferences=before, is_open=before is None)
    assert change_text(was, registration(count=0, preferences=after, is_open=False), provider="RingCentral") == sentence


def test_buttons_require_a_registration() -> None:
    """The form also if it was never read, the chart also after the webinar."""
    over = webinar(registration=registration(), start=NOW - DAY)
    for one, there in (
        (launch(), (ids.REGISTRATION_MENU, ids.CHART)),
        (webinar(), (ids.REGISTRATION_MENU, None)),
        (over, (None, ids.CHART)),
        (webinar(audience=Audience.ANYONE, registration=registration()), (None, None)),
    ):
        found = (menu_button(one, NOW), chart_button(one))
        assert tuple(button and button["action_id"] for button in found) == there


@settings(deadline=None)
@given(WEBINARS, REGISTRATIONS, PREFERENCES, FORECASTS, MOMENTS, st.text(max_size=3000))
def test_every_view_is_within_slacks_limits(
    one: Webinar, read: Registration, preferences: Preferences, told: Forecast, now: Any, text: str
) -> None:
    """For any counts, titles and sentences."""
    current = one.model_copy(update={"registration": read.model_copy(update={"preferences": preferences})})
    views = [
        menu_form.form_view(current, told, now=now, problem=text),
        menu_form.reading_view(one, note=text),
        menu_form.working_view(one, note=text),
        menu_form.nothing_changed_view(one),
        menu_form.unread_view(text or "x"),
        chart_texts.counting_view(one, note=text),
        chart_texts.collecting_view(one, note=text),
        chart_texts.failed_view(text or "x"),
    ]
    for view in views:
        check_view(view)
    bars = (Bar(name="x" * 40, count=3), Bar(name=text[:40] or "x", count=0))
    points = (ChartPoint(at=now, count=0), ChartPoint(at=now, count=read.count, limit=read.limit))
    grown = RegistrationGrowth(told, bars, Chart(points=points, sources=bars))
    for message in (
        chart_texts.chart_message(current, grown, now=now, with_sources=True),
        chart_texts.chart_message(current, RegistrationGrowth(told), now=now, with_sources=False),
        chart_texts.sent_reply(current, grown),
        chart_texts.links_message(one, read.count),
        chart_texts.links_reply(one, read.count),
        changed_message(current, read, now=now),
    ):
        check_message(message.text, message.blocks)


def test_ignored_settings_are_named() -> None:
    """An account may lock a setting silently; a limit that is reached already closes the registration."""
    change = RegistrationChange(is_open=True, limit=9, preferences=OTHER)
    assert ignored_settings(change, registration(limit=9, preferences=OTHER), provider="RingCentral") == ()
    assert (
        ignored_settings(
            change, registration(count=9, limit=9, is_open=False, preferences=OTHER), provider="RingCentral"
        )
        == ()
    )
    locked = OTHER.model_copy(update={"work_email_required": False, "digest": True})
    assert ignored_settings(change, registration(is_open=False, preferences=locked), provider="RingCentral") == (
        "Limit",
        "Registration",
        "Daily digest of registrations by email",
        "A work email address is required",
    )
    assert (
        ignored_settings(
            RegistrationChange(is_open=False), registration(is_open=False, limit=5), provider="RingCentral"
        )
        == ()
    )
