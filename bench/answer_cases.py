"""What a CSMS does, or somebody beside it, to keep a charge point from answering."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bench.site import Payload, Setup, Site, UnexpectedAnswer, Wait
from cp_tui.engine.hub import ENGINE
from cp_tui.rpc.client import Client

FLOOD = 1_000
PROFILES, PERIODS = 50, 100
"""As much as may be installed (MaxChargingProfilesInstalled, ChargingScheduleMaxPeriods)."""
LEVELS = 11
"""Stack levels that there are."""
DAY_S = 86_400
LOCAL_LIST, LIST_PART = 10_000, 1_000
"""LocalAuthListMaxLength, SendLocalListMaxLength."""
STREAMS = tuple(ENGINE.streams)
EVERYTHING = (*ENGINE.variables, *ENGINE.streams)
CLIENTS = 5


ALONE, MANY = Setup(), Setup(connectors=30)


@dataclass(frozen=True)
class Case:
    """Something that goes on while the CSMS waits."""

    name: str
    run: Callable[[Site], Awaitable[None]]
    setup: Setup = ALONE
    must_wait: bool = False
    """The answer rests on a record that the disk has not taken yet, or on a boot."""


async def nothing(at: Site) -> None:
    await at.rest()


async def unread_lines(at: Site) -> None:
    """Fill standard error and the queue before it: each of these frames is a line of the log."""
    for number in range(6_000):
        await at.csms.say(f'[3,"nobody asked {number}",{{}}]')
    # That one stands behind all of them.
    await at.csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]})
    for number in range(200):
        await at.csms.say(f'[3,"nobody asked {number}",{{}}]')
        await at.rest(1)


async def unread_screen(at: Site) -> None:
    """Have the screen, whose terminal takes nothing any more, shown what changes all the time."""
    for _ in range(200):
        await at.csms.ask("DataTransfer", {"vendorId": "v", "data": "x" * 500})
        await at.rest(1)


async def unread_doors(at: Site) -> None:
    await long_history(at)
    await at.follow_and_never_read(CLIENTS, *STREAMS)
    await at.rest()


async def unread_doors_with_profiles(at: Site) -> None:
    await install(at)
    await at.follow_and_never_read(CLIENTS, *EVERYTHING)
    await at.rest()
    # Each change of a profile publishes anew what all of them follow.
    for payload in list(profiles(at))[:5]:
        await at.csms.ask("SetChargingProfile", payload, status="Accepted")
        await at.rest(10)


async def long_history(at: Site) -> None:
    """Fill the histories with the longest messages that a CSMS usually sends."""
    payload = {"vendorId": "v", "data": "x" * 60_000}
    for _ in range(100):
        await at.csms.call("DataTransfer", payload)
    for _ in range(900):
        await at.csms.call("DataTransfer", {"vendorId": "v", "data": "x" * 100})


async def data_transfers(at: Site) -> None:
    for _ in range(500):
        await at.csms.ask("DataTransfer", {"vendorId": "v", "data": "x" * 60_000})


async def longest_data_transfers(at: Site) -> None:
    for _ in range(20):
        await at.csms.ask("DataTransfer", {"vendorId": "v", "data": "x" * 1_000_000})


async def screen_attaches(at: Site) -> None:
    await long_history(at)
    await while_a_screen_looks(at)


async def screen_attaches_to_profiles(at: Site) -> None:
    await install(at)
    await while_a_screen_looks(at)


async def while_a_screen_looks(at: Site) -> None:
    """Ask while somebody takes in everything there is, as a screen does."""
    await at.rest_beside("-c", FOLLOW, str(at.door), *EVERYTHING)


FOLLOW = """
import asyncio, sys
from pathlib import Path
from cp_tui.rpc.client import Client

async def follow():
    client = await Client.connect(Path(sys.argv[1]))
    await client.subscribe(sys.argv[2:])
    try:
        async with asyncio.timeout(2):
            while True:
                await client.next_updates()
    except TimeoutError:
        pass

