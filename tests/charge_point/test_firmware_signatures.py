"""Who has signed the firmware, and is it what was signed? Each check, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cp_tui.certificates.authority import Validity, new_root
from cp_tui.certificates.facts import SignatureScheme
from cp_tui.charge_point.variables import FirmwareState
from tests.charge_point.rig import NEW_FIRMWARE, T0
from tests.charge_point.securing import DECADE, reason_of
from tests.charge_point.signing import (
    FETCHED,
    LOCATION,
    SHORT,
    SWAPPED,
    VERIFIED,
    at,
    hostile,
    manufacturer,
    order,
    rsa_root,
    shown,
    signature,
    signed,
    signer,
    slow,
    state,
    told,
)

State = FirmwareState
DAY = timedelta(days=1)


@pytest.mark.parametrize("scheme", [SignatureScheme.RSA_PSS, SignatureScheme.RSA_PKCS1])
def test_how_an_rsa_key_has_signed_is_found_out_and_shown(scheme: SignatureScheme) -> None:
    """The root itself may sign; CSMS in the field have PKCS#1 v1.5, the whitepaper wants PSS."""
    root = rsa_root()
    made = signed((root.certificate,))
    text = signature(key=root.key, scheme=scheme)
    order(made, signingCertificate=root.certificate, signature=f"{text[:70]}\r\n {text[70:]}\n")
    view = shown(made)
    assert view.state is State.INSTALLING
    assert view.signed is not None
    assert view.signed.scheme is scheme
    assert view.signed.anchor == view.signed.signer


def test_with_pss_only_the_old_way_to_sign_is_refused() -> None:
    root = rsa_root()
    made = signed((root.certificate,), pss_only=True)
    old = signature(key=root.key, scheme=SignatureScheme.RSA_PKCS1)
    order(made, signingCertificate=root.certificate, signature=old)
    assert told(made) == [*FETCHED, "InvalidSignature"]
    assert "only RSA-PSS is taken" in shown(made).problem
    good = signature(key=root.key, scheme=SignatureScheme.RSA_PSS)
    order(made, 10, signingCertificate=root.certificate, signature=good)
    assert told(made, 10) == [*VERIFIED, "Installing"]


def test_without_a_root_of_the_manufacturer_no_certificate_is_good() -> None:
    made = signed(())
    assert order(made) == "InvalidCertificate"
    assert reason_of(made, "SignedUpdateFirmware").text.startswith(
        "no_root: no ManufacturerRootCert"
    )
    assert hostile(made) == ["InvalidFirmwareSigningCertificate"]


def _past() -> str:
    began = T0 - 300 * DAY
    return manufacturer().signing_certificate("Old", Validity(began, T0 - 1 * DAY)).certificate


def _future() -> str:
    validity = Validity(T0 + 1 * DAY, T0 + 300 * DAY)
    return manufacturer().signing_certificate("New", validity).certificate


def _of_intermediate() -> str:
    between = manufacturer().authority("Between", DECADE)
    return between.signing_certificate("Firmware", DECADE).certificate


BAD: dict[str, Callable[[], str]] = {
    "expired": _past,
    "not_yet_valid": _future,
    "unknown_root": _of_intermediate,
    "self_signed": lambda: new_root("Stranger", "Else", DECADE).certificate,
    "key_usage": lambda: manufacturer().server(["fw.example"], DECADE).certificate,
    "private_key": lambda: signer().certificate + signer().key,
    "several": lambda: signer().certificate + manufacturer().certificate,
    "not_pem": lambda: signer().certificate[:300],
}


@pytest.mark.parametrize("check", BAD)
def test_a_bad_signing_certificate_is_refused_before_anything_is_fetched(check: str) -> None:
    """W L01.FR.02: InvalidCertificate, the event, and the check in words."""
    made = signed()
    slow(made)
    order(made, 8, retrieveDateTime=at(minutes=20))
    assert order(made, signingCertificate=BAD[check]()) == "InvalidCertificate"
    reason = reason_of(made, "SignedUpdateFirmware")
    assert reason.text.startswith(f"{check}: ")
    assert reason.rule == "W L01.FR.02"
    assert hostile(made) == ["InvalidFirmwareSigningCertificate"]
    (event,) = made.calls("SecurityEventNotification")
    assert event["techInfo"] == reason.text
    assert told(made) == []
    assert made.transfers == []
    assert state(made) is State.SCHEDULED, "the update before goes on"
    assert shown(made).refusal == reason
    order(made, 10)
    assert shown(made).refusal is None


