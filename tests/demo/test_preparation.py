"""The story goes on whatever was played or done before: each time a whole round comes to its end.

Real engine, real door, real CSMS; in a time that runs faster than the world's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import JsonValue

from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.demo.csms_variables import RunState, Scenarios
from cp_tui.demo.pacing import AT_ONCE, Pacing
from cp_tui.demo.player import Player
from cp_tui.demo.scenario import Scenario
from cp_tui.demo.scenarios import SCENARIOS
from cp_tui.demo.story_steps import APP_USER, BLOCKED, DRIVER
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.rpc.client import Client
from tests.demo.charge_point import ID, csms_and_client
from tests.demo.fast_time import in_fast_time
from tests.tiers import tier

DEADLINE_S = 30.0
ROUND_S_MAX = 400.0
"""In fast time: an attempt that fails and another one that does not."""


class World:
    """What a person has before them in a demo: a charge point, and a CSMS with its player."""

    def __init__(self, client: Client, player: Player, csms: CentralSystem) -> None:
        self.client = client
        self.csms = csms
        self.door = CsmsRpc(csms, player)
        self.told: list[str] = []
        self.scenarios = player.scenarios
        self._publish = player.changed
        self._news = asyncio.Event()
        player.changed = self._hear

    def _hear(self, scenarios: Scenarios) -> None:
        self._publish(scenarios)
        self.scenarios = scenarios
        steps = scenarios.run.steps if scenarios.run else ()
        self.told += [line for step in steps for line in step.told if line not in self.told]
        self._news.set()

    async def do(self, method: str, **params: JsonValue) -> JsonValue:
        """Act at the charge point."""
        result: JsonValue = (await self.client.call(method, **params)).result
        return result

    async def ask(self, method: str, **params: JsonValue) -> JsonValue:
        """Act at the CSMS."""
        result: JsonValue = (await self.door.call(method, params)).result
        return result

    async def send(self, action: str, **payload: JsonValue) -> None:
        """Have the CSMS send a request, which must be accepted."""
        outcome = await self.ask("send", action=action, payload=payload)
        assert isinstance(outcome, dict)
        answered = outcome["payload"]
        assert isinstance(answered, dict)
        assert answered.get("status", "Accepted") == "Accepted", outcome

    async def start_charging(self, connector_id: int = 1, tag: str = DRIVER) -> None:
        """Bring a car, and show its tag."""
        await self.do("plug_in", connector_id=connector_id)
        await self.do("swipe", id_tag=tag, connector_id=connector_id, wait=True)

    async def play_scenario(self, scenario_id: str) -> None:
        """Play a scenario to its end."""
        await self.ask("run_scenario", scenario=scenario_id)
        await self.until(lambda run: run.run is not None and run.run.finished_at is not None)
        run = self.scenarios.run
        assert run is not None
        assert [step.told[-1] for step in run.steps if step.state is RunState.FAILED] == []
        assert run.state is RunState.PASSED, run
        assert all(step.told for step in run.steps), run
        info = next(each for each in self.scenarios.available if each.id == scenario_id)
        assert info.last is RunState.PASSED

    async def until(self, is_so: Callable[[Scenarios], bool]) -> None:
        try:
            async with asyncio.timeout(ROUND_S_MAX):
                while not is_so(self.scenarios):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pytest.fail("\n".join(["the story does not go on:", *self.told]))

    async def see_it_mended(self) -> list[str]:
        """Have the story told until it has put everything in order; gives what it told of that."""
        self.told.clear()
        await self.ask("play_story")
        await self.until(lambda shown: shown.run is not None and shown.run.step > 1)
        return [line.removeprefix("First, ") for line in self.told if line.startswith("First, ")]

    async def see_a_round_end(self) -> None:
        """See the story, which is told, come to the end of a round."""
        await self.until(lambda shown: shown.run is not None and shown.run.steps[-1].told != ())


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Run everything that a demo runs."""
    async with csms_and_client(folder) as (csms, client):
        player = Player(client, csms, ID, pacing=Pacing(AT_ONCE), deadline_s=DEADLINE_S)
        async with asyncio.timeout(60):
            while csms.boot_of(ID) is None:
                await asyncio.sleep(0.1)
        yield World(client, player, csms)
        await player.stop()


