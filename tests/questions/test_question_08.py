"""Why does it charge with only 10 A? The binding limit, who set it, what it displaced: `enter`."""

from __future__ import annotations

from tests.questions.place import charge_point, place
from tests.questions.profiles import install, profile, start_charging
from tests.questions.situations import csms


async def test_a_tx_profile_below_the_default() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await start_charging(here)
        await install(server, 1, profile(3, "TxDefaultProfile", [(0, 20)]))
        wanted = profile(7, "TxProfile", [(0, 10), (90_000, 16)], level=2, transactionId=77)
        await install(server, 1, wanted)
        await here.after(
            "enter",
            r"Limit 10.0 A from TxProfile #7 level 2 · until \w{3} \d\d \d\d:\d\d:\d\d",
            "Why TxProfile #7 level 2 allows 10.0 A",
            "Displaced TxProfile #7 level 2 beats TxDefaultProfile #3 level 0",
        )


async def test_a_maximum_of_the_charge_point_that_two_cars_share() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await install(server, 0, profile(9, "ChargePointMaxProfile", [(0, 20)]))
        await start_charging(here, 2)
        await start_charging(here, 1)
        await here.after(
            "enter",
            "Limit 10.0 A from ChargePointMaxProfile #9 level 0 · no end known",
            "Why ChargePointMaxProfile #9 level 0: 20.0 A for 2 vehicles",
        )


async def test_a_vehicle_that_takes_less_than_it_is_offered() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await here.act("set_vehicle", connector_id=1, max_current_a=10)
        await start_charging(here)
        await here.after(
            "enter",
            r"Draws only 10.0 A of the 32.0 A offered: the vehicle takes at most 10.0 A",
            "Limit 32.0 A from hardware",
        )


async def test_the_hardware_of_the_connector() -> None:
    async with csms() as server, place(server.url, charge_point(max_current_a=16)) as here:
        await here.reads("All well")
        await start_charging(here)
        await here.after(
            "enter",
            "Limit 16.0 A from hardware · no end known",
            "Why No profile applies: hardware limit 16.0 A",
        )


async def test_a_limit_in_watts_at_one_phase() -> None:
    async with csms() as server, place(server.url, charge_point(phases=1)) as here:
        await here.reads("All well")
        wanted = profile(3, "TxDefaultProfile", [(0, 2300)], unit="W", phases=1)
        await install(server, 1, wanted)
        await start_charging(here)
        await here.after(
            "enter",
            "Limit 10.0 A from TxDefaultProfile #3 level 0",
            r"Reckoned 2300 W / \(230 V x 1\) = 10.0 A",
        )
