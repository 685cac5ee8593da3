"""What each command about people costs in vendor calls, as counted by the stand-in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bench.vendors import Vendors
from sandbox.slack import Message, View

CHANNEL = "#launch"
CHLOE, DEV = "chloe", "dev"
PACED = ("/company/sessions", "/registration/v1/sessions/{}")
"""Background reads, which are not counted: the list of sessions, and the registration figures."""


class PeopleCommands:
    """A webinar of Chloé's with a card in a channel, and the commands about its people."""

    def __init__(self, sandbox: Vendors, session_id: str) -> None:
        """Count from now on."""
        self._sandbox = sandbox
        self._session_id = session_id
        self.counts: dict[str, int] = {}

    async def all(self) -> dict[str, int]:
        """Run every command, one after the other."""
        await self._count("register, from the card", self._register)
        await self._count("register, pressed again", self._press)
        await self._count("cancel a seat", self._leave)
        await self._count("the form of a team, first opened", self._open_team)
        await self._count("invite three people", self._invite)
        await self._count("team", self._say("team Launch day", "Panelist"))
        await self._count("change a role and remove two people", self._change)
        await self._count("register somebody else", self._register_other)
        await self._count("registrants", self._say("registrants Launch day", "Iris"))
        await self._count("Registration, opened", self._open_registration)
        await self._count("Registration, saved", self._save_registration)
        await self._count("close", self._say("close Launch day", "Registration is closed"))
        await self._count("open", self._say("open Launch day", "Registration is open again."))
        await self._count("limit", self._say("limit Launch day 50", "The limit is now 50 people."))
        return self.counts

    async def _count(self, what: str, act: Callable[[], Awaitable[None]]) -> None:
        before = self._calls()
        await act()
        self.counts[what] = self._calls() - before

    def _calls(self) -> int:
        paced = [path.format(self._session_id) for path in PACED]
        calls = [one for one in self._sandbox.ringcentral.calls if one.path.startswith("/webinar/")]
        return sum(not (one.method == "GET" and one.path.endswith(tuple(paced))) for one in calls)

    async def _register(self) -> None:
        await self._sandbox.slack.click(DEV, self._card(), "Register")
        await self._view(DEV, "Your seat")
        await self._closed(DEV)

    async def _press(self) -> None:
        await self._sandbox.slack.click(DEV, self._card(), "Register")
        await self._view(DEV, "Your seat")

    async def _leave(self) -> None:
        await self._sandbox.slack.click(DEV, await self._view(DEV, "Your seat"), "Cancel My Seat")
        await self._view(DEV, "No seat")
        await self._closed(DEV)

    async def _open_team(self) -> None:
        await self._sandbox.slack.command(CHLOE, CHANNEL, "/webinar", "invite Launch day")
        await self._form()

    async def _invite(self) -> None:
        form = await self._form()
        people = {"cohosts": ["ben"], "panelists": ["dev"], "outside": "Zoe Lang <zoe@partner.example>"}
        await self._sandbox.slack.submit(CHLOE, form, people)
        await self._view(CHLOE, "Team saved")
        await self._closed(CHLOE)

    async def _change(self) -> None:
        await self._sandbox.slack.command(CHLOE, CHANNEL, "/webinar", "invite Launch day")
        people: dict[str, object] = {"cohosts": [], "panelists": ["ben"], "outside": ""}
        await self._sandbox.slack.submit(CHLOE, await self._form(), people)
        await self._sandbox.slack.submit(CHLOE, await self._view(CHLOE, "Remove 2 people?"))
        await self._view(CHLOE, "Team saved")
        await self._closed(CHLOE)

    async def _register_other(self) -> None:
        await self._sandbox.slack.command(CHLOE, CHANNEL, "/webinar", "register Launch day iris@outside.example")
        iris = {"first_name": "Iris", "last_name": "Moreno", "email": "iris@outside.example", "source": "fair"}
        await self._sandbox.slack.submit(CHLOE, await self._view(CHLOE, "Register someone"), iris)
        await self._view(CHLOE, "Registered")
        await self._closed(CHLOE)

    async def _open_registration(self) -> None:
        await self._sandbox.slack.click(CHLOE, self._card(), "Registration")
        await self._view(CHLOE, "Registration")

    async def _save_registration(self) -> None:
        changes = {"Maximum registrations": "40", "people": ["workEmailRequired"]}
        await self._sandbox.slack.submit(CHLOE, await self._view(CHLOE, "Registration"), changes)
        await self._view(CHLOE, "Registration changed")
        await self._closed(CHLOE)

    def _say(self, text: str, answer: str) -> Callable[[], Awaitable[None]]:
        async def said() -> None:
            slack = self._sandbox.slack
            earlier = len(slack.messages(CHANNEL, CHLOE))
            await slack.command(CHLOE, CHANNEL, "/webinar", text)
            # The reply need not be the last message: an alert to the channel may follow it.
            found = await slack.wait_for(
                lambda: any(answer in one.words for one in slack.messages(CHANNEL, CHLOE)[earlier:]), 30
            )
            assert found, text

        return said

    def _card(self) -> Message:
        return next(one for one in self._sandbox.slack.messages(CHANNEL) if one.bot and not one.ephemeral_to)

    async def _view(self, user: str, title: str, *, sendable: bool = False) -> View:
        def there() -> View | None:
            stack = self._sandbox.slack.view_stack(user)
            found = stack[-1] if stack and stack[-1].title == title else None
            return found if found and (found.body.get("submit") or not sendable) else None

        view = await self._sandbox.slack.wait_for(there, 30)
        assert view is not None, title
        return view

    async def _form(self) -> View:
        # A view with the same title shows the progress until the team is known.
        return await self._view(CHLOE, "Invite to the team", sendable=True)

    async def _closed(self, user: str) -> None:
        await self._sandbox.slack.close(user, self._sandbox.slack.view(user), clear=True)
