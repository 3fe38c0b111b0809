"""Bad weather from a shell, and fair weather again, on a charge point that runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cp_tui.rpc.client import Client
from tests.end_to_end.processes import cp_tui, serving
from tests.peer import PeerCsms

OWN = """
[network]
weather = "upward"
seed = 7
[network.weathers.upward]
about = "What matters is held back, what does not comes twice."
[[network.weathers.upward.faults]]
kind = "hold"
direction = "to_csms"
actions = ["Authorize", "StartTransaction"]
[[network.weathers.upward.faults]]
kind = "double"
direction = "to_csms"
actions = ["StatusNotification"]
[network.weathers.dead]
faults = [{ kind = "reset", begins_s = 0.01 }, { kind = "dns" }]
"""


async def test_what_the_weather_holds_arrives_once_it_is_fair(csms: PeerCsms, folder: Path) -> None:
    config = folder / "cp-tui.toml"
    config.write_text(OWN)
    listed = await cp_tui("weathers", f"--config={config}")
    assert "upward              What matters is held back" in listed.out
    async with serving(folder, csms.url, f"--config={config}") as serve:
        screen = await Client.connect(serve.socket)
        await screen.call("plug_in", connector_id=1)
        await csms.receive("StatusNotification", connectorId=1, status="Preparing", count=2)
        log = (await serve.ctl("tail", "messages", "action:StatusNotification", "count=1")).out
        assert "it arrives twice by the weather upward, seed 7" in log
        swipe = asyncio.create_task(screen.call("swipe", id_tag="TAG1", connector_id=1))
        assert (await serve.ctl("wait", "link.last_out.action=Authorize")).status == 0

        network = (await screen.call("get", variable="network")).result
        assert (network["weather"], network["seed"]) == ("upward", 7)
        held, twice = network["doing"].split(", ")
        assert held == "Authorize and StartTransaction to the CSMS are held back"
        assert twice == "StatusNotification to the CSMS arrive twice"
        assert "Authorize" not in csms.actions()

        wrong = await serve.ctl("set_weather", "upwards")
        assert wrong.status == 2
        assert 'no weather "upwards"; did you mean "upward"?' in wrong.err
        assert (await serve.ctl("set_weather", "fair")).result is True
        await csms.receive("StartTransaction", connectorId=1, idTag="TAG1")
        await swipe

        await screen.call("set_weather", weather="dead", seed=7)
        assert (await serve.ctl("wait", "link.phase=waiting")).status == 0
        await screen.call("plug_out", connector_id=1)
        link = (await screen.call("get", variable="link")).result
        assert link["last_error"]["text"].endswith(", by the weather dead, seed 7")
        assert "StopTransaction" not in csms.actions()
        await screen.call("set_weather", weather="fair")
        await csms.receive("StopTransaction", transactionId=1)
        assert csms.actions().count("StartTransaction") == 1
        assert (await screen.call("get", variable="network")).result["seed"] is None
        await screen.close()
