"""Authorize a call: token, rate budget, app permission."""

from __future__ import annotations

from sandbox.ringcentral.oauth import CLIENT_ID, subject_id
from sandbox.ringcentral.operations import WEBHOOK, Operation
from sandbox.ringcentral.rates import Key, Rates
from sandbox.ringcentral.request import ApiRequest
from sandbox.ringcentral.responses import ApiError
from sandbox.ringcentral.rules import Rules


def authorize(operation: Operation, request: ApiRequest, rates: Rates) -> dict[str, str]:
    """Return the headers of the charged rate budget, or raise the error with them.

    An unknown caller is refused before any budget is charged; the headers then show an unused one.
    """
    key: Key = ("", CLIENT_ID, operation.group)
    try:
        key = (_caller_id(operation, request), CLIENT_ID, operation.group)
        limits = rates.charge(key)
        _check_app_permission(operation.permission, request.world.rules)
    except ApiError as refusal:
        refusal.headers = {**rates.headers(key), **refusal.headers}
        raise
    return limits


def _caller_id(operation: Operation, request: ApiRequest) -> str:
    if not operation.permission:
        return subject_id(request, request.world.company, request.world.tokens)
    request.caller = request.world.tokens.authenticate(request.authorization).person
    return request.caller.id


def _check_app_permission(permission: str, rules: Rules) -> None:
    if permission == WEBHOOK and not rules.webhook_permission:
        return
    if permission and permission not in rules.app_permissions:
        sentence = f"In order to call this API endpoint, application needs to have [{permission}] permission"
        raise ApiError(403, "CMN-401", sentence)
