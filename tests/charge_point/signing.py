"""Signed firmware for the tests: a manufacturer, its file, and a CSMS that orders it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from msgspec.structs import replace

from cp_tui.certificates.authority import Authority, Issued, new_root
from cp_tui.certificates.facts import KeyKind, SignatureScheme
from cp_tui.certificates.signature import sign
from cp_tui.charge_point.config import SecurityConfig
from cp_tui.charge_point.variables import FileFacts, FirmwareState, FirmwareView
from tests.charge_point.rig import NEW_FIRMWARE, T0, Rig
from tests.charge_point.securing import DECADE, events, install, secured

LOCATION = "https://user:geheim@fw.example/firmware-2.0.0.bin?sig=xyz"
PAST = "2026-01-05T07:00:00Z"
FETCHED = ["Downloading", "Downloaded"]
VERIFIED = [*FETCHED, "SignatureVerified"]
SHORT = replace(NEW_FIRMWARE, size_bytes=7, sha256="cd" * 32)
"""The file, cut off."""
SWAPPED = replace(NEW_FIRMWARE, sha256="ef" * 32)
MANUFACTURER = "ManufacturerRootCertificate"


@cache
def manufacturer() -> Authority:
    """Give the root of a manufacturer."""
    return new_root("Maker Root", "Maker", DECADE)


@cache
def signer() -> Issued:
    """Give its signing certificate."""
    return manufacturer().signing_certificate("Firmware", DECADE)


@cache
def rsa_root() -> Authority:
    """Give a root with an RSA key: it may sign firmware itself."""
    return new_root("RSA Root", "Maker", DECADE, kind=KeyKind.RSA_2048)


def signature(
    file: FileFacts = NEW_FIRMWARE,
    key: str | None = None,
    scheme: SignatureScheme = SignatureScheme.ECDSA,
) -> str:
    """Sign a file; by the manufacturer unless told otherwise."""
    return sign(key or signer().key, bytes.fromhex(file.sha256), scheme)


def signed(roots: tuple[str, ...] | None = None, **security: Any) -> Rig:
    """Give a charge point that is on line in profile 1, with roots of the manufacturer."""
    made, _ = secured(1, security=SecurityConfig(**security), keys={"SecurityProfile": "1"})
    for pem in (manufacturer().certificate,) if roots is None else roots:
        assert install(made, pem, MANUFACTURER) == "Accepted"
    made.forget_sent()
    return made


def order(
    made: Rig, request_id: int = 9, *, more: dict[str, Any] | None = None, **firmware: Any
) -> str:
    """Send a SignedUpdateFirmware; give the status."""
    wanted = {
        "location": LOCATION,
        "retrieveDateTime": PAST,
        "signingCertificate": signer().certificate,
        "signature": signature(),
    }
    payload = {"requestId": request_id, "firmware": wanted | firmware} | (more or {})
    answer = made.request("SignedUpdateFirmware", payload)
    assert answer[0] == 3, answer
    status: str = answer[2]["status"]
    return status


def told(made: Rig, request_id: int = 9) -> list[str]:
    """Give the statuses that were told of a request."""
    calls = made.calls("SignedFirmwareStatusNotification")
    return [each["status"] for each in calls if each.get("requestId") == request_id]


def shown(made: Rig) -> FirmwareView:
    """Give the variable `firmware`."""
    value = made.variables["firmware"]
    assert isinstance(value, FirmwareView)
    return value


def state(made: Rig) -> FirmwareState:
    """Say how far the update is."""
    return shown(made).state


def slow(made: Rig) -> None:
    """Have transfers go on until the test ends them."""
    made.carrier = lambda _: None


def at(**later: float) -> str:
    """Give an instant so long after the start, as a request has it."""
    moment: datetime = T0 + timedelta(**later)
    return moment.isoformat()


def hostile(made: Rig) -> list[str]:
    """Give the events that a bad certificate or signature has led to."""
    return [name for name in events(made) if name.startswith("InvalidFirmware")]
