"""The codes with which a side may close a WebSocket (RFC 6455 7.4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

CODES = "1000 to 1003, 1007 to 1014, 3000 to 4999"


def _sendable(code: int) -> int:
    if code not in (*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)):
        text = f"must be a code that a close frame may have ({CODES}), not {code}"
        raise PydanticCustomError("code", "{text}", {"text": text})
    return code


CloseCode = Annotated[int, AfterValidator(_sendable), Field(description=CODES)]
"""Those between are told by a library where no close frame came, or belong to nobody yet."""
