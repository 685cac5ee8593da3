"""The default workspace Acme: eight people, six channels, two user groups, one app."""

from __future__ import annotations

from sandbox.slack.model import Channel, Json, Person, UserGroup

TEAM: Json = {"id": "T0ACME", "name": "Acme", "domain": "acme"}
OTHER: Json = {"id": "T0OTHER", "name": "Globex", "domain": "globex"}
OTHER_TEAM = str(OTHER["id"])
APP_ID, BOT_USER, BOT_ID = "A0GREENROOM", "U0GREENROOM", "B0GREENROOM"

# Slack's names of a time zone in winter and summer; other zones get their IANA name.
ZONE_LABELS = {
    "Europe/Madrid": ("Central European Time", "Central European Summer Time"),
    "Europe/Paris": ("Central European Time", "Central European Summer Time"),
    "Europe/Rome": ("Central European Time", "Central European Summer Time"),
    "Africa/Lagos": ("West Africa Time", "West Africa Time"),
    "Asia/Kolkata": ("India Standard Time", "India Standard Time"),
    "Asia/Tokyo": ("Japan Standard Time", "Japan Standard Time"),
    "America/Los_Angeles": ("Pacific Standard Time", "Pacific Daylight Time"),
    "America/New_York": ("Eastern Standard Time", "Eastern Daylight Time"),
}

BOT_TOKEN = "xoxb-sandbox-greenroom"
APP_TOKEN = "xapp-sandbox-greenroom"
SIGNING_SECRET = "sandbox-signing-secret"


def people() -> list[Person]:
    """Acme's people, a guest, a person of another organization, and the app's bot user."""
    acme = str(TEAM["id"])
    return [
        _person("ana", "Ana Ruiz", "Europe/Madrid", "owner", "Head of Marketing", acme),
        _person("ben", "Ben Okafor", "Africa/Lagos", "admin", "IT", acme),
        _person("chloe", "Chloé Martin", "Europe/Paris", "member", "Events", acme),
        _person("dev", "Dev Patel", "Asia/Kolkata", "member", "Product", acme),
        _person("emi", "Emi Sato", "Asia/Tokyo", "member", "Sales", acme),
        _person("finn", "Finn Berg", "America/Los_Angeles", "member", "Design", acme),
        _person("gia", "Gia Rossi", "Europe/Rome", "guest", "Agency", acme),
        _person("hal", "Hal Stone", "America/New_York", "stranger", "Partner", OTHER_TEAM),
        Person(BOT_USER, "greenroom", "Greenroom", "America/Los_Angeles", "bot", team_id=acme),
    ]


def channels() -> list[Channel]:
    """The app is in #launch, #marketing and #partners, and cannot see #board."""
    staff = ["U0ANA", "U0BEN", "U0CHLOE", "U0DEV", "U0EMI", "U0FINN"]
    return [
        Channel("C0GENERAL", "general", "public", [*staff], "Company-wide announcements"),
        Channel("C0LAUNCH", "launch", "public", [*staff, "U0GIA", BOT_USER], "Everything about the launch"),
        Channel("C0MARKETING", "marketing", "public", [*staff, BOT_USER], "Campaigns and events"),
        Channel("C0RANDOM", "random", "public", [*staff], "Non-work banter"),
        Channel("C0BOARD", "board", "private", ["U0ANA", "U0BEN"], "Confidential"),
        Channel("C0PARTNERS", "partners", "shared", ["U0ANA", "U0CHLOE", "U0GIA", "U0HAL", BOT_USER], "With Other"),
    ]


def groups() -> list[UserGroup]:
    """Event organizers and leads."""
    return [
        UserGroup("S0EVENTS", "events", "Events", ["U0BEN", "U0EMI"], "Whoever runs our events"),
        UserGroup("S0LEADS", "leads", "Leads", ["U0ANA", "U0BEN"]),
    ]


def _person(name: str, real_name: str, tz: str, role: str, title: str, team: str) -> Person:
    host = "other.example" if role == "stranger" else "acme.example"
    return Person(
        f"U0{name.upper()}",
        name,
        real_name,
        tz,
        role,  # type: ignore[arg-type] # literals above
        f"{name}@{host}",
        title,
        team,
        is_stranger=role == "stranger",
    )
