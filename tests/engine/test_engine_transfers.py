"""Firmware and diagnostics with the whole engine: real messages, real files, real boots."""

from __future__ import annotations

import asyncio
import hashlib
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection

from cp_tui.certificates.authority import Validity, new_root
from cp_tui.certificates.facts import SignatureScheme
from cp_tui.certificates.signature import sign
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.variables import FirmwareView
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.engine.log import LOG_FILE
from tests.engine.file_servers import answer, http_server
from tests.engine.links import FAST, WAIT_S, url_of, websocket_server
from tests.engine.test_engine import answer_to

DAY = timedelta(days=1)
KEY = "secret-secret-16"


@dataclass
class World:
    """An engine, and a CSMS that notes what it hears."""

    folder: Path
    frames: list[Any] = field(default_factory=list)
    connections: list[ServerConnection] = field(default_factory=list)
    ahead: timedelta = timedelta(0)
    """What the clock of the engine is ahead of the true time."""

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        async for text in connection:
            frame = json.loads(text)
            self.frames.append(frame)
            if frame[0] == 2:
                await connection.send(json.dumps([3, frame[1], answer_to(frame[2])]))

    async def request(self, action: str, **payload: object) -> None:
        await self.connections[-1].send(json.dumps([2, f"csms-{action}", action, payload]))

    def statuses(self, action: str) -> list[str]:
        return [frame[3]["status"] for frame in self.frames if frame[0] == 2 and frame[2] == action]

    async def until_status(self, action: str, status: str) -> None:
        async with asyncio.timeout(WAIT_S):
            while status not in self.statuses(action):
                await asyncio.sleep(0.005)

    @property
    def versions(self) -> list[str | None]:
        boots = [frame[3] for frame in self.frames if frame[2:3] == ["BootNotification"]]
        return [payload.get("firmwareVersion") for payload in boots]


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[tuple[World, Engine]]:
    made = World(folder)
    async with websocket_server(made.serve) as server:
        charge_point = ChargePointConfig(
            charge_point_id="CP001",
            url="",
            firmware_version="1.0.0",
            keys={"AuthorizationKey": KEY},
        )
        config = EngineConfig(charge_point, url=url_of(server))
        engine = Engine(config, data_dir=folder, link_settings=FAST, clock=made.clock)
        await engine.start()
        try:
            await made.until_status("StatusNotification", "Available")
            yield made, engine
        finally:
            await engine.close()


async def test_diagnostics_arrive_and_hold_everything_but_secrets(tmp_path: Path) -> None:
    with http_server(answer(201)) as server:
        async with world(tmp_path) as (made, _):
            location = f"http://tech:geheim@127.0.0.1:{server.server_port}/in"
            await made.request("GetDiagnostics", location=location, retries=0)
            await made.until_status("DiagnosticsStatusNotification", "Uploaded")
    path, _, body = server.seen[0]
    (reply,) = [frame for frame in made.frames if frame[1] == "csms-GetDiagnostics"]
    assert path == f"/in/{reply[2]['fileName']}"
    with zipfile.ZipFile(BytesIO(body)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {
        "summary.json",
        "link_history.jsonl",
        "variables/configuration.json",
        "variables/identity.json",
        "variables/outbox.json",
        "variables/transactions.json",
        "streams/messages.jsonl",
        f"log/{LOG_FILE}",
    } <= texts.keys()
    assert '"phase":"open"' in texts["link_history.jsonl"]
    assert json.loads(texts["summary.json"])["records_in_store"]["state"] >= 1
    everything = "".join(texts.values()) + (tmp_path / LOG_FILE).read_text()
    assert "geheim" not in everything
    assert KEY not in everything


async def test_firmware_is_fetched_and_runs_after_the_boot(tmp_path: Path) -> None:
    with http_server(answer(200, b"version: 2.0.0\n")) as server:
        async with world(tmp_path) as (made, engine):
            await made.request(
                "UpdateFirmware",
                location=f"http://127.0.0.1:{server.server_port}/firmware.bin",
                retrieveDate="2026-01-01T00:00:00Z",
            )
            await made.until_status("FirmwareStatusNotification", "Installing")
            made.ahead = timedelta(seconds=6)
            await made.request("TriggerMessage", requestedMessage="Heartbeat")
            await made.until_status("FirmwareStatusNotification", "Installed")
            firmware = engine.get("firmware")
    assert made.versions == ["1.0.0", "2.0.0"]
    statuses = made.statuses("FirmwareStatusNotification")
    assert statuses == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert isinstance(firmware, FirmwareView)
    assert firmware.version == "2.0.0"
    assert (tmp_path / "downloads" / "firmware.bin").read_bytes() == b"version: 2.0.0\n"


async def test_signed_firmware_that_is_cut_off_on_the_disk_is_not_installed(tmp_path: Path) -> None:
    """It was good when it was verified; it is read once more before it is installed (W L01)."""
    content, now = b"version: 2.0.0\n" * 9, datetime.now(UTC)
    maker = new_root("Maker", "Maker", Validity(now - DAY, now + DAY))
    signature = sign(maker.key, hashlib.sha256(content).digest(), SignatureScheme.ECDSA)
    use = "ManufacturerRootCertificate"
    with http_server(answer(200, content)) as server:
        async with world(tmp_path) as (made, engine):
            await made.request(
                "InstallCertificate", certificateType=use, certificate=maker.certificate
            )
            firmware = {
                "location": f"http://127.0.0.1:{server.server_port}/firmware.bin",
                "retrieveDateTime": "2026-01-01T00:00:00Z",
                "installDateTime": (now + timedelta(hours=1)).isoformat(),
                "signingCertificate": maker.certificate,
                "signature": signature,
            }
            await made.request("SignedUpdateFirmware", requestId=7, firmware=firmware)
            told = "SignedFirmwareStatusNotification"
            await made.until_status(told, "InstallScheduled")
            with (tmp_path / "downloads" / "firmware.bin").open("r+b") as file:
                file.truncate(9)
            made.ahead = timedelta(hours=2)
            await made.request("TriggerMessage", requestedMessage="Heartbeat")
            await made.until_status(told, "InstallVerificationFailed")
            shown = engine.get("firmware")
    assert made.statuses(told)[:3] == ["Downloading", "Downloaded", "SignatureVerified"]
    assert made.statuses(told)[3:] == [
        "InstallScheduled",
        "Installing",
        "InstallVerificationFailed",
    ]
    assert isinstance(shown, FirmwareView)
    assert shown.problem == "the file has 9 bytes now, and had 135 before"
    assert (shown.version, shown.running) == ("1.0.0", None)


async def test_a_power_cut_lets_the_download_begin_again(tmp_path: Path) -> None:
    def never(_: object) -> None:
        """Let the client wait."""

    with http_server(never) as server:
        async with world(tmp_path) as (made, engine):
            await made.request(
                "UpdateFirmware",
                location=f"http://127.0.0.1:{server.server_port}/2.0.0.bin",
                retrieveDate="2026-01-01T00:00:00Z",
                retries=0,
            )
            await made.until_status("FirmwareStatusNotification", "Downloading")
            async with asyncio.timeout(WAIT_S):
                while not server.seen:
                    await asyncio.sleep(0.005)
            server.reply = answer(200, b"x")
            await engine.call("power_cycle", {})
            await made.until_status("FirmwareStatusNotification", "Installing")
    assert "DownloadFailed" not in made.statuses("FirmwareStatusNotification")
