"""The buttons of the details: what the moment asks for first, at most two rows, and the rest in one menu."""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr

from bot.model.lifecycle import Stage, is_coming_or_live, stage
from bot.model.webinar import Audience, Status, Webinar
from bot.slack import buttons
from bot.slack.blocks import Block, Element, actions
from bot.webinars.texts.after_event import after_event_buttons
from bot.webinars.texts.facts import attendee_button
from bot.webinars.texts.registration_buttons import (
    edit_button,
    menu_button,
    recording_menu_button,
    registrants_button,
    registration_buttons,
    team_button,
)
from handlers.link import texts as link_texts


def detail_buttons(
    webinar: Webinar,
    *,
    now: datetime,
    host_link: SecretStr | None,
    can_manage: bool,
    can_run: bool,
    here: bool,
    has_pages: bool,
    has_team_link: bool,
) -> list[Block]:
    """The rows for this user. `here`: whether there is a channel to share in; otherwise a picker asks for one.

    With `has_team_link`, the user has a link as a member of the team, and is not asked to register.
    """
    if stage(webinar, now) is Stage.CANCELED:
        again = _again(webinar) if can_manage else None
        return actions(again, _refresh(webinar))
    if stage(webinar, now) is Stage.OVER:
        return _after_event(webinar, now, can_manage=can_manage, can_run=can_run)
    start = buttons.start(webinar, host_link.get_secret_value()) if host_link else None
    own_link = buttons.my_link(webinar) if has_team_link else None
    main = start or own_link or attendee_button(webinar, now)
    share = _share(webinar, here=here)
    block_id = None if here else buttons.share_block_id(webinar)
    if not (can_manage or can_run):
        return actions(main, share, _refresh(webinar), block_id=block_id)
    if can_manage:
        first = [edit_button(webinar), team_button(webinar, now), registrants_button(webinar, now)]
        site = _site_link(webinar) if has_pages else None
        more = _manager_menu(webinar, now)
    else:
        first, site = [registrants_button(webinar, now), *registration_buttons(webinar, now)], None
        more = {}
    return actions(main, *first, more) + actions(share, site, _refresh(webinar), block_id=block_id)


def _after_event(webinar: Webinar, now: datetime, *, can_manage: bool, can_run: bool) -> list[Block]:
    recording = buttons.webinar_button(webinar, "Recording", buttons.RECORDING)
    if not (can_manage or can_run):
        return actions(recording, _refresh(webinar))
    report, *follow_up = after_event_buttons(webinar, now, can_manage=can_manage)
    registration, again = (recording_menu_button(webinar, now), _again(webinar)) if can_manage else (None, None)
    more = buttons.more([registration, again, _refresh(webinar)])
    return actions(report, recording, *follow_up, registrants_button(webinar, now), more)


def _manager_menu(webinar: Webinar, now: datetime) -> Element:
    is_scheduled, coming = webinar.status is Status.SCHEDULED, stage(webinar, now) is Stage.COMING
    return buttons.more(
        [
            menu_button(webinar, now),
            buttons.webinar_button(webinar, "Invite", buttons.INVITE) if is_coming_or_live(webinar, now) else None,
            buttons.webinar_button(webinar, "Move", buttons.MOVE) if is_scheduled else None,
            _again(webinar),
            # It opens a form that asks for confirmation.
            buttons.webinar_button(webinar, "Cancel Webinar", buttons.CANCEL) if coming else None,
        ]
    )


def _share(webinar: Webinar, *, here: bool) -> Element:
    if here:
        return buttons.webinar_button(webinar, "Share Here", buttons.SHARE_HERE)
    return buttons.share_picker("Share in a channel")


def _site_link(webinar: Webinar) -> Element | None:
    if webinar.audience is not Audience.REGISTRANTS:
        return None
    return buttons.webinar_button(webinar, link_texts.LABEL, buttons.PAGE_LINK)


def _again(webinar: Webinar) -> Element:
    return buttons.webinar_button(webinar, "Create Again", buttons.DUPLICATE)


def _refresh(webinar: Webinar) -> Element:
    return buttons.webinar_button(webinar, "Refresh", buttons.REFRESH_DETAILS)
