"""Why does it charge with only 10 A? The binding limit, who set it, what it displaced: `enter`."""

from __future__ import annotations

from tests.demo.fast_time import in_fast_time
from tests.questions.place import TIME, charge_point, place
from tests.questions.profiles import install, profile, start_charging
from tests.questions.situations import TAG, csms


@in_fast_time
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


@in_fast_time
async def test_a_maximum_of_the_charge_point_that_two_cars_share() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await install(server, 0, profile(9, "ChargePointMaxProfile", [(0, 20)]))
        await start_charging(here, 2)
        await start_charging(here, 1)
        await here.after(
            "enter",
            "Limit 10.0 A from ChargePointMaxProfile #9 level 0 · no end",
            "Why ChargePointMaxProfile #9 level 0: 20.0 A for 2 vehicles",
        )


@in_fast_time
async def test_a_vehicle_that_takes_less_than_it_is_offered() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await here.act("set_vehicle", connector_id=1, max_current_a=10)
        await start_charging(here)
        await here.after(
            "enter",
            r"Draws only 10.0 A of the 32.0 A offered: the on-board charger takes at most 10.0 A",
            "Limit 32.0 A from hardware",
        )


VEHICLES: dict[str, tuple[dict[str, float], str]] = {
    "phases": (
        {"phases": 1},
        r"only 7.\d\d kW of the 22.08 kW offered: the vehicle charges on 1 of 3 phases",
    ),
    "cable": (
        {"cable_max_current_a": 20},
        r"only 20.0 A of the 32.0 A offered: the cable carries at most 20.0 A",
    ),
    "charger power": (
        {"max_power_w": 11_000},
        r"only 16.0 A of the 32.0 A offered: the vehicle takes at most 11.00 kW",
    ),
    "taper": (
        {"soc_percent": 91},
        r"only 15.\d A of the 32.0 A offered: "
        r"the battery tapers from 80 % on, at 91 % it takes 10.\d\d kW",
    ),
    "full": ({"soc_percent": 100}, r"nothing: the battery is full"),
}
"""What comes, one after the other, and what is said of it."""
ANY_OTHER = {"phases": 3, "cable_max_current_a": 63, "max_power_w": 22_000, "soc_percent": 20}


@in_fast_time
async def test_what_the_vehicle_and_its_cable_can_take() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        for vehicle, words in VEHICLES.values():
            await here.act("set_vehicle", connector_id=1, **(ANY_OTHER | vehicle))
            await here.act("plug_in", connector_id=1)
            await here.act("swipe", id_tag=TAG, connector_id=1)
            await here.after("enter", f"Draws {words}")
            await here.pilot.press("escape")
            await here.act("plug_out", connector_id=1)


@in_fast_time
async def test_a_ramp_says_until_when_and_its_end_is_told() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await here.after("enter", "no cable")
        await here.act("plug_in", connector_id=1)
        await here.act("swipe", id_tag=TAG, connector_id=1)
        ramp = f"the vehicle ramps until {TIME}"
        await here.reads(f"Draws .*{ramp}")
        await here.until(lambda: "ramps" not in here.flat())
        await here.act("suspend_ev", connector_id=1)
        await here.reads("Draws nothing: the vehicle has paused")


@in_fast_time
async def test_why_this_limit_says_what_binds_below_it() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await here.act("set_vehicle", connector_id=1, max_current_a=10)
        await start_charging(here)
        await here.after("enter", "Draws only 10.0 A")
        await here.pilot.press("escape")
        here.dashboard.timeline.look_at(1)
        await here.after("W", "Now the on-board charger takes at most 10.0 A")


@in_fast_time
async def test_a_limit_that_nobody_can_charge_with() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await start_charging(here)
        await here.after("enter")
        for limit, why in ((4, "below 6.0 A"), (0, "0")):
            await install(server, 1, profile(3, "TxDefaultProfile", [(0, limit)]))
            await here.reads(f"Draws nothing: the limit is {why}")


@in_fast_time
async def test_the_hardware_of_the_connector() -> None:
    async with csms() as server, place(server.url, charge_point(max_current_a=16)) as here:
        await here.reads("All well")
        await start_charging(here)
        await here.after(
            "enter",
            "Limit 16.0 A from hardware · no end",
            "Why No profile applies: hardware limit 16.0 A",
        )


@in_fast_time
async def test_a_limit_in_watts_at_one_phase() -> None:
    async with csms() as server, place(server.url, charge_point(phases=1)) as here:
        await here.reads("All well")
        wanted = profile(3, "TxDefaultProfile", [(0, 2300)], unit="W", phases=1)
        await install(server, 1, wanted)
        await start_charging(here)
        await here.after(
            "enter",
            "Limit 10.0 A from TxDefaultProfile #3 level 0",
            r"Reckoned 2.30 kW / \(230 V x 1\) = 10.0 A",
        )
