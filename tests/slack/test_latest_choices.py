"""Which of several choices in a form is the latest."""

from bot.slack.deliver import MAX_FORMS, LatestChoices


def test_a_choice_is_the_latest_until_a_later_one_is_known() -> None:
    """In each form by itself, in whichever order the choices arrive."""
    choices = LatestChoices()
    assert choices.is_latest("V1", 2.0)
    assert not choices.is_latest("V1", 1.0)
    assert choices.is_latest("V1", 2.0)  # asked again, after Slack has refused an update
    assert choices.is_latest("V2", 1.0)
    assert choices.is_latest("V1", 3.0)
    assert not choices.is_latest("V1", 2.0)


def test_forms_of_long_ago_are_forgotten() -> None:
    """The number of forms is limited; one that is in use stays."""
    choices = LatestChoices()
    for number in range(MAX_FORMS):
        choices.is_latest(f"V{number}", 5.0)
    assert not choices.is_latest("V0", 4.0)
    choices.is_latest("new", 1.0)
    assert not choices.is_latest("V0", 4.0)
    assert choices.is_latest("V1", 4.0)
