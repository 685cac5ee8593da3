"""The value type that the model is made of: equal by content, never changed in place."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: equal by content, never changed in place."""

    model_config = ConfigDict(frozen=True, extra="forbid")
