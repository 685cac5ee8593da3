"""The plain text of a Slack message."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.message_text import mentioned_ids, message_text
from tests.support.rows import each_row

ROWS = {
    "Join us on Friday": "Join us on Friday",
    "*Launch day* is _near_, ~not~ far": "Launch day is near, not far",
    "*_Both_* and `code` and ```\nblock\n```": "Both and code and block",
    "2*3*4 and snake_case_name and a ~ b": "2*3*4 and snake_case_name and a ~ b",
    "`*stars* in code` stay": "*stars* in code stay",
    "&gt; Quoted &amp; typed\nnext": "Quoted & typed\nnext",
    "5 &gt; 3 &lt; 4": "5 > 3 < 4",
    "With <@U0BEN> and <@U0XYZ> and <@U0ANA|Ana>": "With Ben Okafor and someone and Ana",
    "In <#C0LAUNCH|launch>, not <#C0BOARD> or <#C0BOARD|>": "In #launch, not a channel or a channel",
    "<!here> <!subteam^S0MKT|@marketing> <!subteam^S0MKT>": "@here @marketing a user group",
    "<!date^1772000000^{date}|Feb 25, 2026>": "Feb 25, 2026",
    "See <https://acme.example/_a_/b_c|our page>": "See our page (https://acme.example/_a_/b_c)",
    "<https://acme.example|acme.example> <https://acme.example/x>": "https://acme.example https://acme.example/x",
    "<mailto:ana@acme.example|ana@acme.example>": "ana@acme.example",
    "*<https://acme.example|Page>* `<https://acme.example>`": "Page (https://acme.example) https://acme.example",
    "Hi :tada: there :wave::skin-tone-3:": "Hi there",
    "At 10:30:45, a:b:c": "At 10:30:45, a:b:c",
    "One\n\n\n\nTwo  \n": "One\n\nTwo",
    "&lt;@U0BEN&gt; as typed": "<@U0BEN> as typed",
    "": "",
}


@each_row("text", ROWS)
def test_message_is_read_as_people_see_it(text: str) -> None:
    """Without marks, ids and escapes; with every word and address."""
    assert message_text(text, {"U0BEN": "Ben Okafor"}) == ROWS[text]


def test_people_without_names_are_found_once() -> None:
    """In the order of the text; those whom Slack names need no lookup."""
    assert mentioned_ids("<@U0BEN> and <@U0ANA|Ana>, <@U0DEV>, <@U0BEN>") == ["U0BEN", "U0DEV"]


@given(st.text(alphabet="ab *_~`:<>|@#!&;\n\ue000\ue0010", max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Never fails, and never keeps the id of a person."""
    assert "U0BEN" not in message_text(f"{text} <@U0BEN>", {}) or "U0BEN" in text