FORGED: dict[str, Callable[[], str]] = {
    "of another file": lambda: signature(SWAPPED),
    "with another key": lambda: signature(key=manufacturer().key),
    "no base64": lambda: "***",
    "white space": lambda: "   ",
    "cut off": lambda: signature()[:-8],
}


def test_without_a_signature_nothing_is_fetched() -> None:
    made = signed()
    firmware = {
        "location": LOCATION,
        "retrieveDateTime": T0.isoformat(),
        "signingCertificate": signer().certificate,
        "signature": "",
    }
    answer = made.request("SignedUpdateFirmware", {"requestId": 9, "firmware": firmware})
    assert answer[2:4] == ["PropertyConstraintViolation", "firmware.signature must not be empty"]
    made.after(600)
    assert made.transfers == []
    assert told(made) == []


@pytest.mark.parametrize("how", FORGED)
def test_a_signature_that_does_not_fit_ends_the_update(how: str) -> None:
    """T TC_081, W L01.FR.03."""
    made = signed()
    assert order(made, signature=FORGED[how]()) == "Accepted"
    made.after(600)
    assert told(made) == [*FETCHED, "InvalidSignature"]
    assert hostile(made) == ["InvalidFirmwareSignature"]
    view = shown(made)
    assert view.state is State.INVALID_SIGNATURE
    assert view.problem
    assert view.signed is not None
    assert view.signed.scheme is None
    assert view.running is None
    assert made.boots == 1
    assert made.statuses(1) == []
    made.power_cycle()
    made.after(60)
    assert told(made) == [*FETCHED, "InvalidSignature"]


def test_a_file_that_was_cut_off_after_the_download_is_not_what_was_signed() -> None:
    made = signed()
    made.inspects = False
    order(made)
    assert state(made) is State.VERIFYING
    made.files[SHORT.name] = SHORT
    made.inspect(made.inspections[-1])
    assert told(made)[-1] == "InvalidSignature"
    assert shown(made).problem.endswith("the file has 7 bytes now, and had 8 before")


def test_a_file_that_is_gone_is_no_signed_file() -> None:
    made = signed()
    made.inspects = False
    order(made)
    made.files.clear()
    made.inspect(made.inspections[-1])
    assert told(made)[-1] == "InvalidSignature"
    assert "No such file" in shown(made).problem


@pytest.mark.parametrize("found", [SWAPPED, SHORT, None])
def test_what_is_installed_is_what_was_verified(found: object) -> None:
    """The file may lie there for long; `InstallVerificationFailed` is for that."""
    made = signed()
    order(made, installDateTime=at(minutes=20))
    assert told(made) == [*VERIFIED, "InstallScheduled"]
    assert state(made) is State.INSTALL_SCHEDULED
    made.files = {} if found is None else {NEW_FIRMWARE.name: found}  # type: ignore[dict-item]
    made.after(1_210)
    assert told(made)[-2:] == ["Installing", "InstallVerificationFailed"]
    assert hostile(made) == ["InvalidFirmwareSignature"]
    assert shown(made).problem
    assert shown(made).running is None
    assert made.statuses(1) == ["Unavailable", "Available"]


def test_nobody_installs_before_the_file_was_looked_at() -> None:
    made = signed()
    order(made, installDateTime=at(hours=1))
    made.inspects = False
    made.after(2 * 3_600)
    assert state(made) is State.INSTALLING
    made.inspect(made.inspections[-1])
    assert state(made) is State.INSTALLED


def test_an_unsigned_file_that_has_changed_is_not_installed_either() -> None:
    made = signed()
    made.inspects = False
    made.request("UpdateFirmware", {"location": LOCATION, "retrieveDate": at()})
    made.files[NEW_FIRMWARE.name] = SWAPPED
    made.inspect(made.inspections[-1])
    made.after(10)
    statuses = [each["status"] for each in made.calls("FirmwareStatusNotification")]
    assert statuses == [*FETCHED, "Installing", "InstallationFailed"]
    assert hostile(made) == [], "nobody has signed it"
    assert "efefefefefefefef... now, and was abababababababab" in shown(made).problem
    assert shown(made).signed is None
