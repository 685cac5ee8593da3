"""Who may call: a login, then a budget, then the app's permission, each with its refusal."""

from __future__ import annotations

from sandbox.ringcentral.answers import ApiError
from sandbox.ringcentral.asked import Asked
from sandbox.ringcentral.logins import CLIENT_ID, subject
from sandbox.ringcentral.operations import Operation
from sandbox.ringcentral.rates import Key, Rates


def admit(operation: Operation, asked: Asked, rates: Rates) -> dict[str, str]:
    """The headers of the budget that this call was charged to, or the refusal with them.

    A caller nobody knows is refused before any budget; the headers then show one that is unspent.
    """
    key: Key = ("", CLIENT_ID, operation.group)
    try:
        key = (_caller_id(operation, asked), CLIENT_ID, operation.group)
        limits = rates.charge(key)
        _check_app_permission(operation.permission, asked.world.rules.app_permissions)
    except ApiError as refusal:
        refusal.headers = {**rates.headers(key), **refusal.headers}
        raise
    return limits


def _caller_id(operation: Operation, asked: Asked) -> str:
    if not operation.permission:
        return subject(asked, asked.world.company, asked.world.logins)
    asked.caller = asked.world.logins.bearer(asked.authorization).person
    return asked.caller.id


def _check_app_permission(permission: str, granted: list[str]) -> None:
    if permission and permission not in granted:
        sentence = f"In order to call this API endpoint, application needs to have [{permission}] permission"
        raise ApiError(403, "CMN-401", sentence)
