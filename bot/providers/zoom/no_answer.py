"""The errors for no answer of Zoom, or for one that does not tell the outcome."""

from __future__ import annotations

from bot.errors import OutcomeUnknown, ProviderDown, ProviderError

DOWN = "Zoom can't be reached or has a problem, so nothing was changed. Try again in a few minutes."
UNKNOWN = "Zoom gave no clear answer, so this may or may not be done. Check in Zoom before you try again."


def no_answer_error(*, may_have_happened: bool, status: int = 0, code: str = "") -> ProviderError:
    """The error for no answer, or for one that does not tell the outcome, such as a 5xx."""
    kind, sentence = (OutcomeUnknown, UNKNOWN) if may_have_happened else (ProviderDown, DOWN)
    return kind(sentence, status=status, code=code)
