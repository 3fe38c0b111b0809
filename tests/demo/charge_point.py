"""A real charge point behind a real door, pointed at a real CSMS, all of it in fast time."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from cp_tui.charge_point.config import ChargePointConfig, CustomKey, SecurityConfig
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.doors import PROFILES
from cp_tui.demo.story_steps import CUSTOM_KEYS
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.ocpp.key_spec import KeySpec
from cp_tui.rpc.client import Client
from cp_tui.rpc.server import RpcServer
from tests.csms.made_once import copied_to
from tests.demo.fast_time import FastClock

ID = "DEMO"


@asynccontextmanager
async def csms_and_client(folder: Path) -> AsyncIterator[tuple[CentralSystem, Client]]:
    """Give the CSMS, and the connection of a story to the charge point."""
    clock = FastClock()
    keys = tuple(CustomKey(KeySpec(key), value) for key, value in CUSTOM_KEYS.items())
    door = folder / "s" / "door"
    async with AsyncExitStack() as stack:
        csms = await stack.enter_async_context(
            CentralSystem(now=clock, folder=copied_to(folder / "csms"))
        )
        for profile in PROFILES:
            csms.doors.reserve(profile)
        urls = {n: f"{csms.doors.url(n)}/{ID}" for n in PROFILES[1:]}
        config = ChargePointConfig(
            charge_point_id=ID,
            url=f"{csms.url}/{ID}",
            charge_box_serial_number="SN-0001",
            custom_keys=keys,
            security=SecurityConfig(urls=urls),
        )
        engine = Engine(
            EngineConfig(config, csms.url),
            data_dir=folder / "data",
            log_stream=io.StringIO(),
            random=Random(1),
            clock=clock,
        )
        await engine.start()
        stack.push_async_callback(engine.close)
        server = RpcServer(engine, door, on_shutdown=lambda: None)
        await server.start()
        stack.push_async_callback(server.close)
        client = await Client.connect(door)
        stack.push_async_callback(client.close)
        yield csms, client
