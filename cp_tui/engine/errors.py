"""What can go wrong between the engine and whoever starts or drives it."""

from __future__ import annotations

from enum import IntEnum


class ErrorNumber(IntEnum):
    """Error codes of JSON-RPC 2.0 section 5.1, and our own from the range left to servers."""

    PARSE_ERROR = -32700
    """The line is no JSON."""
    INVALID_REQUEST = -32600
    """It is JSON, but no request."""
    METHOD_NOT_FOUND = -32601
    """There is no such method; the message names those that there are."""
    INVALID_PARAMS = -32602
    """A parameter is missing, unknown or wrong; the message says which and what is allowed."""
    INTERNAL_ERROR = -32603
    """An error inside; the log has it."""
    REFUSED = -32000
    """The charge point or a rule says no, it cannot be done now, or one client more is too many."""
    READ_ONLY = -32001
    """An observer asked for a change."""


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


class CannotBegin(Exception):
    """A command of `cp-tui` cannot begin; each of the lines tells the operator one reason."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class EngineStartError(CannotBegin):
    """The engine cannot start."""


class StoreError(Exception):
    """Records could not be written."""
