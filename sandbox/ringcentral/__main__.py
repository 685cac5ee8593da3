"""Start the RingCentral stand-in alone: `python -m sandbox.ringcentral`."""

from __future__ import annotations

from sandbox.clock import SandboxClock
from sandbox.ringcentral.server import RingCentral
from sandbox.standalone import serve, standalone_parser

USUAL_PORT = 8620


def main() -> None:
    """Listen until Ctrl-C or SIGTERM."""
    given = standalone_parser("ringcentral", __doc__, USUAL_PORT).parse_args()
    serve(lambda: RingCentral(SandboxClock()), _welcome, given.host, given.port)


def _welcome(ringcentral: RingCentral) -> str:
    return "\n".join(
        (
            f"Stand-in RingCentral at {ringcentral.url}",
            f"  RC_SERVER_URL={ringcentral.url}",
            f"  RC_APP_CLIENT_ID={ringcentral.client_id}",
            f"  RC_APP_CLIENT_SECRET={ringcentral.client_secret}",
            f"  RC_USER_JWT={ringcentral.jwt}",
            f"  State and controls: {ringcentral.url}/sandbox/state (docs/sandbox-ringcentral.md). Ctrl-C ends it.",
        )
    )


if __name__ == "__main__":
    main()
