"""Web API methods usergroups.* (https://docs.slack.dev/reference/methods/usergroups.list)."""

from __future__ import annotations

from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, UserGroup
from sandbox.slack.registry import Call, method

FOUNDED = 1_577_836_800  # when everything in the sandbox was created: 2020-01-01 UTC
READ = ("usergroups:read",)


@method("usergroups.list", tier=2, scopes=READ)
def usergroups_list(call: Call) -> Json:
    """All user groups, with their users or the number of users on request."""
    groups = [group for group in call.world.groups.values() if not group.disabled or call.args.flag("include_disabled")]
    return {"usergroups": [_shown(call, group) for group in groups]}


@method("usergroups.users.list", tier=2, scopes=READ)
def usergroups_users_list(call: Call) -> Json:
    """The users of one user group."""
    group = call.world.groups.get(call.args.required("usergroup"))
    if group is None or (group.disabled and not call.args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _shown(call: Call, group: UserGroup) -> Json:
    """A user group as Slack's object (https://docs.slack.dev/reference/objects/usergroup-object)."""
    shown: Json = {
        "id": group.id,
        "team_id": call.world.team["id"],
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": FOUNDED,
        "date_update": FOUNDED,
        "date_delete": FOUNDED if group.disabled else 0,
        "auto_type": None,
        "created_by": next(iter(call.world.people)),
        "updated_by": next(iter(call.world.people)),
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if call.args.flag("include_users"):
        shown["users"] = list(group.users)
    if call.args.flag("include_count"):
        shown["user_count"] = len(group.users)
    return shown
