"""The base of everything that stands in an OCPP payload.

Fields are named as the standard names them, in snake_case here and in camelCase on the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from cp_tui.ocpp.printable import ascii_json

if TYPE_CHECKING:
    from pydantic import JsonValue


class WireModel(BaseModel):
    """A payload, or an object within one: frozen and closed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        # A validation error must never show the value that it refuses: it may be a password.
        hide_input_in_errors=True,
        # A boot needs five of these models; building all of them would hold it up.
        defer_build=True,
    )

    def to_payload(self) -> dict[str, JsonValue]:
        """Return the JSON object for the wire, without the fields that are not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def to_json(self) -> str:
        """Return the same object as text for the wire: ASCII, and without blanks (J 4.1.2)."""
        return ascii_json(self.model_dump_json(by_alias=True, exclude_none=True))


class OwnPayload(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A payload, or an object within one, that is of our own making: nobody has to check it."""

    def to_json(self) -> str:
        """Return the JSON object as text for the wire, without the fields that are not set."""
        return ascii_json(msgspec.json.encode(self).decode())


Payload = WireModel | OwnPayload
"""What goes out as the payload of a frame."""
