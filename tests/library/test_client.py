"""A charge point behind its door, driven from a program with asyncio and from one without."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cp_tui import CentralSystem, Charger, Client, CommandError, WaitFailed
from cp_tui.rpc.client import ConnectionLost
from cp_tui.rpc.paths import SocketPathError
from cp_tui.rpc.server import RpcServer

WAIT_S = 30.0


def without_asyncio(socket: Path) -> None:
    """Stop what runs at connector 1, as a script does."""
    with Client.sync(socket=socket) as charger:
        assert charger.connector(1).transaction_id == 1
        charger.plug_out(1)
        charger.until(lambda c: bool(c.messages.answers("StopTransaction")), timeout_s=WAIT_S)
        with pytest.raises(WaitFailed, match=r"not within 0.01 s: it charges\ninstead:\n  connect"):
            charger.until(lambda c: c.connector(1).is_charging, timeout_s=0.01, what="it charges")
    with pytest.raises(CommandError, match="there is no connection"):
        charger.plug_in(1)


async def test_a_charge_point_behind_its_door_is_driven(tmp_path: Path) -> None:
    socket = tmp_path / "door" / "CP1.sock"
    async with CentralSystem() as csms, Charger(csms.url, "CP1") as served:
        assert served._engine is not None
        door = RpcServer(served._engine, socket, on_shutdown=lambda: None)
        await door.start()
        async with Client(socket=socket) as charger:
            await charger.until(lambda c: c.is_accepted, timeout_s=WAIT_S)
            await charger.plug_in(1)
            assert (await charger.swipe("TAG1", 1)).outcome == "Accepted"
            await charger.until(lambda c: c.connector(1).transaction_id == 1, timeout_s=WAIT_S)
            assert charger.messages.sent("StartTransaction")[0]["idTag"] == "TAG1"
            with pytest.raises(CommandError, match="no variable 'nothing'; there are: charging"):
                charger.get("nothing")
            with pytest.raises(CommandError, match="connector 7 does not exist"):
                await charger.plug_in(7)
            await asyncio.to_thread(without_asyncio, socket)
            await door.close()
            with pytest.raises(ConnectionLost):
                await charger.until(lambda c: c.connector(1).is_charging, timeout_s=WAIT_S)
    with pytest.raises(SocketPathError, match="no charge point answers at"):
        await Client(socket=socket).open()
    with pytest.raises(CommandError, match="there is no connection"):
        await Client(socket=socket).plug_in(1)
