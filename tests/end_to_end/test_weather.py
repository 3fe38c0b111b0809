"""Bad weather from a shell, and fair weather again, on a charge point that runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.end_to_end.processes import cp_tui, serving
from tests.peer import PeerCsms

OWN = """
[network]
weather = "upward"
seed = 7
[network.weathers.upward]
about = "Nothing goes to the CSMS but BootNotification and StatusNotification."
[[network.weathers.upward.faults]]
kind = "hold"
direction = "to_csms"
actions = ["Authorize", "StartTransaction"]
[network.weathers.dead]
faults = [{ kind = "reset", begins_s = 0.01 }, { kind = "dns" }]
"""


async def test_what_the_weather_holds_arrives_once_it_is_fair(csms: PeerCsms, folder: Path) -> None:
    config = folder / "cp-tui.toml"
    config.write_text(OWN)
    listed = await cp_tui("weathers", f"--config={config}")
    assert "upward              Nothing goes to the CSMS but Boot" in listed.out
    async with serving(folder, csms.url, f"--config={config}") as serve:
        assert (await serve.ctl("plug_in", "1")).status == 0
        await csms.receive("StatusNotification", connectorId=1, status="Preparing")
        swipe = asyncio.create_task(serve.ctl("swipe", "TAG1", "1"))
        assert (await serve.ctl("wait", "link.last_out.action=Authorize")).status == 0

        network = (await serve.ctl("get", "network")).result
        assert (network["weather"], network["seed"]) == ("upward", 7)
        assert network["doing"] == "Authorize and StartTransaction to the CSMS are held back"
        assert "Authorize" not in csms.actions()

        wrong = await serve.ctl("set_weather", "upwards")
        assert wrong.status == 2
        assert 'no weather "upwards"; did you mean "upward"?' in wrong.err
        assert (await serve.ctl("set_weather", "fair")).result is True
        await csms.receive("StartTransaction", connectorId=1, idTag="TAG1")
        assert (await swipe).result["outcome"] == "Accepted"
        await csms.receive("StatusNotification", connectorId=1, status="Charging")

        assert (await serve.ctl("set_weather", "dead", "7")).result is True
        assert (await serve.ctl("wait", "link.phase=waiting")).status == 0
        assert (await serve.ctl("plug_out", "1")).result is True
        error = (await serve.ctl("get", "link", "path=last_error")).result
        assert error["text"].endswith(", by the weather dead, seed 7")
        assert "StopTransaction" not in csms.actions()
        await serve.ctl("set_weather", "fair")
        await csms.receive("StopTransaction", transactionId=1)
        assert csms.actions().count("StartTransaction") == 1
        assert (await serve.ctl("get", "network", "path=seed")).result is None
