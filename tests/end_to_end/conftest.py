"""A CSMS that we did not write, and an engine that is connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cp_tui.rpc.client import Client
from tests.end_to_end.processes import Serve, serving
from tests.peer import PeerCsms


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    with TemporaryDirectory(prefix="cp-tui-e2e-") as name:
        yield Path(name)


@pytest.fixture
async def csms() -> AsyncIterator[PeerCsms]:
    async with PeerCsms() as csms:
        yield csms


@pytest.fixture
async def serve(csms: PeerCsms, folder: Path) -> AsyncIterator[Serve]:
    """`cp-tui serve`, booted and accepted."""
    async with serving(folder, csms.url, "--set=MeterValueSampleInterval=1") as serve:
        await csms.receive("StatusNotification", connectorId=2)
        yield serve


@pytest.fixture
async def screen(serve: Serve) -> AsyncIterator[Client]:
    """What a screen holds: a connection to the engine."""
    client = await Client.connect(serve.socket)
    yield client
    await client.close()
