"""What a provider returns, read tolerantly: a newer API must not break an older program."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator


class TolerantRecord(BaseModel):
    """A tolerant record: unknown keys are ignored, null equals missing, numbers are accepted for strings."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


AnyRecord = TypeVar("AnyRecord", bound=TolerantRecord)


class InvalidRecord(Exception):
    """A body is not the expected record; `fields` are the wrong ones, without their values."""

    def __init__(self, fields: list[str]) -> None:
        """Keep the names of the fields."""
        super().__init__("The answer has another form.")
        self.fields = fields


def read_record(model: type[AnyRecord], body: object) -> AnyRecord:
    """A body as a record. Raises `InvalidRecord`."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    # Raised without its cause, which could contain values.
    raise InvalidRecord([".".join(map(str, details["loc"])) for details in found])
