"""Start the Slack stand-in alone, for any app: `python -m sandbox.slack --app http://127.0.0.1:3000/slack/events`."""

from __future__ import annotations

from sandbox.clock import SandboxClock
from sandbox.slack.server import Slack
from sandbox.standalone import serve, standalone_parser

USUAL_PORT = 8610


def main() -> None:
    """Listen until Ctrl-C or SIGTERM."""
    parser = standalone_parser("slack", __doc__, USUAL_PORT)
    parser.add_argument(
        "--app", help="where the app takes Slack's requests; without it the app connects by Socket Mode"
    )
    parser.add_argument("--command", action="append", default=[], help="a slash command of the app, such as /webinar")
    parser.add_argument("--event", action="append", default=[], help="an event the app subscribes to: app_mention")
    parser.add_argument("--scope", action="append", default=[], help="a further scope of its token: app_mentions:read")
    parser.add_argument("--shortcut", action="append", default=[], help="global:callback_id or message:callback_id")
    given = parser.parse_args()
    commands = [{"command": name, "description": "", "usage_hint": ""} for name in given.command]
    named = [one.partition(":") for one in given.shortcut]
    shortcuts = [{"name": name, "type": kind, "callback_id": name, "description": ""} for kind, _, name in named]
    slack = Slack(SandboxClock(), commands=commands, events=given.event, shortcuts=shortcuts)
    slack.scopes |= set(given.scope)
    slack.events_url = given.app
    slack.move_clock = slack.move
    serve(lambda: slack, _welcome, given.host, given.port)


def _welcome(slack: Slack) -> str:
    return "\n".join(
        (
            f"Stand-in Slack workspace at {slack.url} (open it in a browser)",
            f"  SLACK_API_URL={slack.url}/api/",
            f"  SLACK_BOT_TOKEN={slack.bot_token}",
            f"  SLACK_SIGNING_SECRET={slack.signing_secret}",
            f"  SLACK_APP_TOKEN={slack.app_token}",
            "  What it does and does not do: docs/sandbox-slack.md. Ctrl-C ends it.",
        )
    )


if __name__ == "__main__":
    main()
