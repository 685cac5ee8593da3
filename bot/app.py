"""The application: builds, starts and stops the bot."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.commands import create_args
from bot.db.connection import Store
from bot.db.migrate import migrate
from bot.db.vault import Vault
from bot.errors import SettingsError
from bot.providers.routing import RoutingProvider
from bot.services import Services
from bot.settings import Settings
from bot.slack.client import TIMEOUT, Identity, SlackApi
from bot.slack.responses import SlackRefused
from bot.startup.leases import release_leases
from bot.startup.patience import patiently
from bot.startup.providers import USUAL_TIMING, build_providers
from bot.startup.providers import ProviderTiming as ProviderTiming
from bot.startup.services import build_services
from bot.web import health, pages
from bot.web.form_limits import FormLimits
from bot.web.limits import EVENTS as EVENTS
from bot.web.limits import LINGER, MAX_BODY, Connections, GuardedSite
from bot.web.metrics import AckTimes, MeasuredApp, Metrics, Sources
from bot.web.page_look import PageLook
from bot.web.render import PageRenderer
from bot.web.slack_ingress import SlackIngress
from bot.web.startup_health import StartupHealth
from bot.web.webhooks import WebhookIngress
from bot.web.zoom_webhooks import ZoomWebhookIngress
from handlers import ACTIONS, COMMANDS, SHORTCUTS, SUBMISSIONS
from handlers import EVENTS as LISTENERS
from handlers.router import Router

log = logging.getLogger(__name__)


@dataclass
class Greenroom:
    """The running bot. `url` is where it listens."""

    services: Services
    url: str
    runner: web.AppRunner
    http: aiohttp.ClientSession
    provider: RoutingProvider
    metrics: Metrics
    socket: AsyncSocketModeHandler | None

    async def stop(self) -> None:
        """Accept nothing new, finish running work, and release every resource."""
        if self.socket:
            await self.socket.close_async()  # type: ignore[no-untyped-call] # Bolt's own
        await self.runner.cleanup()
        await self.services.scheduler.stop()
        await self.services.background.drain()
        await self.provider.close()
        await self.http.close()
        await self.services.store.close()
        log.info("bot.stopped")


async def build(settings: Settings, clock: Clock, pace: ProviderTiming = USUAL_TIMING) -> Greenroom:
    """Build and start the bot. Raises `GreenroomError` with a sentence for the admin if it cannot start."""
    create_args.warm_up()
    vault = Vault(settings.encryption_key.get_secret_value())
    http = aiohttp.ClientSession(timeout=TIMEOUT)
    try:
        slack = SlackApi(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, http)
        identity = await _when_available(settings, vault, slack, pace)
        store = Store(settings.database_url, vault)
        providers = build_providers(settings, store, http, clock, pace)
        services = build_services(settings, identity, store, slack, providers.provider, clock)
        acks = AckTimes()
        app = _bolt(settings, identity, acks)
        metrics = Metrics(acks, Sources(services, providers.snapshot, providers.calls))
        Router(services, COMMANDS, ACTIONS, SUBMISSIONS, SHORTCUTS, LISTENERS).listen(app)
        runner, url = await _serve(settings, app, services, metrics)
        if store.is_sqlite:  # after binding the port, which proves that no other process uses the file
            await release_leases(store)
        socket = await _open_socket(settings, app, http) if settings.socket_mode else None
        if socket:
            slack.availability.is_connected = socket.client.is_connected
    except BaseException:
        await http.close()
        raise
    services.scheduler.start()
    log.info("bot.ready", extra={"url": url, "mode": "socket" if socket else "http"})
    return Greenroom(services, url, runner, http, providers.provider, metrics, socket)


async def _when_available(settings: Settings, vault: Vault, slack: SlackApi, pace: ProviderTiming) -> Identity:
    """Wait until the database and Slack are available, and migrate the database; answer health checks meanwhile."""
    async with StartupHealth(settings.host, settings.port) as waiting:
        migration = partial(migrate, settings.database_url, vault)
        await patiently("database", migration, pace.sleep, on_wait=waiting.wait_for)
        return await patiently("slack", partial(_identity, slack), pace.sleep, on_wait=waiting.wait_for)


async def _identity(slack: SlackApi) -> Identity:
    try:
        return await slack.identity()
    except SlackRefused as error:
        raise SettingsError(f"Slack does not accept SLACK_BOT_TOKEN. {error.sentence}") from error


def _bolt(settings: Settings, identity: Identity, acks: AckTimes) -> AsyncApp:
    token = settings.slack_bot_token.get_secret_value()

    async def authorize() -> AuthorizeResult:
        # One workspace, one token, looked up once at start. The SDK's stores call auth.test at every request.
        return AuthorizeResult(
            enterprise_id=identity.workspace.enterprise_id or None,
            team_id=identity.workspace.team_id,
            bot_token=token,
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user_id,
        )

    return MeasuredApp(
        acks,
        name="greenroom",  # without it, Bolt reads the source of everything on the stack to find one
        # Responds when the listener returns, instead of polling every 10 ms for the ack.
        process_before_response=True,
        signing_secret=settings.slack_signing_secret.get_secret_value() or None,
        authorize=authorize,
        client=AsyncWebClient(token=token, base_url=settings.slack_api_url.rstrip("/") + "/"),
    )


async def _serve(settings: Settings, app: AsyncApp, services: Services, metrics: Metrics) -> tuple[web.AppRunner, str]:
    connections = Connections(lambda: _protocol(runner))
    server = web.Application(client_max_size=MAX_BODY, middlewares=[connections.middleware])
    health.add_routes(server, services.problems)
    metrics.add_route(server)
    if settings.public_url:
        metrics.watch_webhooks(server)
    if services.own_pages.urls.is_on:
        look = PageLook(settings.page_color, settings.page_name.strip(), settings.page_logo_url)
        pages.add_routes(server, services.own_pages, FormLimits(), PageRenderer(look))
    if services.webhooks.is_on:
        WebhookIngress(services.webhooks.address, services.webhooks.accept).add_routes(server)
    if settings.public_url and settings.zoom and settings.zoom_webhook_secret.get_secret_value():
        hooks = ZoomWebhookIngress(settings.zoom_webhook_secret, settings.zoom.account_id, services.webhooks.accept)
        hooks.add_routes(server)
    if not settings.socket_mode:
        ingress = SlackIngress(app, settings.slack_signing_secret.get_secret_value())
        server.router.add_post(EVENTS, ingress.handle)
    # Never decompressed: Slack signs what it sends, and a short body could become a long one.
    runner = web.AppRunner(server, access_log=None, auto_decompress=False, lingering_time=LINGER)
    await runner.setup()
    try:
        await GuardedSite(runner, settings.host, settings.port, connections).start()
    except SettingsError:
        await runner.cleanup()
        raise
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"


def _protocol(runner: web.AppRunner) -> asyncio.Protocol:
    if runner.server is None:
        raise RuntimeError("The server is not set up.")
    return runner.server()


async def _open_socket(settings: Settings, app: AsyncApp, http: aiohttp.ClientSession) -> AsyncSocketModeHandler:
    client = AsyncWebClient(base_url=settings.slack_api_url.rstrip("/") + "/", session=http)
    token = settings.slack_app_token.get_secret_value()
    try:
        # Checked once here: Bolt would retry forever with a refused token.
        await client.apps_connections_open(app_token=token)
        handler = AsyncSocketModeHandler(app, token, web_client=client)
        await asyncio.wait_for(handler.connect_async(), timeout=30)  # type: ignore[no-untyped-call] # Bolt's own
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
        raise SettingsError(
            "Slack does not accept SLACK_APP_TOKEN, or Socket Mode is off for this app. "
            "The token needs the scope connections:write (Basic Information, App-Level Tokens)."
        ) from error
    return handler
