"""Names of outside people who register."""

from __future__ import annotations

FIRST = ("Lena", "Omar", "Priya", "Tomás", "Yuki", "Zoë", "Kwame", "Ingrid", "Mateo", "Aisha")
LAST = ("Berger", "Haidari", "Nair", "Silva", "Tanaka", "de Vries", "Mensah", "Lund", "Rojas", "Khan")


def guest(number: int) -> tuple[str, str, str]:
    """First name, last name and address of the guest with this number."""
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    return first, last, f"guest{number}@visitor.example"
