"""The company of the account: its people and its policies."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

ACCOUNT_ID = "62190000"


class Person(BaseModel):
    """An extension of the account: usually a person who can log in, sometimes a call queue."""

    id: str
    first_name: str
    last_name: str = ""
    email: str = ""
    extension_number: str = ""
    job_title: str = ""
    kind: str = "User"
    admin: bool = False
    webinar_settings: bool = False  # the user permission "WebinarSettings"
    licensed: bool = True  # a Webinar license: may host

    @property
    def name(self) -> str:
        """First and last name, as in the directory."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def runs_webinars(self) -> bool:
        """Whether the person may act for other hosts: an admin with the user permission "WebinarSettings"."""
        return self.admin and self.webinar_settings

    @property
    def jwt(self) -> str:
        """The made-up JWT of this person."""
        return f"demo.jwt-of-{self.id}.not-a-secret"


SERVICE_USER = Person(
    id="62190001",
    first_name="Greenroom",
    last_name="Service",
    email="webinars@acme.example",
    extension_number="100",
    admin=True,
    webinar_settings=True,
)

ACME_PEOPLE = (
    SERVICE_USER,
    Person(id="62190101", first_name="Ana", last_name="Ruiz", email="ana@acme.example", extension_number="101",
           job_title="Founder", admin=True, webinar_settings=True),
    Person(id="62190102", first_name="Ben", last_name="Okafor", email="ben@acme.example", extension_number="102",
           job_title="Head of Events"),
    Person(id="62190103", first_name="Chloé", last_name="Martin", email="chloe@acme.example",
           extension_number="103", job_title="Product Marketing"),
    Person(id="62190104", first_name="Dev", last_name="Patel", email="dev@acme.example", extension_number="104",
           job_title="Solutions Engineer"),
    Person(id="62190105", first_name="Emi", last_name="Sato", email="emi@acme.example", extension_number="105",
           job_title="People Team"),
    Person(id="62190106", first_name="Noor", last_name="Haddad", email="noor@acme.example",
           extension_number="106", job_title="Finance", licensed=False),
    Person(id="62190107", first_name="Igor", last_name="Novak", email="igor@acme.example",
           extension_number="107", job_title="IT", admin=True),
    Person(id="62190108", first_name="Support Line", extension_number="900", kind="Department", licensed=False),
)  # fmt: skip


class Company(BaseModel):
    """One RingCentral account; read at every call, so it can be changed at any time."""

    id: str = ACCOUNT_ID
    name: str = "Acme"
    people: list[Person] = Field(default_factory=lambda: list(ACME_PEOPLE))
    password_required: bool = False  # a webinar without a password gets one
    locked_settings: dict[str, Any] = Field(
        default_factory=dict
    )  # API field name → value that overrides what a caller sends

    def person(self, person_id: str) -> Person | None:
        """Find a person by extension id."""
        return next((one for one in self.people if one.id == person_id), None)

    def by_email(self, email: str) -> Person | None:
        """Find a person by email address, ignoring case."""
        return next((one for one in self.people if email and one.email.lower() == email.lower()), None)

    def by_jwt(self, jwt: str) -> Person | None:
        """Find the owner of a JWT."""
        return next((one for one in self.people if one.kind == "User" and one.jwt == jwt), None)