Act = Callable[[World], Awaitable[object]]
"""What somebody does."""


async def leave_half_way(made: World, scenario: Scenario) -> None:
    await made.ask("run_scenario", scenario=scenario.id)
    half = min(len(scenario.steps), 1 + (len(scenario.steps) + 1) // 2)
    await made.until(lambda shown: shown.run is not None and shown.run.step >= half)


MISBEHAVIOURS: dict[str, dict[str, JsonValue]] = {
    "boots Pending": {"registration_status": "Pending", "interval_s": 600},
    "boots Rejected for a week": {"registration_status": "Rejected", "interval_s": 604_800},
    "a clock that is a day ahead, starts are refused": {
        "clock_offset_s": 86_400.0,
        "start_status": "Blocked",
    },
    "a clock that is a year behind, other verdicts on tags": {
        "clock_offset_s": -86_400.0 * 366,
        "id_tags": {DRIVER: "Blocked", BLOCKED: "Accepted"},
    },
    "unknown tags are Invalid": {"unknown_id_tag": "Invalid"},
    "silence": {"faults": {"*": "silent"}},
    "silence on transactions": {"faults": {"StopTransaction": "silent"}},
    "delays": {"faults": {"*": "delay 500"}},
    "CALLERROR": {"faults": {"*": "InternalError"}},
    "SecurityError": {"faults": {"*": "SecurityError"}},
}


async def misbehave(made: World, name: str) -> None:
    await made.ask("set_behaviour", **MISBEHAVIOURS[name])
    await made.do("power_cycle")
    await asyncio.sleep(2)
    await made.do("plug_in", connector_id=1)
    await made.do("swipe", id_tag=DRIVER, connector_id=1)
    await asyncio.sleep(5)


async def take_back(made: World, name: str) -> None:
    await misbehave(made, name)
    await made.ask("reset_behaviour")


async def reserve(made: World) -> None:
    expiry = format_date_time(made.csms.now() + timedelta(hours=1))
    for reservation_id, connector_id in ((3, 1), (4, 0)):
        await made.send(
            "ReserveNow",
            connectorId=connector_id,
            expiryDate=expiry,
            idTag="ELSE",
            reservationId=reservation_id,
        )


async def take_out_of_service(made: World) -> None:
    await made.start_charging()
    for connector_id in (2, 0):
        request: dict[str, JsonValue] = {"connectorId": connector_id, "type": "Inoperative"}
        await made.ask("send", action="ChangeAvailability", payload=request)


async def change_keys(made: World) -> None:
    for key, value in {
        "ConnectionTimeOut": "1",
        "MinimumStatusDuration": "60",
        "LocalPreAuthorize": "true",
        "HeartbeatInterval": "1",
        "ClockAlignedDataInterval": "1",
        "MeterValuesSampledData": "",
        "MeterValueSampleInterval": "0",
        "StopTransactionOnEVSideDisconnect": "false",
        "UnlockConnectorOnEVSideDisconnect": "false",
        "AuthorizeRemoteTxRequests": "false",
        "LocalAuthorizeOffline": "false",
        "WebSocketPingInterval": "1",
        "MessageTimeout": "3600",
        "SiteName": "nowhere",
    }.items():
        await made.send("ChangeConfiguration", key=key, value=value)


async def send_a_list(made: World) -> None:
    await made.send("ChangeConfiguration", key="LocalPreAuthorize", value="true")
    tags: list[JsonValue] = [
        {"idTag": DRIVER, "idTagInfo": {"status": "Blocked"}},
        {"idTag": APP_USER, "idTagInfo": {"status": "Invalid"}},
        {"idTag": BLOCKED, "idTagInfo": {"status": "Accepted"}},
    ]
    await made.send(
        "SendLocalList", listVersion=2**31 - 1, updateType="Full", localAuthorizationList=tags
    )


async def install_profiles(made: World) -> None:
    for profile_id, purpose, connector_id in (
        (70, "TxDefaultProfile", 1),
        (71, "ChargePointMaxProfile", 0),
        (1, "TxDefaultProfile", 2),
    ):
        profile: dict[str, JsonValue] = {
            "chargingProfileId": profile_id,
            "stackLevel": 9,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Relative" if connector_id else "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 7}],
                **({} if connector_id else {"startSchedule": "2020-01-01T00:00:00Z"}),
            },
        }
        await made.do("install_charging_profile", connector_id=connector_id, profile=profile)


