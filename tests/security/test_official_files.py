"""The official test cases of security (OCTT, 2024-04) in which files are moved: logs and firmware.

Each docstring names what, taken out of the program, makes its test fail.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import pytest
from ocpp.v16 import call
from ocpp.v16.enums import Log

from cp_tui.charge_point import firmware
from tests.engine.file_servers import HttpServer, answer, http_server
from tests.security.firmware import CONTENT, update
from tests.security.pki import MANUFACTURER, Signed, made, pki, rsa_key, show
from tests.security.place import Place
from tests.security.secure_csms import MANUFACTURER_ROOT

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("place", ["second"], indirect=True),
]
STATUS = "SignedFirmwareStatusNotification"
FILE = "firmware-2.0.0.bin"


@pytest.fixture(autouse=True)
def _short_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a while for people to see it, and nobody looks."""
    monkeypatch.setattr(firmware, "INSTALLATION", timedelta(seconds=0.1))


@pytest.fixture
def files(place: Place) -> Iterator[HttpServer]:
    """A server of files over TLS, whose certificate is of the CSMS's authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    show(context, pki().server(), folder=place.folder)
    with http_server(answer(200, CONTENT), context) as server:
        yield server


def location(files: HttpServer, name: str = FILE) -> str:
    return f"https://localhost:{files.server_address[1]}/{name}"


@cache
def signer(kind: str) -> Signed:
    """Give a certificate that the manufacturer signs firmware with."""
    key = rsa_key() if kind == "RSA" else None
    return made("Signer", pki().manufacturer, organization=MANUFACTURER, key=key)


async def with_manufacturer_root(place: Place) -> None:
    """Have it installed, as the official state CertificateInstalled wants it."""
    assert await place.csms.install(pki().manufacturer, MANUFACTURER_ROOT) == "Accepted"


def statuses(place: Place, action: str = STATUS) -> list[tuple[str, int]]:
    """List what was told of an update or an upload, with the number of the request."""
    told = (payload for name, payload in place.csms.received if name == action)
    return [(payload["status"], payload["requestId"]) for payload in told]


async def test_tc_079_get_security_log(place: Place, files: HttpServer) -> None:
    """Red where the file that is sent is not the security log, or another request is named."""
    request = call.GetLog(
        log={"remoteLocation": location(files, "")}, log_type=Log.security_log, request_id=79
    )
    response = await place.csms.call(request)
    assert response.status == "Accepted"
    await place.csms.receive("LogStatusNotification", status="Uploaded")
    assert statuses(place, "LogStatusNotification") == [("Uploading", 79), ("Uploaded", 79)]
    (path, _, body) = files.seen[-1]
    assert path.endswith(response.filename)
    events = [json.loads(line)["type"] for line in body.decode().splitlines()]
    assert "StartupOfTheDevice" in events


@pytest.mark.parametrize("kind", ["RSA", "EC"])
async def test_tc_080_secure_firmware_update(place: Place, files: HttpServer, kind: str) -> None:
    """Red where the signature is checked over anything but the whole file."""
    await with_manufacturer_root(place)
    place.csms.forget()
    request = update(location(files), signer(kind), request_id=80)
    assert (await place.csms.call(request)).status == "Accepted"
    boot = await place.csms.receive("BootNotification")
    assert boot["firmwareVersion"] == "2.0.0"
    await place.csms.receive(STATUS, status="Installed")
    await place.csms.event("FirmwareUpdated")
    for connector_id in (0, 1, 2):
        await place.csms.receive("StatusNotification", connectorId=connector_id, status="Available")
    told = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"]
    assert [status for status in statuses(place) if status[0] != "InstallRebooting"] == [
        (status, 80) for status in told
    ]
    assert place.get("firmware").running.signer.common_name == "Signer"


async def test_tc_081_secure_firmware_update_with_an_invalid_signature(
    place: Place, files: HttpServer
) -> None:
    """Red where the file is installed whatever `verified` says, or the event is taken out."""
    await with_manufacturer_root(place)
    place.csms.forget()
    request = update(location(files), signer("RSA"), request_id=81, signed=CONTENT + b"!")
    assert (await place.csms.call(request)).status == "Accepted"
    await place.csms.receive(STATUS, status="InvalidSignature")
    event = await place.csms.event("InvalidFirmwareSignature")
    assert event["techInfo"]
    told = ["Downloading", "Downloaded", "InvalidSignature"]
    assert statuses(place) == [(status, 81) for status in told]
    assert place.csms.actions().count("BootNotification") == 0


async def test_firmware_that_nobody_may_sign_is_not_even_fetched(
    place: Place, files: HttpServer
) -> None:
    """L01.FR.02. Red without `check_signing_certificate`, or its event."""
    await with_manufacturer_root(place)
    place.csms.forget()
    stranger = made("Signer", pki().stranger, organization=MANUFACTURER)
    request = update(location(files), stranger, request_id=82)
    assert (await place.csms.call(request)).status == "InvalidCertificate"
    event = await place.csms.event("InvalidFirmwareSigningCertificate")
    assert event["techInfo"]
    assert statuses(place) == []
    assert files.seen == []
