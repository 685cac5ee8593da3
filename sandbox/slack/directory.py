"""Web API methods auth.test, team.*, users.* and conversations.*."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sandbox.slack import direct, posting, scopes, seed
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Json, Person
from sandbox.slack.registry import Call, method
from sandbox.slack.world import World

FOUNDED = 1_577_836_800  # when everything in the sandbox was created: 2020-01-01 UTC
TYPES = {
    "public": "public_channel",
    "private": "private_channel",
    "shared": "public_channel",
    "dm": "im",
    "mpim": "mpim",
}
OPEN = ("channels:manage", "groups:write", "im:write", "mpim:write")


@method("auth.test")
def auth_test(call: Call) -> Json:
    """Identity of the token."""
    world = call.world
    return {
        "url": f"https://{world.team['domain']}.slack.com/",
        "team": world.team["name"],
        "user": world.bot.name,
        "team_id": world.team["id"],
        "user_id": world.bot.id,
        "bot_id": seed.BOT_ID,
        "is_enterprise_install": False,
    }


@method("team.info", tier=3, scopes=("team:read",))
def team_info(call: Call) -> Json:
    """The workspace, or one that shares a channel with it."""
    teams = {team["id"]: team for team in (call.world.team, seed.OTHER)}
    team = teams.get(call.args.text("team") or call.world.team["id"])
    if team is None:
        raise SlackError("team_not_found")
    return {"team": {**team, "email_domain": "", "icon": {"image_default": True}}}


@method("users.info", tier=4, scopes=("users:read",))
def users_info(call: Call) -> Json:
    """One person."""
    person = call.world.people.get(call.args.required("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": user(call.world, person, with_locale=call.args.flag("include_locale"))}


@method("users.lookupByEmail", tier=3, scopes=("users:read.email",))
def users_lookup_by_email(call: Call) -> Json:
    """The person with this email address."""
    email = call.args.required("email").lower()
    for person in call.world.people.values():
        if person.email.lower() == email and person.team_id == call.world.team["id"]:
            return {"user": user(call.world, person)}
    raise SlackError("users_not_found")


@method("users.list", tier=2, scopes=("users:read",))
def users_list(call: Call) -> Json:
    """All people, by id."""
    people = sorted(call.world.people.values(), key=lambda person: person.id)
    page, following = call.args.page(people, 100, lambda person: person.id)
    with_locale = call.args.flag("include_locale")
    members = [user(call.world, person, with_locale=with_locale) for person in page]
    return {"members": members, "cache_ts": int(call.world.now()), **following}


@method("conversations.info", tier=3, scopes=scopes.any_of(scopes.READ))
def conversations_info(call: Call) -> Json:
    """One conversation that the app can see."""
    channel = posting.conversation(call.world, call.args.required("channel"))
    call.need(scopes.READ[channel.kind])
    more = {"num_members": len(channel.members)} if call.args.flag("include_num_members") else {}
    return {"channel": conversation(call.world, channel) | more}


@method("conversations.list", tier=2, scopes=scopes.any_of(scopes.READ))
def conversations_list(call: Call) -> Json:
    """The conversations that the app can see, filtered by type."""
    types = (call.args.text("types") or "public_channel").replace(" ", "").split(",")
    if not set(types) <= {"public_channel", "private_channel", "mpim", "im"}:
        raise SlackError("invalid_types")
    for kind, name in TYPES.items():
        if name in types:
            call.need(scopes.READ[kind])
    found = [
        channel
        for channel in sorted(call.world.channels.values(), key=lambda channel: channel.id)
        if TYPES[channel.kind] in types
        and (channel.kind not in ("private", "mpim") or call.world.bot.id in channel.members)
        and not (channel.archived and call.args.flag("exclude_archived"))
    ]
    page, following = call.args.page(found, 100, lambda channel: channel.id)
    return {"channels": [conversation(call.world, channel) for channel in page], **following}


@method("conversations.open", tier=3, scopes=OPEN)
def conversations_open(call: Call) -> Json:
    """The app's DM with one person, or its group DM with several: always the same one for the same people."""
    world, before = call.world, len(call.world.channels)
    if wanted := call.args.text("channel"):
        channel = posting.conversation(world, wanted)
    else:
        channel = _direct_with(call, direct.people(world, call.args.text("users")))
    if channel.kind not in ("dm", "mpim"):
        raise SlackError("method_not_supported_for_channel_type")
    call.need("im:write" if channel.kind == "dm" else "mpim:write")
    known = bool(world.messages.get(channel.id)) if channel.kind == "dm" else len(world.channels) == before
    full = conversation(call.world, channel) if call.args.flag("return_im") else {"id": channel.id}
    return {"channel": full} | ({"no_op": True, "already_open": True} if known else {})


