"""The one error that a peer's words can cause, with everything that its CALLERROR needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

UNREADABLE_ID = "-1"
"""Stands for the message id of a frame whose id cannot be read."""

DESCRIPTION_LENGTH_MAX = 255
"""OCPP 1.6 sets no limit; later versions set this one."""


class ErrorCode(StrEnum):
    """Code of a CALLERROR, with the historic spelling mistakes (J 4.2.3)."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"

    @classmethod
    def of(cls, text: str) -> ErrorCode:
        """Return the code that a peer means; an unknown one is a GenericError."""
        try:
            return cls(_OTHER_SPELLINGS.get(text, text))
        except ValueError:
            return cls.GENERIC_ERROR


FORGOTTEN_SIGNS = frozenset(
    {ErrorCode.SECURITY_ERROR, ErrorCode.NOT_SUPPORTED, ErrorCode.INTERNAL_ERROR}
)
"""What a CSMS answers to everything but BootNotification where it does not know us (JE 3.10)."""

UNKNOWN_MESSAGE = frozenset({ErrorCode.NOT_IMPLEMENTED, ErrorCode.NOT_SUPPORTED})
"""What a peer answers to a message that it does not have at all (J 4.2.3)."""

_OTHER_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "FormatViolation": "FormationViolation",
        "OccurrenceConstraintViolation": "OccurenceConstraintViolation",
    }
)


class OcppError(Exception):
    """A message that cannot be handled as it is; becomes a CALLERROR where it may be answered."""

    def __init__(
        self,
        code: ErrorCode,
        description: str = "",
        *,
        message_id: str = UNREADABLE_ID,
        answerable: bool = True,
    ) -> None:
        description = description[:DESCRIPTION_LENGTH_MAX]
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.message_id = message_id
        self.answerable = answerable
        """False for a malformed answer: an answer is never answered."""
