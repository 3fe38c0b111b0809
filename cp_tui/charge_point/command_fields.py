"""What the parameters of the operator's commands may be.

They are checked where a command comes in; inside they are plain texts and numbers.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from cp_tui.charge_point.variables.security import WHITEPAPER_NAMES, RootUse, SecurityEventType
from cp_tui.ocpp.datatypes import (
    ChargePointErrorCode,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    DateTime,
)

PRINTABLE_ASCII = r"^[ -~]*$"
TAG_LENGTH_MAX = 20
"""The longest idTag: CiString20 (S 7.28)."""
KEYS_MAX = 1_000
NAME_MAX = 255
"""The longest action or message id of `send_call`; longer ones can be sent with `send_raw`."""
SCHEDULE_DURATION_S_MAX = 366 * 86_400
PEM_MAX = 20_000
"""Longest text in which a certificate is looked for."""


def _as_text(value: object) -> object:
    """Take a whole number or a truth value for the text that it was typed as.

    A shell user types `id_tag=12345678`, and what parses as JSON arrives as a number. A number with
    a fraction is refused, 1.50 would come back as 1.5; `cp-tui ctl` sends it as it was typed.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _only_text(value: object) -> object:
    """A shell reads what looks like JSON as JSON, and would not give the text back as it stood."""
    if not isinstance(value, str):
        hint = "a frame must be text; in a shell quote it twice: text='\"[3, 5]\"'"
        raise PydanticCustomError("not_text", hint)
    return value


AS_TEXT = BeforeValidator(_as_text)
NONE_IF_EMPTY = BeforeValidator(lambda value: None if value == "" else value)
"""For an optional text: an empty one counts as none, and is neither compared nor sent."""

Text = Annotated[str, AS_TEXT]
Name = Annotated[str, StringConstraints(max_length=NAME_MAX), AS_TEXT]
FrameText = Annotated[str, BeforeValidator(_only_text)]
Payload = Annotated[dict[str, JsonValue], Field(default_factory=dict)]
Number = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Seed = Annotated[int, Field(ge=0, le=2**53)]
"""As far as every reader of JSON counts."""
WeatherName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
ConnectorId = Annotated[int, Field(ge=1)]
ConnectorIdOrZero = Annotated[int, Field(ge=0)]
AnyConnectorId = Annotated[int, Field(ge=0, le=2**63 - 1)]
MessageNumber = Annotated[int, Field(ge=1, description="that `outbox` shows")]
IdTag = Annotated[
    str,
    StringConstraints(min_length=1, max_length=TAG_LENGTH_MAX, pattern=PRINTABLE_ASCII),
    AS_TEXT,
]
CiText50 = Annotated[
    Annotated[str, StringConstraints(max_length=50, pattern=PRINTABLE_ASCII), AS_TEXT] | None,
    NONE_IF_EMPTY,
]
"""Info and vendorErrorCode of StatusNotification (S 6.47), messageId of DataTransfer (S 6.17)."""
VendorId = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=PRINTABLE_ASCII), AS_TEXT
]
Key = Annotated[str, StringConstraints(min_length=1, max_length=50, strip_whitespace=True), AS_TEXT]
"""The name of a configuration key: CiString50 (S 7.30)."""
Keys = Annotated[list[Key], Field(min_length=1, max_length=KEYS_MAX)]
KeysOrAll = Annotated[
    list[Key], Field(max_length=KEYS_MAX, default_factory=list, description="none: all")
]
KeyText = Annotated[str, StringConstraints(max_length=500), AS_TEXT]
Nonce = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9a-f]{2}){16,64}$"),
    Field(description="16 to 64 random bytes in hex, never used before"),
]
Instant = Annotated[DateTime, Field(strict=False)]
Wait = Annotated[
    bool,
    Field(description="answer once the tag is decided upon; `cp-tui ctl` waits unless told not to"),
]
Duration = Annotated[int, Field(ge=1, le=SCHEDULE_DURATION_S_MAX)]
Unit = Annotated[ChargingRateUnitType, Field(strict=False)]
Purpose = Annotated[ChargingProfilePurposeType, Field(strict=False)]
ErrorCode = Annotated[ChargePointErrorCode, Field(strict=False)]
RaisedCode = Annotated[
    ErrorCode,
    WithJsonSchema(
        {
            "type": "string",
            "enum": [code.value for code in ChargePointErrorCode if code.value != "NoError"],
        }
    ),
]
"""All but `NoError`, which the station refuses with a reason."""
CertificateUses = Annotated[RootUse, Field(strict=False)]
PemText = Annotated[
    str, StringConstraints(max_length=PEM_MAX), Field(description="PEM of one certificate")
]
Fingerprint = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    AS_TEXT,
    Field(description="SHA-256 in hex, that `security` shows"),
]
SecurityProfileNumber = Annotated[int, Field(ge=0, le=3)]
EventTypes = Annotated[
    SecurityEventType,
    Field(strict=False),
    WithJsonSchema(
        {"type": "string", "enum": [WHITEPAPER_NAMES.get(each, each) for each in SecurityEventType]}
    ),
]
"""By the names of the whitepaper; those of OCPP 2.0.1 are taken as well."""
TechInfo = Annotated[str, StringConstraints(max_length=255), AS_TEXT]
"""techInfo of SecurityEventNotification (W 5.15)."""