asyncio.run(follow())
"""


async def get_diagnostics_of_profiles(at: Site) -> None:
    await install(at)
    await upload(at)


async def get_diagnostics(at: Site) -> None:
    await long_history(at)
    await upload(at)


async def upload(at: Site) -> None:
    """Have an archive of everything built, and sent to where nobody is."""
    for scheme in ("ftp", "http"):
        payload = {"location": f"{scheme}://127.0.0.1:1/", "retries": 0}
        await at.csms.ask("GetDiagnostics", payload)
        await at.rest(150)


def profiles(at: Site) -> Iterator[Payload]:
    """Give as many profiles as may be installed, none of which lets the others alone."""
    places = [("ChargePointMaxProfile", 0, level) for level in range(LEVELS)]
    places += [
        ("TxDefaultProfile", each, level)
        for level in range(LEVELS)
        for each in range(at.connectors + 1)
    ]
    places += [("TxProfile", 1, level) for level in range(LEVELS)]
    if at.connectors > 2:
        # Every connector has profiles of its own.
        places = places[:6] + places[LEVELS + 1 :]
    return (profile(number, *place) for number, place in enumerate(places[:PROFILES]))


def profile(number: int, purpose: str, connector_id: int, level: int) -> Payload:
    """Give a daily profile of 100 periods, with a gap that lets a lower one through."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=7 * number)
    step = DAY_S // PERIODS
    periods = [{"startPeriod": step * n, "limit": 6 + (n + number) % 20} for n in range(PERIODS)]
    return {
        "connectorId": connector_id,
        "csChargingProfiles": {
            "chargingProfileId": number + 1,
            "stackLevel": level,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Recurring",
            "recurrencyKind": "Daily",
            "chargingSchedule": {
                "startSchedule": start.isoformat(),
                "duration": DAY_S * (PROFILES - number) // PROFILES,
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": periods,
            },
        },
    }


async def install(at: Site) -> None:
    """Install all profiles; they are not what is measured."""
    before = list(at.csms.waits)
    await charge(at, [1])
    for payload in profiles(at):
        await at.csms.ask("SetChargingProfile", payload, status="Accepted")
    await asyncio.sleep(1)
    at.csms.waits[:] = before


async def charge(at: Site, connectors: list[int]) -> None:
    """Start a transaction on each connector."""
    client = await Client.connect(at.door)
    for each in connectors:
        await client.call("plug_in", connector_id=each)
        await client.call("swipe", id_tag="TAG", connector_id=each)
    await client.close()


async def set_charging_profile(at: Site) -> None:
    await charge(at, [1])
    for payload in profiles(at):
        await at.csms.ask("SetChargingProfile", payload, status="Accepted")
        await at.rest(5)


async def profile_for_each_car(at: Site) -> None:
    """A profile for each transaction, while a car charges at each connector."""
    everywhere = range(1, at.connectors + 1)
    await charge(at, list(everywhere))
    for number, each in enumerate(everywhere):
        payload = profile(number, "TxProfile", each, 0)
        await at.csms.ask("SetChargingProfile", payload, status="Accepted")
        await at.rest(5)
    cap = profile(49, "ChargePointMaxProfile", 0, 0)
    await at.csms.ask("SetChargingProfile", cap, status="Accepted")
    await at.rest(50)


async def get_composite_schedule(connector_id: int, duration_s: int, at: Site) -> None:
    await install(at)
    payload = {"connectorId": connector_id, "duration": duration_s, "chargingRateUnit": "A"}
    for _ in range(10):
        await at.csms.ask("GetCompositeSchedule", payload, status="Accepted")


async def clear_charging_profile(at: Site) -> None:
    await install(at)
    await at.csms.ask("ClearChargingProfile", {}, status="Accepted")
    await at.rest(50)


async def explained_schedule(at: Site) -> None:
    """Somebody looks at the schedule of the longest window, again and again."""
    await install(at)
    asked = ("get_composite_schedule", "connector_id=0", f"duration_s={14 * DAY_S}")
    for _ in range(2):
        await at.rest_beside("-m", "cp_tui", "ctl", f"--socket={at.door}", *asked)


