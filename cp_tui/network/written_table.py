"""A table as people write it in a file: the base of what checks settings, plans and scenarios."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidatorFunctionWrapHandler, field_validator
from pydantic_core import PydanticKnownError


class WrittenTable(BaseModel):
    """An unknown key is a mistake, and no refused value is repeated."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        # A part of a larger table is validated there; a validator of its own would cost time.
        defer_build=True,
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _a_flag_is_no_number(cls, value: object, check: ValidatorFunctionWrapHandler) -> Any:
        """Refuse true and false where a number is wanted; pydantic takes them for 1 and 0."""
        found = check(value)
        if (
            isinstance(value, bool)
            and not isinstance(found, bool)
            and isinstance(found, int | float)
        ):
            raise PydanticKnownError("float_type" if isinstance(found, float) else "int_type")
        return found
