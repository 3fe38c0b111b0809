"""SignedUpdateFirmware in virtual time: every step, every check, and what the CSMS is told."""

from __future__ import annotations

from cp_tui.certificates.facts import SignatureScheme
from cp_tui.charge_point.variables import FirmwareState
from cp_tui.ocpp.datatypes import FirmwareStatus
from tests.charge_point.rig import NEW_FIRMWARE
from tests.charge_point.securing import events
from tests.charge_point.signing import order, shown, signed, told

INSTALLED = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"]


def test_what_is_signed_well_is_installed_and_each_step_told_with_its_request() -> None:
    """W L01, T TC_080."""
    made = signed()
    assert order(made) == "Accepted"
    made.after(10)
    assert told(made) == INSTALLED
    assert made.calls("FirmwareStatusNotification") == []
    assert made.calls("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    assert "FirmwareUpdated" in events(made)
    view = shown(made)
    assert view.state is FirmwareState.INSTALLED
    assert view.status is FirmwareStatus.INSTALLED
    assert view.signed is not None
    assert view.signed.status == "Installed"
    assert view.signed.request_id == 9
    assert view.signed.signer.common_name == "Firmware"
    assert view.signed.anchor.common_name == "Maker Root"
    assert view.signed.scheme is SignatureScheme.ECDSA
    assert view.running is not None
    assert view.running.signer == view.signed.signer
    assert view.running.scheme is SignatureScheme.ECDSA
    assert view.running.sha256 == NEW_FIRMWARE.sha256
