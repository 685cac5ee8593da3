"""What a provider accepts in the form that creates or edits an event: lengths, and the settings with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.model.webinar import Access


@dataclass(frozen=True)
class Setting:
    """A setting under More Settings: one of several choices, a text, or without either a checkbox."""

    key: str
    """The provider's parameter: a refusal that names it is shown at this field."""
    name: str
    """Our field of `Options` or `WebinarForm`."""
    label: str
    group: str
    """The heading that it stands under."""
    box: str = ""
    """The label of the group of checkboxes; those of one group follow each other."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Values with their words."""
    hint: str = ""
    example: str = ""
    max_length: int = 0
    """The most characters of a text; 0 for no limit of the provider's."""
    needs: str = ""
    """Our field of the checkbox in its group without which it does not matter."""
    needs_registration: bool = False
    """Whether it does not matter if everyone with the link can join."""


@dataclass(frozen=True)
class FormRules:
    """The rules of one provider for one kind of event."""

    provider: str
    """The name of the provider."""
    max_title: int
    max_description: int
    min_length: timedelta
    max_length: timedelta
    settings: tuple[Setting, ...]
    parameters: Mapping[str, str]
    """Our field of each other parameter that a refusal may name."""
    has_fixed_options: bool = False
    """Whether it reports the settings that the account decides (`FixedOptions`)."""

    @property
    def names(self) -> frozenset[str]:
        """Our fields of all settings."""
        return frozenset(setting.name for setting in self.settings)


def access_words(provider: str) -> Mapping[Access, str]:
    """Who can join or watch, in words; `provider` is the name of the provider."""
    return {
        Access.GUEST: "Anyone with the link",
        Access.SIGNED_IN: f"People signed in to {provider}",
        Access.COWORKER: "Coworkers only",
    }
