"""Who changed this setting, when, from what? Old, new, source, time and answer: key `3`."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.config import CustomKey
from cp_tui.ocpp.key_spec import KeySpec
from tests.demo.fast_time import in_fast_time
from tests.questions.place import TIME, charge_point, place
from tests.questions.situations import csms


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("HeartbeatInterval", "61", r"\d+ → 61 .*CSMS .*Accepted"),
        ("HeartbeatInterval", "often", r"\d+ stays, not often CSMS +Rejected .*not an integer"),
        ("WebSocketPingInterval", "33", r"→ 33 .*CSMS .*(Accepted|RebootRequired)"),
    ],
    ids=["accepted", "refused", "reconnecting"],
)
@in_fast_time
async def test_a_change_by_the_csms(key: str, value: str, words: str) -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await server.call("ChangeConfiguration", {"key": key, "value": value})
        await here.after("3", rf"{TIME} {key} .*{words}")


@in_fast_time
async def test_a_change_by_the_operator() -> None:
    site = CustomKey(KeySpec("SiteName"), "Depot north")
    config = replace(charge_point(), custom_keys=(site,))
    async with csms() as server, place(server.url, config) as here:
        await here.reads("All well")
        await here.act("set_custom_configuration_key", key="SiteName", value="Depot south")
        await here.after("3", rf"{TIME} SiteName Depot n.* → Depot s.* operator Accepted")


@in_fast_time
async def test_a_value_from_the_file() -> None:
    async with (
        csms() as server,
        place(server.url, charge_point({"ConnectionTimeOut": "47"})) as here,
    ):
        await here.reads("All well")
        await here.after("3", "ConnectionTimeOut 47 settings")


@in_fast_time
async def test_a_change_that_waits_for_a_reboot() -> None:
    modem = CustomKey(KeySpec("Modem", is_reboot_required=True), "LTE")
    config = replace(charge_point(), custom_keys=(modem,))
    async with csms() as server, place(server.url, config) as here:
        await here.reads("All well")
        await server.call("ChangeConfiguration", {"key": "Modem", "value": "5G"})
        await here.reads("reboot")
        await here.after("3", rf"{TIME} Modem LTE → 5G CSMS RebootRequired")