async def fault(made: World) -> None:
    await made.start_charging()
    await made.do("plug_in", connector_id=2)
    await made.do("raise_error", connector_id=0, error_code="PowerMeterFailure")
    await made.do("raise_error", connector_id=1, error_code="GroundFailure")
    await made.do("raise_error", connector_id=1, error_code="EVCommunicationError")
    await made.do("raise_error", connector_id=2, error_code="OverVoltage", info="by hand")


async def jam(made: World) -> None:
    await made.start_charging()
    for connector_id in (1, 2):
        await made.do("jam_lock", connector_id=connector_id, jammed=True)
    await made.do("plug_in", connector_id=2)


async def swipe_and_leave(made: World) -> None:
    await made.do("swipe", id_tag="SOMEBODY")
    await made.do("swipe", id_tag="ELSE", connector_id=2, wait=True)


async def start_from_afar_and_leave(made: World) -> None:
    await made.send("RemoteStartTransaction", connectorId=1, idTag="SOMEBODY")
    await made.send("RemoteStartTransaction", connectorId=2, idTag="ELSE")


async def leave_a_tag_unanswered(made: World) -> None:
    await made.ask("set_behaviour", faults={"Authorize": "silent"})
    await made.do("swipe", id_tag=DRIVER, connector_id=1)
    await made.do("swipe", id_tag=APP_USER)


async def charge_offline(made: World) -> None:
    await made.send("ChangeConfiguration", key="AllowOfflineTxForUnknownId", value="true")
    await made.do("set_network", up=False)
    for _ in range(3):
        await made.start_charging()
        await made.do("plug_out", connector_id=1)
    await made.start_charging(2, "ELSE")


async def leave_a_cable_locked(made: World) -> None:
    await made.ask("set_behaviour", start_status="Blocked")
    await made.start_charging()
    await asyncio.sleep(2)
    await made.do("plug_out", connector_id=1)
    await made.ask("reset_behaviour")


async def change_the_vehicles(made: World) -> None:
    await made.do("set_vehicle", connector_id=1, phases=1, soc_percent=100, max_current_a=6)
    await made.do("set_vehicle", connector_id=2, battery_wh=1_000, cable_max_current_a=6)
    await made.start_charging()
    await made.do("suspend_ev", connector_id=1)


async def update_firmware(made: World) -> None:
    await made.start_charging()
    location = made.csms.files.firmware_url("7.0.0")
    date = format_date_time(made.csms.now())
    await made.send("UpdateFirmware", location=location, retrieveDate=date)
    await asyncio.sleep(2)


async def change_what_is_stored(made: World) -> None:
    for change in (reserve, install_profiles, send_a_list, change_keys):
        await change(made)


async def charge_and(made: World, method: str, **params: JsonValue) -> None:
    await made.start_charging()
    await made.do(method, **params)


ACTS: dict[str, Act] = {
    "the network cable pulled": lambda made: charge_and(made, "set_network", up=False),
    "transactions that nobody knows of yet": charge_offline,
    "mains off": lambda made: charge_and(made, "fail_mains"),
    "a power cut": lambda made: charge_and(made, "power_cycle"),
    "stop": lambda made: charge_and(made, "stop"),
    "emergency stop": lambda made: charge_and(made, "press_emergency_stop"),
    "faults": fault,
    "jammed locks": jam,
    "Unavailable": take_out_of_service,
    "reservations, other profiles, a local list that refuses, other keys": change_what_is_stored,
    "tags without a cable": swipe_and_leave,
    "remote starts without a cable": start_from_afar_and_leave,
    "tags without an answer": leave_a_tag_unanswered,
    "a cable that stayed locked": leave_a_cable_locked,
    "other vehicles": change_the_vehicles,
    "an update under way": update_firmware,
    "a car at each connector": lambda made: made.start_charging(2),
    "a soft reset": lambda made: made.send("Reset", type="Soft"),
    "a closed connection": lambda made: made.ask("disconnect"),
}


