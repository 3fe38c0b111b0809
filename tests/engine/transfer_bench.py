"""Transfers under test, and what the mind would have heard of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from cp_tui.charge_point.effects import Download, Upload
from cp_tui.charge_point.events import TransferFinished, TransferProgressed
from cp_tui.engine.diagnostics_archive import ArchiveSnapshot
from cp_tui.engine.hub import Hub
from cp_tui.engine.tls import tls_context
from cp_tui.engine.transfer_job import TransferSettings
from cp_tui.engine.transfers import Transfers
from cp_tui.engine.troubles import TroubleKeeper
from tests.engine.file_servers import (
    PASSWORD,
)

WAIT_S = 30.0
FAST = TransferSettings(
    connect_s=0.5, idle_s=0.5, total_s=5.0, progress_s=0.0, download_bytes_max=1_000_000
)
FIRMWARE = b"version: 2.0.0\n" + bytes(range(256)) * 1_000


@dataclass
class Bench:
    """Transfers, and what the mind would have heard of them."""

    folder: Path
    transfers: Transfers
    log: StringIO
    hub: Hub
    finished: list[TransferFinished] = field(default_factory=list)
    progress: list[TransferProgressed] = field(default_factory=list)

    async def download(self, location: str, transfer_id: str = "t1") -> TransferFinished:
        """Fetch a file, to its end."""
        self.transfers.start(Download(transfer_id, location))
        return await self.end_of(transfer_id)

    async def upload(self, location: str, transfer_id: str = "t1") -> TransferFinished:
        """Deliver diagnostics, to the end."""
        self.transfers.start(Upload(transfer_id, location, "diagnostics.zip"))
        return await self.end_of(transfer_id)

    async def end_of(self, transfer_id: str) -> TransferFinished:
        """Wait until the mind hears the end of a transfer."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for event in self.finished:
                    if event.transfer_id == transfer_id:
                        return event
                await asyncio.sleep(0.005)

    @property
    def files(self) -> list[str]:
        """What lies in the downloads."""
        folder = self.folder / "downloads"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@asynccontextmanager
async def bench(
    folder: Path, *, settings: TransferSettings = FAST, ca_file: Path | None = None
) -> AsyncIterator[Bench]:
    """Have transfers for the time of a test."""
    (folder / "cp-tui.log").write_text(
        "2026-01-05T07:00:00.000Z INFO    early\n"
        "2026-01-05T08:00:00.000Z ERROR   within\n"
        "Traceback of it\n"
        "2026-01-05T09:00:00.000Z INFO    late\n"
    )
    lines, hub = StringIO(), Hub()
    log = logging.Logger("bench", logging.DEBUG)
    log.addHandler(logging.StreamHandler(lines))

    async def snapshot() -> ArchiveSnapshot:
        return ArchiveSnapshot(
            taken_at=datetime(2026, 1, 5, tzinfo=UTC),
            variables={"is_connected": True},
            streams={"messages": ()},
            links=(),
            record_counts={"transaction": 3},
        )

    async def deliver(event: TransferFinished) -> None:
        made.finished.append(event)

    transfers = Transfers(
        folder,
        make_tls=lambda trust: tls_context(
            ca_file, True, roots=trust.roots, with_system=trust.with_system
        ),
        snapshot=snapshot,
        deliver=deliver,
        note=lambda event: made.progress.append(event),
        log=log,
        troubles=TroubleKeeper(hub.publish, lambda: datetime.now(UTC)),
        settings=settings,
    )
    made = Bench(folder, transfers, lines, hub)
    try:
        yield made
    finally:
        await transfers.end()
        assert PASSWORD not in lines.getvalue() + repr(made.finished)
