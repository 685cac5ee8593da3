"""Check the operations on webhook subscriptions, with an address that answers the handshake."""

from __future__ import annotations

from aiohttp import web

from tools.spec_check.calls import MEMBER, CheckedCalls

FILTER = "/webinar/configuration/v1/company/sessions"
MOST = 30


async def check_subscriptions(check: CheckedCalls) -> None:
    """Create, read, change, renew, blacklist and delete subscriptions."""
    app = web.Application()
    app.router.add_post("/hook", _accept)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await _check_operations(check, f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    finally:
        await runner.cleanup()


async def _check_operations(check: CheckedCalls, address: str) -> None:
    mode = {"transportType": "WebHook", "address": address, "verificationToken": "a-token"}
    body = {"eventFilters": [FILTER], "deliveryMode": mode}
    made = await check.call("rcwN11sCreateSubscription", 201, body)
    await check.call("rcwN11sCreateSubscription", 201, body, who=MEMBER)  # with a disabled filter
    await check.call("rcwN11sCreateSubscription", 400, {"eventFilters": []})
    await check.call("rcwN11sCreateSubscription", 400, {**body, "eventFilters": ["/elsewhere"]})
    await check.call("rcwN11sCreateSubscription", 400, {**body, "deliveryMode": {**mode, "address": f"{address}/no"}})
    one = {"subscriptionId": made["id"]}
    await check.call("rcwN11sGetSubscription", 200, **one)
    await check.call("rcwN11sGetSubscription", 404)
    await check.call("rcwN11sUpdateSubscription", 200, {"eventFilters": [f"{FILTER}?hostUserId=1"]}, **one)
    await check.call("rcwN11sUpdateSubscription", 400, {}, **one)
    await check.call("rcwN11sUpdateSubscription", 404, body)
    await check.call("rcwN11sRenewSubscription", 200, **one)
    await check.call("rcwN11sRenewSubscription", 404)
    check.rc.webhooks.blacklist(check.rc.world.state.subscriptions[made["id"]])
    await check.call("rcwN11sListSubscriptions", 200)
    await check.call("rcwN11sDeleteSubscription", 204, **one)
    await check.call("rcwN11sDeleteSubscription", 404, **one)
    for _ in range(MOST):
        await check.call("rcwN11sCreateSubscription", 201, body)
    await check.call("rcwN11sCreateSubscription", 403, body)
    await check.call("rcwN11sListSubscriptions", 200)


async def _accept(request: web.Request) -> web.Response:
    token = request.headers.get("Validation-Token", "")
    return web.Response(headers={"Validation-Token": token}, content_type="application/json")
