"""Each sentence of the README has a proof: a test, or a line of a document that is tested or measured itself."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from tests.support.docs_tables import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
STORY = "test_from_the_command_to_the_reminder_in_the_page"
DEMO = "test_from_the_command_to_the_reminders_and_on_after_restarts"
DOCTOR = "test_the_command_exits_with_0_and_prints_no_secret"
PROOFS: dict[str, tuple[str, ...]] = {
    "Greenroom is a Slack app for teams": ("test_the_same_story_with_a_webinar_of_each_provider",),
    "One person fills in a form": (STORY,),
    "/webinar create Launch day tomorrow": (STORY,),
    "A webinar is created or changed completely": (
        "test_a_crash_at_any_point_ends_in_one_complete_webinar_or_none",
        "test_a_failure_of_any_call_ends_in_the_whole_edit_or_nothing",
    ),
    "People register in one click": ("test_one_click_takes_a_seat",),
    "Personal join links never appear": ("test_names_addresses_and_links_stand_only_where_they_may",),
    "Co-hosts and panelists are invited": ("test_people_are_invited_in_one_call_and_each_gets_their_own_link",),
    "One person, a list of a thousand": (
        "test_a_list_can_be_a_file",
        "test_people_register_on_a_page_of_greenrooms_own",
        "docs/measured.md: ## A list of 1,000 people",
    ),
    "Reminders are scheduled at Slack": ("test_reminders_are_posted_while_the_bot_is_down",),
    "Each channel chooses what it gets": (
        "test_subscribing_is_shown_back_and_introduced_once",
        "test_event_waits_for_quiet_hours_to_end",
        "test_digest_contains_only_subscribed_webinars",
    ),
    "Who registered, came and stayed": (
        "test_the_report_says_who_came_and_the_file_names_them",
        "test_a_shared_recording_is_in_the_texts_and_shared_with_nobody_who_opted_out",
    ),
    "A webinar that is announced nowhere": ("test_for_everyone_else_it_does_not_exist",),
    "Names, addresses and links are stored encrypted": (
        "test_every_encrypted_column_is_personal_data_and_marked",
        "test_everything_is_deleted_when_its_time_has_passed_and_not_before",
    ),
    "Pictures of every surface": ("test_the_page_shows_every_surface_at_both_widths",),
    "You need Python 3.11 or newer": ("test_setup_wants_a_python_that_is_new_enough",),
    "make demo starts stand-ins": (DEMO,),
    "The first start installs into .venv": (
        ".ci/run: tools.demo_time",
        "test_setup_makes_and_fills_the_environment_once",
    ),
    "You are Ana, in Slack": (DEMO,),
    "Type /webinar create Launch day": (STORY,),
    "Be Emi, with the picker": (STORY,),
    "Move the clock, on the right": (STORY, DEMO),
    "The sandbox has more": ("docs/sandbox.md: injected faults",),
    "Installation takes ten minutes": ("docs/install.md: # Installation in ten minutes",),
    "python -m bot doctor checks all of it": (DOCTOR, "test_the_command_exits_with_1_and_lists_missing_settings"),
    "Operations is about": ("docs/operations.md: **Backups:**", "test_the_documentation_lists_every_metric"),
    "Slack calls the bot over HTTP or Socket Mode": (
        "test_run_over_http_is_ready_answers_and_ends",
        "test_run_over_socket_mode_is_ready_answers_and_ends",
        "test_an_unsigned_old_or_forged_request_is_refused",
        "docs/measured.md: | one user at a time, p50 |",
    ),
    "RingCentral and Zoom keep": ("test_one_mirror_has_what_both_providers_list",),
    "Greenroom has a mirror": ("docs/measured.md: | list, show, count, share | 0 |",),
    "Webhooks and a poller keep": (
        "test_a_change_in_ringcentrals_own_app_reaches_card_and_channel",
        "test_without_webhooks_the_poller_reads_the_same",
    ),
    "One gate keeps all calls": (
        "test_two_replicas_and_200_people_cause_no_429",
        "test_users_never_wait_longer_than_other_lanes",
    ),
    "What is to be posted is a row first": (
        "test_one_process_killed_24_times_on_sqlite",
        "test_two_replicas_killed_in_turn_24_times_on_postgresql",
    ),
    "An unknown outcome is looked up": ("test_a_lost_response_is_looked_up",),
    "SQLite for one process": ("test_two_replicas_act_once",),
    "Ask in the issues": ("SECURITY.md: the repository",),
    "Include the version or commit": (DOCTOR, "docs/operations.md: `reference` is shown to the user"),
    "For a vulnerability": ("SECURITY.md: ## Report a vulnerability",),
    "CHANGELOG.md lists": ("test_changelog_has_a_place_for_what_comes_next",),
}
"""The beginning of each sentence, and what proves it: the name of a test, or a document and words of it."""


def sentences() -> list[str]:
    """All sentences, without headings, code, pictures, labels in bold, and lists of links."""
    text = re.sub(r"```[^`]*```|^#.*$|!\[[^\]]*\]\([^)]*\)", "", TEXT, flags=re.MULTILINE)
    parts = re.split(r"\n\s*\n|\n(?=- |\d\. )", text)
    found = [one for part in parts for one in re.split(r"(?<=[.:])\s+(?=[A-Z`\[])", " ".join(part.split()))]
    spoken = [one for one in found if re.search(r"\w", re.sub(r"\[[^\]]*\]\([^)]*\)", "", one))]
    plain = [re.sub(r"^(?:- |\d\. ?)?(?:\*\*.*?\*\*)?\s*", "", one) for one in spoken]
    linked = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one) for one in plain]
    return [one.replace("`", "") for one in linked if re.search(r"\w", one)]


@cache
def known_tests() -> frozenset[str]:
    """The names of all tests."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(re.findall(r"^ *(?:async )?def (test_\w+)", sources, re.MULTILINE))


def exists(proof: str) -> bool:
    """Whether the test is there, or the document has the words."""
    document, _, words = proof.partition(": ")
    return words in (ROOT / document).read_text(encoding="utf-8") if words else proof in known_tests()


def test_every_sentence_has_a_proof_that_exists() -> None:
    """A new sentence needs one, and a proof whose sentence is gone is removed."""
    unproven = [one for one in sentences() if not any(one.startswith(start) for start in PROOFS)]
    assert unproven == []
    assert [start for start in PROOFS if not any(one.startswith(start) for one in sentences())] == []
    assert [proof for proofs in PROOFS.values() for proof in proofs if not exists(proof)] == []


def test_the_first_screen_has_the_animation_two_commands_and_the_contents() -> None:
    """Within 20 lines, in this order; every heading is among the contents."""
    first, headings = TEXT.splitlines()[:20], re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    screen = "\n".join(first)
    places = [screen.index(words) for words in ("docs/pictures/greenroom.gif", "make demo", "make test", "(#what-")]
    assert places == sorted(places)
    contents = set(re.findall(r"\[([^\]]+)\]\(#[\w-]+\)", screen))
    assert contents == set(headings)


def test_the_license_is_the_same_everywhere() -> None:
    """In the file, the README and the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n\nCopyright (c) ")
    assert (project["license"], project["license-files"]) == ("MIT", ["LICENSE"])
    assert TEXT.endswith("## License\n\n[MIT](LICENSE)\n")