async def flood(action: str, payload: Payload, at: Site) -> None:
    """Send a request a thousand times without waiting for answers."""
    await at.csms.flood((action, payload) for _ in range(FLOOD))


async def change_configuration(at: Site) -> None:
    await at.csms.flood(
        (
            ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": str(number)})
            for number in range(1, FLOOD + 1)
        ),
        status="Accepted",
    )


async def trigger(message: str, at: Site) -> None:
    await charge(at, list(range(1, at.connectors + 1)))
    # Those that could not be followed by a message of their own are Rejected.
    await at.csms.flood(("TriggerMessage", {"requestedMessage": message}) for _ in range(FLOOD))


async def reserve_now(at: Site) -> None:
    expiry = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    payload = {"connectorId": 1, "expiryDate": expiry, "idTag": "TAG", "reservationId": 1}
    await at.csms.flood((("ReserveNow", payload) for _ in range(FLOOD)), status="Accepted")


async def send_local_list(at: Site) -> None:
    """Fill the list, a part at a time, each as long as may be."""
    for part in range(LOCAL_LIST // LIST_PART):
        tags = [
            {
                "idTag": f"TAG{part:03}{number:05}",
                "idTagInfo": {
                    "status": "Accepted",
                    "parentIdTag": f"GROUP{number:05}",
                    "expiryDate": "2030-01-01T00:00:00Z",
                },
            }
            for number in range(LIST_PART)
        ]
        payload = {
            "listVersion": part + 1,
            "localAuthorizationList": tags,
            "updateType": "Differential" if part else "Full",
        }
        await at.csms.ask("SendLocalList", payload, status="Accepted")
        await at.rest(5)
    payload = {"listVersion": 99, "localAuthorizationList": [], "updateType": "Full"}
    await at.csms.ask("SendLocalList", payload, status="Accepted")
    await at.rest(5)


async def statuses(at: Site) -> None:
    """Errors come and go at every connector."""
    client = await Client.connect(at.door)

    async def shake() -> None:
        for _ in range(200 // at.connectors):
            for each in range(1, at.connectors + 1):
                await client.call("raise_error", connector_id=each, error_code="OtherError")
                await client.call("clear_error", connector_id=each)

    shaking = asyncio.create_task(shake())
    while not shaking.done():
        await at.rest(1)
    await shaking
    await client.close()


SLOW_DISK_S = 0.1
SLOW_DISK = f"""
import sys, time
from cp_tui.cli import main
from cp_tui.engine.store import Store

commit = Store._commit

def slow(self, *rows):
    time.sleep({SLOW_DISK_S})
    commit(self, *rows)

Store._commit = slow
sys.exit(main())
"""
"""A disk that takes a while for each write."""


async def slow_disk(at: Site) -> None:
    """What is to be saved waits for the disk, and what comes behind it."""
    for number in range(10):
        payload = {"key": "MeterValueSampleInterval", "value": str(number + 1)}
        await at.csms.ask("ChangeConfiguration", payload, status="Accepted")


async def slow_disk_at_rest(at: Site) -> None:
    """Nothing of this is to be saved."""
    for _ in range(50):
        await at.rest(1)
        await at.csms.ask("DataTransfer", {"vendorId": "v", "data": "x"})
        await at.csms.ask("TriggerMessage", {"requestedMessage": "Heartbeat"}, status="Accepted")


FAILING = """
import sys
from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.cli import main

handle = ChargePoint.handle

def fail(self, event, now):
    effects = handle(self, event, now)
    if "defect" in str(getattr(event, "data", "")):
        raise RuntimeError("a defect")
    return effects

ChargePoint.handle = fail
sys.exit(main())
"""
"""A mind with an error that a frame provokes."""


async def internal_error(at: Site) -> None:
    """The answer says InternalError; then the connection ends, and that is another case."""
    at.csms.waits.append(await until_refused(at))


async def boot_after_error(at: Site) -> None:
    """From the InternalError until the first answer on the next connection."""
    await until_refused(at)
    before, since = at.csms._connection, at.csms.now()
    async with asyncio.timeout(30):
        while at.csms._connection is before:
            await asyncio.sleep(0.001)
    await at.csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]})
    at.csms.waits.append(at.csms.now() - since)


