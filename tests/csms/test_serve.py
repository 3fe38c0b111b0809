"""`cp-tui csms`: the small CSMS alone, with a printed line for every event."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import certificate_request, new_key
from cp_tui.csms.behaviour import AnswerCallError, Behaviour, Silence
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.event_log import Received
from cp_tui.csms.serve import TEXT_MAX, describe, serve_central_system
from cp_tui.csms.shown import pem_words, shown
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import ClearCacheRequest
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.security import InstallCertificateRequest
from cp_tui.ocpp.security_enumerations import CertificateUse
from cp_tui.settings.load import Options, load
from tests.csms.raw_charge_point import RawChargePoint, raw_charge_point
from tests.sources import ROOT

WAIT_S = 30.0


async def test_it_says_where_it_listens_and_what_happens_until_cancelled() -> None:
    lines: list[str] = []
    first_line = asyncio.Event()

    def report(line: str) -> None:
        lines.append(line)
        first_line.set()

    serving = asyncio.create_task(serve_central_system(0, report))
    async with asyncio.timeout(WAIT_S):
        await first_line.wait()
    found = re.search(r"ws://127\.0\.0\.1:\d+", lines[0])
    assert found is not None
    async with raw_charge_point(found[0]) as charge_point:
        await charge_point.boot()
        with suppress(asyncio.CancelledError):
            serving.cancel()
            await serving
    told = "\n".join(lines)
    assert "CP001  connected" in told
    assert '-> BootNotification {"chargePointVendor": "Raw", "chargePointModel": "Frames"}' in told
    assert '= {"status": "Accepted"' in told
    assert "CP001  disconnected (1001)" in told


@pytest.mark.parametrize("profile", [1, 3])
async def test_with_security_it_says_what_a_charge_point_needs_and_how_to_start_one(
    folder: Path, profile: int
) -> None:
    lines: list[str] = []
    told = asyncio.Event()

    def report(line: str) -> None:
        lines.append(line)
        if "start a charge point" in line:
            told.set()

    serving = asyncio.create_task(serve_central_system(0, report, profile=profile, folder=folder))
    async with asyncio.timeout(WAIT_S):
        await told.wait()
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    listens, needs, start = lines
    assert listens.endswith(f"security profile {profile}")
    file = folder / "charge_point.toml"
    assert start == f"start a charge point: cp-tui serve --config={file}"
    assert f"AuthorizationKey as in {file}" in needs
    assert (f"root certificate {folder / 'csms_root.pem'}" in needs) == (profile == 3)
    settings = load(Options(config=file)).engine
    assert settings.charge_point.keys["SecurityProfile"] == str(min(profile, 2))
    assert settings.charge_point.keys["AuthorizationKey"] not in "".join(lines)
    assert file.stat().st_mode & 0o077 == 0
    if profile == 3:
        assert "a certificate, which it gets in profile 2 on wss://127.0.0.1:" in needs
        assert set(settings.charge_point.security.urls) == {2, 3}


async def test_a_certificate_is_told_by_what_is_in_it(
    csms: CentralSystem, charge_point: RawChargePoint, made_once: Path
) -> None:
    root = (made_once / "csms_root.pem").read_text()
    request = InstallCertificateRequest(
        certificate_type=CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE, certificate=root
    )
    with pytest.raises(CallFailed):
        await csms.call("CP001", request, timeout_s=0.01)
    asked = certificate_request(new_key(KeyKind.EC_P256), "SN-1", "Somebody")
    await charge_point.send([2, "1", "SignCertificate", {"csr": asked}])
    await csms.record.wait_for(lambda event: isinstance(event, Received), timeout_s=WAIT_S)
    told = "\n".join(describe(event) for event in csms.record.events)
    assert "BEGIN" not in told
    assert "(certificate CN=cp-tui CSMS root,O=cp-tui CSMS, serial number " in told
    assert "days left)" in told
    assert (
        '{"csr": "(request for CN=SN-1, O=Somebody, EC P-256)"}  = {"status": "Rejected"}' in told
    )
    at = datetime(2000, 1, 1, tzinfo=UTC)
    assert shown(["-----BEGIN nothing", {"a": 1}], at) == [
        "(18 characters of PEM: there is no -----BEGIN CERTIFICATE----- in its 18 characters)",
        {"a": 1},
    ]
    assert re.search(r"ended \d+ days ago", pem_words(root, at.replace(year=2100)))


async def test_a_taken_port_is_told(csms: CentralSystem) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve_central_system(csms.port, print)


async def test_every_kind_of_event_has_its_line(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    csms.behaviour = Behaviour(
        faults={
            Action.AUTHORIZE: Silence(),
            Action.HEARTBEAT: AnswerCallError(ErrorCode.INTERNAL_ERROR, "tired"),
        }
    )
    await charge_point.send([2, "x", "Authorize", {"idTag": "A"}])
    await charge_point.call("Heartbeat", {})
    await charge_point.send([3, "x"])
    await charge_point.call("Nope", {})
    with pytest.raises(CallFailed):
        await csms.call("CP001", ClearCacheRequest(), timeout_s=0.01)
    await charge_point.receive()
    await csms.compose("CP001", '[3,"1",{}]', timeout_s=0.01)
    async with raw_charge_point(csms.url, path="/CP002", subprotocols=()):
        pass
    told = [describe(event).partition(" ")[2] for event in csms.record.events]
    assert told == [
        "CP001  connected",
        'CP001  -> Authorize {"idTag": "A"}  = (silence)',
        "CP001  -> Heartbeat {}  = InternalError: tired",
        "CP001  bad answer: FormationViolation: a CALLRESULT has 3 elements, this has 2",
        'CP001  sent what is no OCPP: NotImplemented: there is no Action "Nope" in OCPP 1.6',
        "CP001  <- ClearCache {}  = Timeout: no answer within 0.01 s",
        'CP001  <- composed  "[3,\\"1\\",{}]"  = sent; no answer is due',
        "CP002  turned away: it did not offer subprotocol ocpp1.6",
    ]


async def test_a_long_message_is_cut(csms: CentralSystem, charge_point: RawChargePoint) -> None:
    await charge_point.payload_of("DataTransfer", {"vendorId": "x", "data": "y" * 10_000})
    assert len(describe(csms.record.events[-1])) < TEXT_MAX + 200


def test_what_reads_certificates_is_loaded_with_the_first_one() -> None:
    """Of a CSMS, of a demo: start and memory are not spent on what most have no use for."""
    program = (
        "import sys, cp_tui.cli.csms, cp_tui.cli.demo_process, cp_tui.tui.registry;"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