@method("conversations.members", tier=4, scopes=scopes.any_of(scopes.READ))
def conversations_members(call: Call) -> Json:
    """The members of a conversation."""
    channel = posting.conversation(call.world, call.args.required("channel"))
    call.need(scopes.READ[channel.kind])
    page, following = call.args.page(channel.members, 100, str)
    return {"members": page, **following}


def user(world: World, person: Person, *, with_locale: bool = False) -> Json:
    """A person as Slack's user object (https://docs.slack.dev/reference/objects/user-object)."""
    label, offset = zone(world, person.tz)
    is_guest = person.role == "guest"
    shown: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.is_deactivated,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": label,
        "tz_offset": offset,
        "profile": {
            "title": person.title,
            "real_name": person.real_name,
            "real_name_normalized": person.real_name,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "display_name": person.real_name,  # also shown on the page
            "display_name_normalized": person.real_name,
            "team": person.team_id,
            **person.profile,
        },
        "is_admin": person.role in ("owner", "admin"),
        "is_owner": person.role == "owner",
        "is_primary_owner": person.role == "owner",
        "is_restricted": is_guest,
        "is_ultra_restricted": False,
        "is_bot": person.role == "bot",
        "is_app_user": False,
        "updated": FOUNDED,
    }
    if person.email and "users:read.email" in world.scopes:
        shown["profile"]["email"] = person.email
    if person.role == "stranger":
        shown["is_stranger"] = person.is_stranger
    return shown | ({"locale": person.locale} if with_locale else {})


def zone(world: World, name: str) -> tuple[str, int]:
    """Label and UTC offset in seconds of a time zone, at sandbox time."""
    local = world.clock.now().astimezone(ZoneInfo(name))
    offset, summer = local.utcoffset() or timedelta(), bool(local.dst())
    label = seed.ZONE_LABELS.get(name, (name, name))[summer]
    return label, int(offset.total_seconds())


def conversation(world: World, channel: Channel) -> Json:
    """A conversation as Slack's object (https://docs.slack.dev/reference/objects/conversation-object)."""
    common: Json = {"id": channel.id, "created": FOUNDED, "is_archived": channel.archived, "is_org_shared": False}
    if channel.kind == "dm":
        return {**common, "is_im": True, "user": channel.user, "is_user_deleted": False, "is_open": True}
    shared, group = channel.kind == "shared", channel.kind == "mpim"
    private = group or channel.kind == "private"
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not private,
        "is_group": private,
        "is_im": False,
        "is_mpim": group,
        "is_private": private,
        "is_general": channel.name == "general",
        "is_shared": shared,
        "is_ext_shared": shared,
        "shared_team_ids": [world.team["id"], *([seed.OTHER_TEAM] if shared else [])],
        "is_member": world.bot.id in channel.members,
        "creator": next(iter(channel.members), ""),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def _direct_with(call: Call, people: list[str]) -> Channel:
    if len(people) > 1:
        call.need("mpim:write")
        return direct.group(call.world, people, create=not call.args.flag("prevent_creation"))
    if refusal := call.world.people[people[0]].dm_refusal:
        raise SlackError(refusal)
    return call.world.dm(people[0])
