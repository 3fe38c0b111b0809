"""An engine from a URL without TLS to its own certificate, over real sockets (W A02, A05)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from cp_tui.charge_point.config import ChargePointConfig, SecurityConfig
from cp_tui.charge_point.variables import LinkView, SecurityView
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.engine.keys import KEYS_FOLDER
from cp_tui.engine.security_log import SECURITY_LOG_FILE
from tests.engine.links import FAST, port_of, websocket_server
from tests.engine.test_engine import answer_to
from tests.engine.tls_servers import YEAR, Pki

WAIT_S = 30.0


class SigningCsms:
    """Accepts everything, signs what it is asked to, and has a list of what came with what."""

    def __init__(self, pki: Pki) -> None:
        self.pki = pki
        self.actions: list[str] = []
        self.answers: dict[str, object] = {}
        self.peers: list[object] = []
        self.connection: ServerConnection
        self.now: Callable[[], datetime] | None = None
        """Its clock; None: that of this machine."""

    async def serve(self, connection: ServerConnection) -> None:
        self.connection = connection
        shown = connection.transport.get_extra_info("peercert")
        self.peers.append(shown and shown["serialNumber"])
        async for text in connection:
            frame = json.loads(text)
            if frame[0] != 2:
                self.answers[frame[1]] = frame[2] if frame[0] == 3 else frame
                continue
            self.actions.append(frame[2])
            # Where the charge point has closed meanwhile, what it said before is still to be read.
            with suppress(ConnectionClosed):
                await self._answer(connection, frame)

    async def _answer(self, connection: ServerConnection, frame: list[Any]) -> None:
        if frame[2] == "SignCertificate":
            await connection.send(json.dumps([3, frame[1], {"status": "Accepted"}]))
            chain = self.pki.middle.charge_point(frame[3]["csr"], YEAR)
            await self.send("CertificateSigned", {"certificateChain": chain})
        else:
            answer = answer_to(frame[2])
            if self.now is not None and "currentTime" in answer:
                answer["currentTime"] = self.now().isoformat()
            await connection.send(json.dumps([3, frame[1], answer]))

    async def send(self, action: str, payload: Mapping[str, object]) -> str:
        message_id = str(uuid4())
        await self.connection.send(json.dumps([2, message_id, action, payload]))
        return message_id

    async def ask(self, action: str, payload: Mapping[str, object]) -> object:
        message_id = await self.send(action, payload)
        await until(lambda: message_id in self.answers)
        return self.answers[message_id]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not is_so():
            await asyncio.sleep(0.005)


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    (tmp_path / "pki").mkdir()
    return Pki(tmp_path / "pki")


async def test_profile_2_then_a_certificate_then_profile_3(tmp_path: Path, pki: Pki) -> None:
    """Each profile on a port of its own, which its URL in the settings says (W A00.FR.006)."""
    csms = SigningCsms(pki)
    async with (
        websocket_server(csms.serve) as plain,
        websocket_server(csms.serve, ssl=pki.good_server()) as second,
        websocket_server(csms.serve, ssl=pki.good_server(pki.root)) as third,
    ):
        config = ChargePointConfig(
            "CP001",
            "",
            charge_box_serial_number="SN-0001",
            keys={"CpoName": "Operator", "AuthorizationKey": "0123456789abcdef"},
            security=SecurityConfig(
                urls={
                    2: f"wss://localhost:{port_of(second)}/ocpp/CP001",
                    3: f"wss://localhost:{port_of(third)}/ocpp/CP001",
                }
            ),
        )
        url = f"ws://localhost:{port_of(plain)}/ocpp"
        folder = tmp_path / "data"
        engine = Engine(EngineConfig(config, url), data_dir=folder, link_settings=FAST)
        await engine.start()
        try:
            await until(lambda: "StatusNotification" in csms.actions)
            root = {
                "certificateType": "CentralSystemRootCertificate",
                "certificate": pki.root.certificate,
            }
            assert await csms.ask("InstallCertificate", root) == {"status": "Accepted"}
            to_2 = {"key": "SecurityProfile", "value": "2"}
            assert await csms.ask("ChangeConfiguration", to_2) == {"status": "Accepted"}
            await until(lambda: len(csms.peers) == 2)
            await until(lambda: link(engine).tls is not None)
            tls = link(engine).tls
            assert tls is not None
            assert tls.anchor == "CN=Root,O=Operator"

            asked = {"requestedMessage": "SignChargePointCertificate"}
            assert await csms.ask("ExtendedTriggerMessage", asked) == {"status": "Accepted"}
            await until(lambda: "SignCertificate" in csms.actions)
            await until(lambda: bool(security(engine).certificates))
            (own,) = security(engine).certificates
            assert own.facts.common_name == "SN-0001"
            to_3 = {"key": "SecurityProfile", "value": "3"}
            assert await csms.ask("ChangeConfiguration", to_3) == {"status": "Accepted"}
            await until(lambda: len(csms.peers) == 3)
            assert csms.peers[2] is not None
            await until(lambda: link(engine).security_profile == 3)
            await until(lambda: security(engine).change is None)
        finally:
            await engine.close()
        assert len([*(folder / KEYS_FOLDER).iterdir()]) == 1
        secret = next((folder / KEYS_FOLDER).iterdir()).read_text().splitlines()[1]
        for path in folder.iterdir():
            assert path.is_dir() or secret.encode() not in path.read_bytes(), path.name
        log = (folder / SECURITY_LOG_FILE).read_text()
        assert "ReconfigurationOfSecurityParameters" in log

        # Started anew, it connects with its certificate at once.
        engine = Engine(EngineConfig(config, url), data_dir=folder, link_settings=FAST)
        await engine.start()
        try:
            await until(lambda: len(csms.peers) == 4)
            assert csms.peers[3] == csms.peers[2]
        finally:
            await engine.close()


async def test_a_profile_that_does_not_come_up_is_given_up_after_some_tries(
    tmp_path: Path, pki: Pki
) -> None:
    """W A05.FR.08; the attempts tell what was wrong, and the security log keeps it."""
    csms = SigningCsms(pki)
    untrusted = pki.server(pki.stranger.server(["localhost"], YEAR))
    async with (
        websocket_server(csms.serve) as plain,
        websocket_server(csms.serve, ssl=untrusted) as second,
    ):
        where = f"wss://localhost:{port_of(second)}/ocpp/CP001"
        config = ChargePointConfig(
            "CP001",
            "",
            keys={"AuthorizationKey": "0123456789abcdef", "SecurityProfile": "1"},
            security=SecurityConfig(urls={2: where}, profile_tries=2),
        )
        (tmp_path / "root.pem").write_text(pki.root.certificate)
        engine = Engine(
            EngineConfig(config, f"ws://localhost:{port_of(plain)}/", tmp_path / "root.pem"),
            data_dir=tmp_path / "data",
            link_settings=FAST,
        )
        await engine.start()
        try:
            await until(lambda: "StatusNotification" in csms.actions)
            to_2 = {"key": "SecurityProfile", "value": "2"}
            assert await csms.ask("ChangeConfiguration", to_2) == {"status": "Accepted"}
            await until(lambda: len(csms.peers) == 2)
            await until(lambda: security(engine).change is None)
            assert security(engine).profile == 1
            reason = security(engine).last_change
            assert reason is not None
            assert "'localhost' was issued by 'Stranger'" in reason.text
        finally:
            await engine.close()
    log = (tmp_path / "data" / SECURITY_LOG_FILE).read_text()
    assert log.count('"InvalidCentralSystemCertificate"') >= 1


def link(engine: Engine) -> LinkView:
    found: LinkView = engine.get("link")
    return found


def security(engine: Engine) -> SecurityView:
    found: SecurityView = engine.get("security")
    return found
