"""What can go wrong between the engine and whoever starts or drives it."""

from __future__ import annotations

from enum import IntEnum


class ErrorNumber(IntEnum):
    """Error codes of JSON-RPC 2.0, and our own from -32000 on."""

    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    REFUSED = -32000
    """By the station, by a rule, or because the engine cannot do it now."""
    READ_ONLY = -32001
    """An observer may only look."""


class CommandError(Exception):
    """A command that was not carried out; the message is for the operator."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = int(code)
        self.message = message


class PowerLostError(CommandError):
    """The charge point boots again, and what it was doing is lost."""

    def __init__(self) -> None:
        super().__init__(ErrorNumber.REFUSED, "the charge point boots again")


class EngineStartError(Exception):
    """The engine cannot start; the message is one line for the operator."""


class StoreError(Exception):
    """Records could not be written."""
