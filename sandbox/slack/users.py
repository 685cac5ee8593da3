"""The workspace as its people use it."""

from __future__ import annotations

from typing import Any

from sandbox.slack import conversations
from sandbox.slack.model import Channel, Json, Message, Outcome, Person, View
from sandbox.slack.user_actions import UserActions, element_of
from sandbox.slack.world import World


class WorkspaceUsers:
    """What people do and see; a person is given by id or first name."""

    def __init__(self, world: World, actions: UserActions) -> None:
        """Use this world."""
        self.world = world
        self._actions = actions

    async def command(self, user: str, channel: str, name: str, text: str = "", thread: str = "") -> Outcome:
        """Send "/name text" in `channel` as `user`, or in a thread, where Slack refuses it; LookupError if unseen."""
        place = self._seen(user, channel)
        if thread:
            return self._actions.refuse_in_thread(self.person(user), place, name, thread)
        return await self._actions.command(self.person(user), place, name, text)

    async def shortcut(self, user: str, callback_id: str, message: Message | None = None) -> Outcome:
        """Start a global shortcut, or one in the menu of a message; LookupError if Slack does not offer it."""
        if message is not None:
            self._on_screen(user, message)
        return await self._actions.shortcut(self.person(user), callback_id, message)

    async def click(
        self,
        user: str,
        where: Message | View | str,
        action: str,
        block_id: str | None = None,
        *,
        value: Any = None,
        element: Json | None = None,
        values: Json | None = None,
    ) -> Outcome:
        """Click or choose as `user`; `action` is an action_id, or the text of the element or of an option of a menu.

        `value` is a choice in plain Python, `element` the same as Slack's state fields, `values` other input on the
        screen. LookupError or ValueError if this is not possible for `user`.
        """
        screen = self._on_screen(user, where)
        block, part = element_of(screen, action, block_id)
        given = value if element is None else element
        if part["type"] == "overflow" and given is None:
            given = action
        return await self._actions.click(self.person(user), screen, block, part, given, values or {})

    async def fill(self, user: str, view: View | str, values: Json) -> None:
        """Enter values into a modal without submitting."""
        self._actions.fill(self._top(user, view), values)

    async def submit(self, user: str, view: View | str, values: Json | None = None) -> Outcome:
        """Fill in `values` and submit; `Outcome.errors` are the field errors, Slack's own or the app's.

        `values`: {block_id or label: plain value}, or Slack's {block_id: {action_id: state}}; other fields keep theirs.
        A file_input takes an `Upload` or a list of them.
        """
        top = self._top(user, view)
        if top.body["type"] == "home":
            raise ValueError("A Home tab has nothing to submit.")
        return await self._actions.submit(self.person(user), top, values or {})

    async def close(self, user: str, view: View | str, clear: bool = False) -> Outcome:  # noqa: FBT001, FBT002
        """Close the top view, or with `clear` the whole modal."""
        return await self._actions.close(self.person(user), self._top(user, view), clear=clear)

    async def suggest(
        self, user: str, where: Message | View | str, action: str, text: str, block_id: str | None = None
    ) -> Outcome:
        """Type `text` into an external select; the result is in `options` or `option_groups`."""
        screen = self._on_screen(user, where)
        block, part = element_of(screen, action, block_id)
        return await self._actions.suggest(self.person(user), screen, block, part, text)

    async def open_home(self, user: str, tab: str = "home") -> Outcome:
        """Open the app's Home tab, or its Messages tab ("messages")."""
        return await self._actions.open_home(self.person(user), tab)

    async def say(
        self, user: str, channel: str, text: str, thread: str | Message = "", *, broadcast: bool = False
    ) -> Message:
        """Post a message as `user`; names in it (@ben, #launch) become mentions.

        `thread` is the parent of a reply, or its ts; `broadcast` also shows the reply in the channel.
        """
        parent = thread.ts if isinstance(thread, Message) else thread
        place = self._seen(user, channel)
        return await conversations.say(self.world, self.person(user), place, text, parent, broadcast=broadcast)

    async def join(self, user: str, channel: str, inviter: str = "") -> None:
        """Become a member of a public channel, or of another one by invitation of a member."""
        place = self.channel(channel) if inviter else self._seen(user, channel)
        if inviter and self.user_id(inviter) not in place.members:
            raise LookupError(f"{inviter} is not in {channel}.")
        by = self.user_id(inviter) if inviter else ""
        await conversations.join(self.world, place, self.person(user), by)

    async def leave(self, user: str, channel: str) -> None:
        """Leave a channel."""
        await conversations.leave(self.world, self._seen(user, channel), self.person(user))

    async def archive(self, user: str, channel: str) -> None:
        """Archive a channel as `user`."""
        await conversations.archive(self.world, self._seen(user, channel), self.person(user), archived=True)

    async def unarchive(self, user: str, channel: str) -> None:
        """Restore an archived channel as `user`."""
        await conversations.archive(self.world, self._seen(user, channel), self.person(user), archived=False)

    async def rename(self, user: str, channel: str, name: str) -> None:
        """Rename a channel as `user`."""
        await conversations.rename(self.world, self._seen(user, channel), name)

    async def change_profile(self, user: str, **fields: str) -> None:
        """Change fields of `user`'s profile, by Slack's names, such as `title`."""
        await conversations.change_profile(self.world, self.person(user), fields)

    def messages(self, channel: str, as_user: str | None = None) -> list[Message]:
        """The messages of a conversation, oldest first: all, or those that `as_user` sees."""
        place = self.channel(channel).id
        return (
            self.world.messages_in(place)
            if as_user is None
            else self.world.visible_messages(self.user_id(as_user), place)
        )

    def view_stack(self, user: str) -> list[View]:
        """The views of the open modal, bottom first."""
        return [self.world.views[view_id] for view_id in self.world.stacks.get(self.user_id(user), [])]

    def view(self, user: str) -> View:
        """The top view; LookupError if no modal is open."""
        if not (open_views := self.view_stack(user)):
            raise LookupError(f"No modal is open for {user}.")
        return open_views[-1]

    def home(self, user: str) -> View | None:
        """The Home tab, if published."""
        return self.world.homes.get(self.user_id(user))

    def person(self, user: str) -> Person:
        """A person by id or first name."""
        return self.world.person(user)

    def user_id(self, user: str) -> str:
        """A person's id."""
        return self.world.person(user).id

    def channel(self, channel: str) -> Channel:
        """A channel by id, "#name", or "@person" for their DM with the app."""
        return self.world.channel(channel)

    def _seen(self, user: str, channel: str) -> Channel:
        place = self.channel(channel)
        if not self.world.can_see(self.user_id(user), place):
            raise LookupError(f"{user} does not see {channel}.")
        return place

    def _on_screen(self, user: str, where: Message | View | str) -> Message | View:
        if not isinstance(where, Message):
            return self._top(user, where)
        self._seen(user, where.channel)
        if where.ephemeral_to not in (None, self.user_id(user)) or where.deleted:
            raise LookupError(f"{user} does not see this message.")
        return where

    def _top(self, user: str, view: View | str) -> View:
        view_id = view if isinstance(view, str) else view.id
        home, open_views = self.home(user), self.view_stack(user)
        if home is not None and home.id == view_id:
            return home
        if not open_views or open_views[-1].id != view_id:
            raise LookupError(f"{user} is not looking at this view.")
        return open_views[-1]
