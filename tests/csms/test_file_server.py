"""Firmware that is fetched from the CSMS, and logs that are delivered to it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.checks import check_signing_certificate
from cp_tui.certificates.facts import SignatureScheme
from cp_tui.certificates.signature import check_signature
from cp_tui.csms.behaviour import Signing
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Noted
from cp_tui.csms.file_server import BODY_BYTES_MAX, KEPT_MAX, DeliveredFile, firmware
from cp_tui.csms.log_words import delivered_words, security_log_lines
from cp_tui.csms.security_folder import SecurityFolder
from cp_tui.csms.signed_files import firmware_image
from cp_tui.ocpp.security import FirmwareImage

NOW = datetime.now(UTC)
WAIT_S = 30.0


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[CentralSystem]:
    """A CSMS with a folder for what is delivered."""
    async with CentralSystem(folder=tmp_path) as csms:
        yield csms


async def ask(csms: CentralSystem, text: bytes) -> tuple[str, bytes]:
    """Send a request as it stands; gives the status and the content of the answer."""
    port = int(csms.files.firmware_url("1").split(":")[2].partition("/")[0])
    async with asyncio.timeout(WAIT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(text)
        answer = await reader.read()
        writer.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0].decode().removeprefix("HTTP/1.1 "), content


async def test_firmware_of_any_version_is_there(csms: CentralSystem) -> None:
    url = csms.files.firmware_url("2.0.7")
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/firmware/demo-2.0.7.bin")
    request = b"GET /firmware/demo-2.0.7.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert await ask(csms, request) == ("200 OK", firmware("2.0.7"))
    assert firmware("2.0.7").startswith(b"version: 2.0.7\n")
    assert firmware("2.0.8") != firmware("2.0.7")
    assert csms.record.events == ()


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET / HTTP/1.1\r\n\r\n", "404 Not Found"),
        ("GET /firmware/../../etc/passwd HTTP/1.1\r\n\r\n", "404 Not Found"),
        ("GET /logs/CP001/x.log HTTP/1.1\r\n\r\n", "404 Not Found"),
        ("nonsense\r\n\r\n", "404 Not Found"),
        ("PUT /firmware/demo-1.bin HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "404 Not Found"),
        ("PUT /logs/CP001/..%2Fx HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "400 Bad Request"),
        ("PUT /logs/CP001/.x HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "400 Bad Request"),
        ("PUT /logs/CP001/ HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "400 Bad Request"),
        ("PUT /logs/CP001/x HTTP/1.1\r\n\r\n", "411 Length Required"),
        (
            f"PUT /logs/CP001/x HTTP/1.1\r\nContent-Length: {BODY_BYTES_MAX + 1}\r\n\r\n",
            "413 Request Entity Too Large",
        ),
        (
            "PUT /logs/CP001/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
            "413 Request Entity Too Large",
        ),
        (
            "PUT /logs/CP001/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "400 Bad Request",
        ),
    ],
)
async def test_what_is_not_served_is_refused_and_kept_nowhere(
    keeping: CentralSystem, tmp_path: Path, request_text: str, status: str
) -> None:
    assert (await ask(keeping, request_text.encode()))[0] == status
    assert keeping.files.files == ()
    assert [*tmp_path.rglob("*")] == []


async def test_who_goes_away_in_the_middle_leaves_nothing(keeping: CentralSystem) -> None:
    request = b"PUT /logs/CP001/x HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf of it"
    port = int(keeping.files.firmware_url("1").split(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write_eof()
    async with asyncio.timeout(WAIT_S):
        assert await reader.read() == b""
    writer.close()
    assert keeping.files.files == ()


async def test_a_log_is_kept_and_told_by_what_is_in_it(
    keeping: CentralSystem, tmp_path: Path
) -> None:
    events = [{"type": "StartupOfTheDevice"}, {"missing_lines": 3}, {"type": "ResetOrReboot"}]
    content = "".join(f"{json.dumps(each)}\n" for each in events).encode()
    head = b"PUT /logs/CP%2F1/security-1.log HTTP/1.1\r\n"
    whole = b"Content-Length: %d\r\n\r\n%b" % (len(content), content)
    chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)
    assert keeping.files.log_url("CP/1").endswith("/logs/CP%2F1/")
    for body in (whole, chunked):
        assert await ask(keeping, head + body) == ("200 OK", b"")
        assert keeping.files.files[-1] == DeliveredFile("CP/1", "security-1.log", content)
    assert (tmp_path / "logs" / "security-1.log").read_bytes() == content
    noted = keeping.record.events[-1]
    assert isinstance(noted, Noted)
    assert noted.charge_point_id == "CP/1"
    assert noted.words == (
        f"it has delivered security-1.log, {len(content)} bytes: 2 events, the newest ResetOrReboot"
    )
    for number in range(KEPT_MAX + 1):
        await ask(
            keeping, b"PUT /logs/CP001/d-%d.zip HTTP/1.1\r\nContent-Length: 2\r\n\r\nPK" % number
        )
    assert [each.name for each in keeping.files.files] == [f"d-{n}.zip" for n in range(1, 6)]
    assert delivered_words(keeping.files.files[0]) == "it has delivered d-1.zip, 2 bytes"


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"[1]\n", b"[" * 100_000])
def test_what_is_no_security_log_is_not_taken_for_one(content: bytes) -> None:
    assert security_log_lines(content) is None


def image(made_once: Path, signing: Signing) -> FirmwareImage:
    pki = SecurityFolder(made_once).pki(NOW)
    return firmware_image(pki, "http://127.0.0.1/demo-1.2.bin", "1.2", signing, NOW)


def fits(found: FirmwareImage) -> bool:
    digest = hashlib.sha256(firmware("1.2")).digest()
    try:
        scheme = check_signature(found.signing_certificate, found.signature, digest)
    except CertificateError:
        return False
    return scheme is SignatureScheme.ECDSA


def is_of_the_manufacturer(made_once: Path, found: FirmwareImage) -> bool:
    root = SecurityFolder(made_once).pki(NOW).manufacturer_root.certificate
    try:
        check_signing_certificate(found.signing_certificate, [root], NOW)
    except CertificateError:
        return False
    return True


@pytest.mark.parametrize(
    ("signing", "has_good_signature", "has_good_certificate"),
    [(Signing.GOOD, True, True), (Signing.FORGED, False, True), (Signing.FOREIGN, True, False)],
)
def test_firmware_is_signed_as_it_says(
    made_once: Path, signing: Signing, has_good_signature: bool, has_good_certificate: bool
) -> None:
    found = image(made_once, signing)
    assert fits(found) == has_good_signature
    assert is_of_the_manufacturer(made_once, found) == has_good_certificate