async def until_refused(at: Site) -> Wait:
    since = at.csms.now()
    answer = await at.csms.call("DataTransfer", {"vendorId": "defect"})
    if answer[0] != 4 or answer[2] != "InternalError":
        raise UnexpectedAnswer(f"wanted InternalError: {answer}")
    return at.csms.now() - since


CASES = (
    Case("nothing", nothing),
    Case("standard error that nobody reads, full", unread_lines),
    Case("the same, a terminal", unread_lines, Setup(terminal=True)),
    Case(
        "`run` in a terminal that nobody reads", unread_screen, Setup(terminal=True, command="run")
    ),
    Case(
        "a disk that takes 100 ms: what is saved",
        slow_disk,
        Setup(program=SLOW_DISK),
        must_wait=True,
    ),
    Case("a disk that takes 100 ms: everything else", slow_disk_at_rest, Setup(program=SLOW_DISK)),
    Case(
        "a frame that meets an error inside: its InternalError",
        internal_error,
        Setup(program=FAILING),
    ),
    Case(
        "and from then on, until the charge point has booted",
        boot_after_error,
        Setup(program=FAILING),
        must_wait=True,
    ),
    Case("DataTransfers of 60 kB", data_transfers),
    Case("DataTransfers of 1 MB", longest_data_transfers),
    Case("5 clients of the door that never read, long histories", unread_doors),
    Case(
        "5 clients of the door that never read, 30 connectors, profiles",
        unread_doors_with_profiles,
        MANY,
    ),
    Case("a screen attaches to long histories", screen_attaches),
    Case("a screen attaches, 30 connectors, profiles", screen_attaches_to_profiles, MANY),
    Case("GetDiagnostics, long histories", get_diagnostics),
    Case("GetDiagnostics, 30 connectors, profiles", get_diagnostics_of_profiles, MANY),
    Case("SetChargingProfile, up to 50 of 100 periods", set_charging_profile),
    Case("SetChargingProfile, 30 connectors", set_charging_profile, MANY),
    Case("SetChargingProfile for each of 30 cars that charge", profile_for_each_car, MANY),
    Case(
        "GetCompositeSchedule, connector 1, a month", partial(get_composite_schedule, 1, 30 * DAY_S)
    ),
    Case(
        "GetCompositeSchedule, connector 0, a month", partial(get_composite_schedule, 0, 30 * DAY_S)
    ),
    Case(
        "GetCompositeSchedule, connector 0 of 30, a month",
        partial(get_composite_schedule, 0, 30 * DAY_S),
        MANY,
    ),
    Case(
        "GetCompositeSchedule, connector 0 of 30, a year",
        partial(get_composite_schedule, 0, 365 * DAY_S),
        MANY,
    ),
    Case("ClearChargingProfile of all", clear_charging_profile),
    Case("ClearChargingProfile of all, 30 connectors", clear_charging_profile, MANY),
    Case("the explained schedule of 14 days at the door", explained_schedule),
    Case("the explained schedule of 14 days at the door, 30 connectors", explained_schedule, MANY),
    Case("1,000 GetConfiguration of all keys at once", partial(flood, "GetConfiguration", {})),
    Case("1,000 ChangeConfiguration at once", change_configuration),
    Case("1,000 ReserveNow at once", reserve_now),
    Case("1,000 triggers of a Heartbeat at once", partial(trigger, "Heartbeat")),
    Case("1,000 triggers of MeterValues at once, 30 cars", partial(trigger, "MeterValues"), MANY),
    Case(
        "1,000 triggers of StatusNotification at once, 30 connectors",
        partial(trigger, "StatusNotification"),
        MANY,
    ),
    Case("SendLocalList, 1,000 tags each, up to 10,000", send_local_list),
    Case("errors that come and go, 30 connectors", statuses, MANY),
)
