"""Any text that a user could type after `/webinar` (Hypothesis)."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.commands.verbs import VERBS

ODD_WORDS = [
    "#a",
    "<#C1|a>",
    "<@U1>",
    "&amp;",
    "`",
    '"',
    "<",
    "|",
    "\u200b",
    "5",
    ",",
    "“a",
    "b”",
    "'",
    "1d",
    "-5m",
    "10",
]
ODD_WORDS += ["mine", "next", "all", "to", "for", "and", "live", "defaults", "minutes"]
COMMAND_TEXTS = st.one_of(
    st.text(max_size=80),
    st.builds(
        " ".join,
        st.lists(
            st.sampled_from([*VERBS, *ODD_WORDS]) | st.text(max_size=4),
            max_size=8,
        ),
    ),
)
