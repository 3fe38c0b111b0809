"""What the CSMS can be told to do about security, against a real charge point in fast time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from cp_tui.csms.behaviour import Behaviour, CertificateAnswer
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Noted
from cp_tui.csms.serve import describe
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.demo.player import Player
from cp_tui.engine.errors import CommandError
from cp_tui.ocpp.datatypes import format_date_time
from tests.demo.charge_point import ID, csms_and_client
from tests.demo.fast_time import in_fast_time

CSMS, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
WAIT_S = 60


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not is_so():
            await asyncio.sleep(0.1)


def notes(csms: CentralSystem) -> str:
    return "\n".join(each.words for each in csms.record.events if isinstance(each, Noted))


def told(csms: CentralSystem) -> str:
    return "\n".join(describe(event) for event in csms.record.events)


@in_fast_time
async def test_each_order_is_carried_out_and_says_what_came_of_it(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        door = CsmsRpc(csms, Player(client, csms, ID))
        await until(lambda: csms.boot_of(ID) is not None)

        async def order(method: str, **params: JsonValue) -> tuple[object, str]:
            answer = await door.call(method, params)
            return answer.result, answer.reason.text if answer.reason else ""

        assert await order("list_roots") == ("none is installed", "")
        for use, name in ((CSMS, "CN=cp-tui CSMS root"), (MANUFACTURER, "CN=cp-tui manufacturer")):
            status, words = await order("install_root", use=use)
            assert status == "Accepted"
            assert words.startswith(name)
            assert words.endswith("days left")
        listed, _ = await order("list_roots")
        assert str(listed).startswith(f"{CSMS}: CN=cp-tui CSMS root,O=cp-tui CSMS, 36")
        assert f"; {MANUFACTURER}: CN=cp-tui manufacturer root," in str(listed)

        # Without CpoName there is nothing to ask for.
        status, words = await order("ask_for_certificate")
        assert status == "Rejected"
        assert "screen and trace of the charge point say it" in words
        key: JsonValue = {"key": "CpoName", "value": csms.security.cpo_name}
        await door.call("send", {"action": "ChangeConfiguration", "payload": key})
        assert (await order("ask_for_certificate"))[0] == "Accepted"
        await until(lambda: "it has taken the certificate CN=SN-0001" in notes(csms))

        before = csms.security.authorization_key(ID)
        assert await order("change_password") == ("Accepted", "20 bytes, drawn by chance")
        key_now = csms.security.authorization_key(ID)
        assert key_now != before
        assert key_now not in told(csms)

        assert (await order("update_signed_firmware", signing="foreign"))[0] == "InvalidCertificate"
        status, words = await order("update_signed_firmware", signing="forged", version="7.1")
        assert (status, words) == ("Accepted", "version 7.1, forged")
        await until(lambda: '"status": "InvalidSignature"' in told(csms))
        assert (await order("get_log"))[0] == "Accepted"
        await until(lambda: "events, the newest " in notes(csms))
        assert "InvalidFirmwareSignature" in csms.files.files[-1].content.decode()

        status, words = await order("raise_security_profile", profile=3)
        assert status == "Accepted"
        assert words == f"a door of profile 3 is open at {csms.doors.url(3)}"
        await until(lambda: csms.profile_of(ID) == 3)
        status, words = await order("delete_root", use=CSMS)
        assert (status, words[:19]) == ("Failed", "CN=cp-tui CSMS root")
        assert (await order("delete_root", use=MANUFACTURER))[0] == "Accepted"
        done, words = await order("revoke_certificates")
        assert (done, words) == (True, f"1 certificate of {ID} revoked; an open connection goes on")
        with pytest.raises(CommandError, match="no certificate of this CSMS that still counts"):
            await order("revoke_certificates")


@in_fast_time
async def test_an_order_that_gets_no_answer_is_refused_in_words(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        door = CsmsRpc(csms, Player(client, csms, ID))
        with pytest.raises(
            CommandError, match="ExtendedTriggerMessage: Offline: X is not connected"
        ):
            await door.call("ask_for_certificate", {"charge_point_id": "X"})


@in_fast_time
async def test_words_in_braces_stand_for_what_is_too_long_to_be_typed(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        door = CsmsRpc(csms, Player(client, csms, ID))
        await until(lambda: csms.boot_of(ID) is not None)

        async def send(action: str, **payload: JsonValue) -> object:
            answer = await door.call("send", {"action": action, "payload": payload})
            assert isinstance(answer.result, dict)
            return answer.result["payload"]

        accepted = {"status": "Accepted"}
        root = {"certificateType": CSMS, "certificate": "{csms root}"}
        assert await send("InstallCertificate", **root) == accepted
        root = {"certificateType": MANUFACTURER, "certificate": "{Manufacturer root}"}
        assert await send("InstallCertificate", **root) == accepted

        with pytest.raises(CommandError, match="DEMO has not asked for a certificate yet"):
            await send("CertificateSigned", certificateChain="{certificate}")
        csms.behaviour = Behaviour(certificates=CertificateAnswer.NEVER)
        await send("ChangeConfiguration", key="CpoName", value=csms.security.cpo_name)
        trigger = {"requestedMessage": "SignChargePointCertificate"}
        assert await send("ExtendedTriggerMessage", **trigger) == accepted
        await until(lambda: "nothing follows, on purpose" in notes(csms))
        assert await send("CertificateSigned", certificateChain="{certificate}") == accepted
        assert "it has taken the certificate CN=SN-0001" in notes(csms)

        firmware: JsonValue = {
            "location": "{firmware url}",
            "retrieveDateTime": format_date_time(csms.now()),
            "signingCertificate": "{signing certificate}",
            "signature": "{signature}",
        }
        assert await send("SignedUpdateFirmware", requestId=1, firmware=firmware) == accepted
        await until(lambda: '"status": "SignatureVerified"' in told(csms))
        log: JsonValue = {"remoteLocation": "{log url}"}
        answer = await send("GetLog", log=log, logType="SecurityLog", requestId=2)
        assert isinstance(answer, dict)
        assert answer["status"] == "Accepted"
        await until(lambda: "events, the newest " in notes(csms))

        data: JsonValue = {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": "{issuer name hash}",
            "issuerKeyHash": "{issuer key hash}",
            "serialNumber": "{serial number}",
        }
        assert await send("DeleteCertificate", certificateHashData=data) == accepted
        # Within a text, in a raw frame, and where nothing is known, they stay as they are.
        await send("DataTransfer", vendorId="V", data="a {csms root}")
        await send("DataTransfer", vendorId="V", data="{nonsense}")
        await door.call("send_raw", {"text": '[2,"1","DataTransfer",{"vendorId":"{csms root}"}]'})
        assert '"data": "a {csms root}"' in told(csms)
        assert '"data": "{nonsense}"' in told(csms)
        assert '"vendorId": "{csms root}"' in told(csms)
        assert "BEGIN" not in told(csms)
