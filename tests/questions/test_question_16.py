"""Was the firmware really signed, and by whom? One key, `6`: certificate, root, scheme, check."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from cp_tui.certificates.authority import Authority, Issued, Validity, new_root
from cp_tui.certificates.facts import SignatureScheme
from cp_tui.certificates.signature import sign
from tests.demo.fast_time import in_fast_time
from tests.end_to_end.raw_csms import RawCsms
from tests.engine.file_servers import answer, http_server
from tests.engine.tls_servers import NOW, YEAR
from tests.questions.place import TIME, place
from tests.questions.situations import csms
from tests.questions.test_ten_minutes_later import Hours

FIRMWARE = b"version: 2.0.0\n" + bytes(range(256))


@pytest.fixture(scope="module")
def maker() -> Authority:
    return new_root("Maker Root", "Maker", YEAR)


async def order(server: RawCsms, url: str, by: Issued, content: bytes = FIRMWARE) -> str:
    """Have the CSMS order firmware that this certificate has signed; `content` is what it signs."""
    firmware = {
        "location": url,
        "retrieveDateTime": (NOW - timedelta(hours=1)).isoformat(),
        "signingCertificate": by.certificate,
        "signature": sign(by.key, sha256(content).digest(), SignatureScheme.ECDSA),
    }
    payload: dict[str, Any] = {"requestId": 7, "firmware": firmware, "retries": 0}
    status: str = (await server.call("SignedUpdateFirmware", payload))[2]["status"]
    return status


@in_fast_time
async def test_by_whom_under_which_root_and_how_or_which_check_failed(maker: Authority) -> None:
    signer = maker.signing_certificate("Maker Signing", YEAR)
    ended = maker.signing_certificate("Old", Validity(NOW - timedelta(9), NOW - timedelta(2)))
    clock = Hours()
    with http_server(answer(200, FIRMWARE)) as files:
        url = f"http://127.0.0.1:{files.server_address[1]}/fw.bin"
        async with csms() as server, place(server.url, now=clock.now) as here:
            await here.reads("All well")
            await here.after("6", "Signed not known: no update has installed it")
            root = {"use": "ManufacturerRootCertificate", "certificate": maker.certificate}
            await here.act("install_root_certificate", **root)

            assert await order(server, url, ended) == "InvalidCertificate"
            await here.reads("Refused .*expired: .*'Old' ended")
            await here.after("1", "! Signed firmware refused: expired.* · 6 shows it")

            assert await order(server, url, signer, b"another file") == "Accepted"
            await here.after(
                "6",
                "Firmware .* invalid signature",
                "Failed .*signature: .*does not fit",
                "Order SignedUpdateFirmware, request 7 · certificate Maker Signing · issued by "
                "Maker Root",
                "Check it failed: nothing of the file is installed",
            )
            await here.after("1", "! Firmware: invalid signature: ")

            assert await order(server, url, signer) == "Accepted"
            for is_later in (False, True):
                if is_later:
                    await clock.go_by(here)
                await here.after(
                    "6",
                    "Runs 2.0.0",
                    rf"Signed by Maker Signing \(ECDSA\), verified over the file · .* since {TIME}",
                    "Firmware 2.0.0 · installed · signed by Maker Signing",
                    rf"Check the signature fits the file as downloaded \(ECDSA\), verified {TIME}",
                )
                await here.after("1", "All well|Clock")