CORRECT = "the CSMS answers correctly again"
TOLD: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(MISBEHAVIOURS, (CORRECT,)),
    "the network cable pulled": ("the network cable is plugged in",),
    "stop": ("the charge point that was stopped is started again",),
    "emergency stop": ("connector 0: the errors are cleared",),
    "faults": ("connector 2: the errors are cleared",),
    "jammed locks": ("connector 1: the jammed lock is freed",),
    "Unavailable": ("connector 0: it is in service again",),
    "reservations, other profiles, a local list that refuses, other keys": (
        "reservation 4 is cancelled",
        "charging profile 71 is cleared",
        "the local list, which holds tags of this play, is emptied",
        "ConnectionTimeOut is 60 again",
    ),
    "tags without a cable": ("connector 2: the tag that may start is let go",),
    "remote starts without a cable": ("connector 1: the tag that may start is let go",),
    "tags without an answer": (CORRECT,),
    "a cable that stayed locked": ("connector 1: the cable is unlocked",),
    "other vehicles": ("connector 1: the cable is unplugged",),
}


TROUBLES: dict[str, Act] = {
    **{f"{each.id}, left half way": partial(leave_half_way, scenario=each) for each in SCENARIOS},
    **{name: partial(misbehave, name=name) for name in MISBEHAVIOURS},
    **{
        f"{name}, taken back": partial(take_back, name=name)
        for name in ("silence", "delays", "boots Rejected for a week")
    },
    **ACTS,
}
CHAIN = tier(8, deep=1)
"""How many troubles a charge point goes through, one after the other. What is left of one would be
in the way of all that come after it, and of the round at the end."""


@pytest.mark.parametrize("first", range(0, len(TROUBLES), CHAIN))
@in_fast_time
async def test_the_story_goes_on_whatever_was_done_and_tells_what_it_mends(
    first: int, tmp_path: Path
) -> None:
    async with world(tmp_path) as made:
        for name, act in list(TROUBLES.items())[first : first + CHAIN]:
            await made.ask("stop_scenario")
            await act(made)
            told = await made.see_it_mended()
            wanted = TOLD.get(name, ())
            assert set(wanted) <= set(told), name
            assert (CORRECT in told[:1]) == (CORRECT in wanted), (name, told)
        await made.see_a_round_end()


IN_THE_STORY: tuple[Act, ...] = (
    lambda made: made.do("set_network", up=False),
    lambda made: made.do("stop"),
    lambda made: made.do("power_cycle"),
    lambda made: made.do("press_emergency_stop"),
    lambda made: made.do("plug_out", connector_id=1),
    lambda made: made.ask("set_behaviour", faults={"*": "silent"}),
)


@in_fast_time
async def test_a_story_that_somebody_breaks_begins_again_by_itself(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("play_story")
        for act in IN_THE_STORY:
            await made.until(
                lambda shown: (
                    (run := shown.run) is not None
                    and run.state is RunState.RUNNING
                    and run.step > 6
                )
            )
            await act(made)
            await made.until(
                lambda shown: shown.run is not None and shown.run.state is RunState.FAILED
            )
        await made.see_a_round_end()


@in_fast_time
async def test_scenarios_pass_one_after_another_and_again_and_the_story_goes_on(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as made:
        for scenario in (*SCENARIOS, SCENARIOS[0]):
            await made.play_scenario(scenario.id)
        await made.see_it_mended()
        await made.see_a_round_end()


@in_fast_time
async def test_a_scenario_that_cannot_pass_says_that_the_csms_misbehaves(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await made.ask("set_behaviour", faults={"*": "silent"})
        await made.do("set_weather", weather="doubling_proxy", seed=7)
        # Whatever it was told before is gone: the boot that follows has no answer.
        await made.do("power_cycle")
        await made.ask("run_scenario", scenario="first_car")
        await made.until(lambda shown: shown.run is not None and shown.run.state is RunState.FAILED)
        shown = made.scenarios.run
    assert shown is not None
    why = (
        "The charge point does not get through to the CSMS, which answers wrongly on purpose:"
        " the weather of the network is doubling_proxy, seed 7."
    )
    assert why in shown.steps[0].told
