"""What plays scenarios in tests: our CSMS behind its door, and a runner, in fast time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.rpc.server import RpcServer
from cp_tui.scenarios.bench_settings import read
from cp_tui.scenarios.hooks import CsmsHooks, Hooks, OwnHooks
from cp_tui.scenarios.plan import Plan
from cp_tui.scenarios.reading import built_in
from cp_tui.scenarios.runner import Runner
from cp_tui.scenarios.steps import Surroundings
from tests.demo.fast_time import FastClock, FastLoop

ID = "CP1"


def runner_for(url: str, hooks: Hooks | None = None, *, accept_s: float = 15.0) -> Runner:
    settings = read(None, url, ID)
    is_fast = isinstance(asyncio.get_running_loop(), FastLoop)
    return Runner(
        settings.charge_point,
        Surroundings(hooks or OwnHooks({})),
        accept_s=accept_s,
        clock=FastClock() if is_fast else None,
    )


@asynccontextmanager
async def own_csms(folder: Path) -> AsyncIterator[tuple[CentralSystem, Runner]]:
    """Give our CSMS, which its door has do what scenarios ask for, and a runner for it."""
    door = folder / "d" / "door"
    async with CentralSystem(now=FastClock()) as csms:
        server = RpcServer(CsmsRpc(csms), door)
        await server.start()
        try:
            yield csms, runner_for(csms.url, CsmsHooks(door, ID))
        finally:
            await server.close()


def named(*names: str) -> list[Plan]:
    known = {plan.name: plan for plan in built_in()}
    return [known[name] for name in names]
