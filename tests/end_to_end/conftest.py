"""A CSMS that we did not write, and an engine that is connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from cp_tui.rpc.client import Client
from tests.end_to_end.processes import Serve, serving
from tests.end_to_end.programs import end_ready_process
from tests.peer import PeerCsms


@pytest.fixture(scope="session", autouse=True)
def ready_process() -> Iterator[None]:
    """End at the end what the tests start their programs with."""
    yield
    end_ready_process()


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_csms() -> AsyncIterator[PeerCsms]:
    """One for all tests of a module that ask for it; they run in the loop of their module."""
    async with PeerCsms() as csms:
        yield csms


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_serve(shared_csms: PeerCsms) -> AsyncIterator[Serve]:
    """One charge point for all tests of a module that ask for it."""
    with TemporaryDirectory(prefix="cp-tui-e2e-") as name:
        settings = "--set=MeterValueSampleInterval=1"
        async with serving(Path(name), shared_csms.url, settings) as serve:
            await shared_csms.receive("StatusNotification", connectorId=2)
            yield serve
