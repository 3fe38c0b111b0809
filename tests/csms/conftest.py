"""What the tests of the CSMS share."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from cp_tui.charge_point.config import ChargePointConfig, CustomKey
from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.story_steps import CUSTOM_KEYS
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.ocpp.key_spec import KeySpec
from cp_tui.rpc.client import Client
from cp_tui.rpc.server import RpcServer
from tests.csms.raw_charge_point import RawChargePoint, raw_charge_point

ID = "DEMO"


@pytest.fixture
async def csms() -> AsyncIterator[CentralSystem]:
    """A CSMS that listens on a free port of loopback."""
    async with CentralSystem() as central_system:
        yield central_system


@pytest.fixture
async def charge_point(csms: CentralSystem) -> AsyncIterator[RawChargePoint]:
    """CP001, connected and silent."""
    async with raw_charge_point(csms.url) as raw:
        yield raw


@pytest.fixture
async def client(csms: CentralSystem, tmp_path: Path) -> AsyncIterator[Client]:
    """The story's connection to an engine that is pointed at the CSMS."""
    charge_point = ChargePointConfig(
        charge_point_id=ID,
        url="",
        custom_keys=tuple(CustomKey(KeySpec(key), value) for key, value in CUSTOM_KEYS.items()),
    )
    engine = Engine(
        EngineConfig(charge_point, csms.url),
        data_dir=tmp_path / "data",
        log_stream=io.StringIO(),
        random=Random(1),
    )
    door = tmp_path / "s" / "door"
    async with AsyncExitStack() as stack:
        await engine.start()
        stack.push_async_callback(engine.close)
        server = RpcServer(engine, door, on_shutdown=lambda: None)
        await server.start()
        stack.push_async_callback(server.close)
        connection = await Client.connect(door)
        stack.push_async_callback(connection.close)
        yield connection
