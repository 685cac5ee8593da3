"""Builds the details of a webinar for the user of a request."""

from __future__ import annotations

from pydantic import SecretStr

from bot.model.webinar import Webinar
from bot.slack.message import Message
from bot.team import table as team_table
from bot.webinars import table as webinar_table
from bot.webinars.participation import speaker_names
from handlers.browse import texts as browse_texts
from handlers.request import SlackRequest


async def details(request: SlackRequest, webinar: Webinar, *, note: str = "") -> Message:
    """The details of a webinar as far as this user may see them, below a note."""
    link = ""
    async with request.services.store.read() as db:
        if webinar.created_by == request.user_id:
            link = await webinar_table.host_link(db, webinar.account, webinar.session_id)
        team_link = await team_table.link_for_user(db, webinar.account, webinar.session_id, request.user_id)
        teams = await speaker_names(db, webinar.account, [webinar.session_id])
    can_manage = await request.can_manage(webinar)
    return browse_texts.details(
        webinar,
        now=request.now(),
        host_link=SecretStr(link) if link else None,
        can_manage=can_manage,
        can_run=can_manage or await request.can_run(webinar),
        here=request.is_in_channel,
        has_pages=request.services.own_pages.urls.is_on,
        has_team_link=bool(team_link),
        problem=note,
        speakers=teams.get(webinar.session_id, ()),
    )
