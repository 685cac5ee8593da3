"""Which error statuses the API description lists for an operation, where it leaves out the usual ones."""

from __future__ import annotations

from collections.abc import Mapping

INVALID, UNAUTHORIZED, NOT_FOUND = 400, 401, 404

LACKING: Mapping[str, frozenset[int]] = {
    **dict.fromkeys(("readExtension", "listExtensions"), frozenset({INVALID, NOT_FOUND})),
    **dict.fromkeys(("listDirectoryEntries", "searchDirectoryEntries"), frozenset({NOT_FOUND})),
    **dict.fromkeys(("rcwRegGetRegistrant",), frozenset({INVALID})),
}
"""400 and 404 by the name of the operation; only operations that would otherwise send them."""


def described_status(operation: str, status: int) -> int:
    """The status, or the nearest one that the description lists.

    400 and 404 replace each other. The extension operations list neither: what is left is 401, for an account or
    extension that the token does not cover.
    """
    lacking = LACKING.get(operation, frozenset())
    if status not in lacking:
        return status
    other = NOT_FOUND if status == INVALID else INVALID
    return UNAUTHORIZED if other in lacking else other
