"""Subscription operations: which changes are delivered to which address."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.ringcentral.events import parse_filter
from sandbox.ringcentral.handshake import check_address
from sandbox.ringcentral.request import ApiRequest
from sandbox.ringcentral.responses import ApiError, ApiResponse, not_found
from sandbox.ringcentral.subscriptions import DisabledFilter, NewSubscription, Subscription, SubscriptionChange
from sandbox.ringcentral.wire import iso, validate
from sandbox.ringcentral.world import World

SUBSCRIPTIONS = "/webinar/notifications/v1/subscriptions"
MAX_SUBSCRIPTIONS = 30
BLACKLISTED = "The address did not accept deliveries for too long."


async def create_subscription(request: ApiRequest) -> ApiResponse:
    """POST …/subscriptions: calls the address first, which must answer."""
    world, sent = request.world, validate(NewSubscription, request.json())
    allowed, disabled = _sorted_filters(request, sent.event_filters)
    _refuse_too_many(request)
    await check_address(sent.delivery_mode.address, world.rules.webhook_timeout)
    _refuse_too_many(request)
    now = world.now()
    made = Subscription(
        id=secrets.token_hex(10),
        owner_id=request.caller.id,
        filters=allowed,
        disabled=disabled,
        address=sent.delivery_mode.address,
        token=sent.delivery_mode.token,
        created=now,
        life=sent.expires_in or world.rules.subscription_life,
        expires=now,
    )
    made.extend(now)
    world.state.subscriptions[made.id] = made
    return ApiResponse(201, subscription_resource(world, made))


def list_subscriptions(request: ApiRequest) -> ApiResponse:
    """GET …/subscriptions: the caller's with this app."""
    records = [subscription_resource(request.world, one) for one in _of_caller(request)]
    return ApiResponse(200, {"uri": f"{request.world.url}{SUBSCRIPTIONS}", "records": records})


def get_subscription(request: ApiRequest) -> ApiResponse:
    """GET …/subscriptions/{subscriptionId}."""
    return ApiResponse(200, subscription_resource(request.world, _found(request)))


def update_subscription(request: ApiRequest) -> ApiResponse:
    """PUT …/subscriptions/{subscriptionId}: new filters and a new lifetime; it stays blacklisted."""
    found, sent = _found(request), validate(SubscriptionChange, request.json())
    found.filters, found.disabled = _sorted_filters(request, sent.event_filters)
    found.life = sent.expires_in or found.life
    found.extend(request.world.now())
    return ApiResponse(200, subscription_resource(request.world, found))


def renew_subscription(request: ApiRequest) -> ApiResponse:
    """POST …/subscriptions/{subscriptionId}/renew: starts the lifetime again; it stays blacklisted."""
    found = _found(request)
    found.extend(request.world.now())
    return ApiResponse(200, subscription_resource(request.world, found))


def delete_subscription(request: ApiRequest) -> ApiResponse:
    """DELETE …/subscriptions/{subscriptionId}."""
    del request.world.state.subscriptions[_found(request).id]
    return ApiResponse(204)


def subscription_resource(world: World, one: Subscription) -> dict[str, Any]:
    """SubscriptionInfo, without the token; `expiresIn` is what is left."""
    resource = {
        "uri": f"{world.url}{SUBSCRIPTIONS}/{one.id}",
        "id": one.id,
        "eventFilters": one.filters,
        "creationTime": iso(one.created),
        "expirationTime": iso(one.expires),
        "expiresIn": max(1, int((one.expires - world.now()).total_seconds())),
        "status": "Blacklisted" if one.blacklisted else "Active",
        "deliveryMode": {"transportType": "WebHook", "address": one.address, "encryption": False},
    }
    if one.disabled:
        resource["disabledFilters"] = [disabled.model_dump() for disabled in one.disabled]
    if one.blacklisted:
        resource["blacklistedData"] = {"blacklistedAt": iso(one.blacklisted), "reason": BLACKLISTED}
    return resource


def _found(request: ApiRequest) -> Subscription:
    """The caller's subscription; 404 for another person's, and with another code for an expired one."""
    found = request.world.state.subscriptions.get(request.path["subscriptionId"])
    if found is None or found.owner_id != request.caller.id:
        raise not_found("subscriptionId")
    if found.is_expired(request.world.now()):
        raise ApiError(404, "SUB-507", "Subscription is expired")
    return found


def _of_caller(request: ApiRequest) -> list[Subscription]:
    now, everything = request.world.now(), request.world.state.subscriptions.values()
    return [one for one in everything if one.owner_id == request.caller.id and not one.is_expired(now)]


def _refuse_too_many(request: ApiRequest) -> None:
    if len(_of_caller(request)) >= MAX_SUBSCRIPTIONS:
        raise ApiError(403, "SUB-505", "Subscriptions limit exceeded")


def _sorted_filters(request: ApiRequest, texts: list[str]) -> tuple[list[str], list[DisabledFilter]]:
    """The filters that the caller may use, and those that are disabled. ApiError for an unknown one."""
    allowed, disabled = [], []
    for text in dict.fromkeys(texts):
        try:
            wanted = parse_filter(text)
        except ValueError as error:
            raise ApiError(400, "SUB-508", "Event filter is invalid", "eventFilters") from error
        if wanted.is_allowed(request.caller, request.world.state.webinars):
            allowed.append(text)
        else:
            disabled.append(DisabledFilter(filter=text))
    return allowed, disabled
