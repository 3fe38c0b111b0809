"""Each kind of misbehaviour as a CSMS sees it on the wire, in virtual time."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta

from cp_tui.charge_point.config import ChargePointConfig, ConnectorConfig
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.misbehaving_station import MisbehavingStation
from cp_tui.fleet.misbehaviour import WRONG_PASSWORD, Kind, misbehave
from cp_tui.fleet.stream_order import OrderKind, StationPhase
from tests.fleet.wire import BEGIN, Wire

CONFIG = ChargePointConfig(
    charge_point_id="CP1",
    url="ws://127.0.0.1:1/ocpp/CP1",
    connectors=(ConnectorConfig(), ConnectorConfig()),
    keys={"MeterValueSampleInterval": "60", "AuthorizationKey": "the-right-password"},
)


def wire(kind: Kind, *, is_welcome: bool = True) -> Wire:
    """Power one on."""
    station = MisbehavingStation(
        "CP1", CONFIG, misbehave(kind, seed=3, id="CP1"), seed=3, watcher=Measures()
    )
    found = Wire(station, is_welcome=is_welcome)
    return found.do(station.power_on).after(1)


def charging(found: Wire, minutes: int = 3) -> Wire:
    """Charge a car for some minutes, and let it leave."""
    station = found.station
    found.do(lambda at: station.act(lambda body, now: body.plug_in(1, now), at))
    found.do(lambda at: station.swipe(1, "TAG", at)).after(60 * minutes)
    found.do(lambda at: station.act(lambda body, now: body.press_stop(1, now), at))
    return found.do(lambda at: station.act(lambda body, now: body.plug_out(1, now), at))


def off_by(frame: list[dict[str, str]], at: datetime) -> timedelta:
    """Say how far the timestamp of a request is ahead."""
    return datetime.fromisoformat(frame[3]["timestamp"]) - at


def test_a_silent_one_boots_and_charges_and_answers_nothing() -> None:
    found = wire(Kind.SILENT).ask("RemoteStartTransaction", {"idTag": "A", "connectorId": 1})
    charging(found.after(120))
    assert not found.answers("RemoteStartTransaction")
    assert len(found.calls("StartTransaction")) == len(found.calls("StopTransaction")) == 1


def test_a_slow_one_answers_late_and_one_that_refuses_says_no() -> None:
    found = wire(Kind.SLOW).ask("GetLocalListVersion", {}).after(60)
    ((at, _),) = found.answers("GetLocalListVersion")
    assert 5 <= at - 1 <= 60
    found = wire(Kind.REFUSES).ask("RemoteStartTransaction", {"idTag": "A", "connectorId": 1})
    found.ask("GetLocalListVersion", {}).after(60)
    ((_, answer),) = found.answers("RemoteStartTransaction")
    assert answer[2] == {"status": "Rejected"}
    assert len(found.answers("GetLocalListVersion")) == 1
    assert not found.calls("StartTransaction")


def test_a_half_open_one_falls_silent_and_leaves_its_connection_open() -> None:
    found = wire(Kind.HALF_OPEN)
    first = found.peer
    assert found.ping(first).peer.pongs == 1
    found.after(120)
    heard = len(found.heard)
    found.ping(first).ask("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
    found.do(lambda at: found.station.act(lambda body, now: body.plug_in(1, now), at)).after(30)
    assert (first.pongs, len(found.heard), first.ended) == (1, heard, None), "silent by now"
    for _ in range(17):
        if len(found.after(10).peers) == 2:
            break
    assert [peer.ended for peer in found.peers] == [OrderKind.ABANDON, None]
    found.ask("GetConfiguration", {})
    assert found.answers("GetConfiguration"), "the new connection is heard"
    told = {
        (each[3]["connectorId"], each[3]["status"]) for each in found.calls("StatusNotification")
    }
    assert (1, "Preparing") in told
    assert (2, "Unavailable") not in told, "what came to a deaf one was not heard"


def test_one_that_flaps_connects_again_and_again_and_one_that_boots_boots() -> None:
    found = wire(Kind.FLAPPING).after(600)
    assert 600 / 60 <= len(found.peers) <= 600 / 13
    assert {peer.ended for peer in found.peers[:-1]} == {OrderKind.CLOSE, OrderKind.ABORT}
    assert len(found.calls("BootNotification")) == 1
    found = wire(Kind.BOOT_LOOP).after(620)
    assert len(found.calls("BootNotification")) == 11
    assert found.station.phase is StationPhase.ACCEPTED
    found.do(found.station.power_off).after(600)
    assert len(found.calls("BootNotification")) == 11, "who has switched it off switches it on"
    found.do(found.station.power_on).after(70)
    assert len(found.calls("BootNotification")) == 13


def test_garbage_and_repeated_messages_arrive_as_they_were_written() -> None:
    found = wire(Kind.GARBAGE).after(120)
    texts = [frame for _, frame in found.heard if isinstance(frame, str)]
    assert texts
    assert found.calls("MakeCoffee")
    assert len(found.calls("DataTransfer")[0][3]["data"]) == 1_000_000
    assert found.station.is_accepted
    found = charging(wire(Kind.REPEAT))
    for action in ("StartTransaction", "MeterValues", "StopTransaction"):
        ids = [frame[1] for frame in found.calls(action)]
        assert ids
        assert ids[::2] == ids[1::2]
    assert len(found.calls("BootNotification")) == 1


def test_a_wrong_clock_is_seen_until_the_first_heartbeat() -> None:
    found = charging(wire(Kind.WRONG_CLOCK))
    off = off_by(found.calls("StopTransaction")[0], found.now)
    assert abs(off) > timedelta(minutes=59)
    found.after(310)
    charging(found, minutes=1)
    assert abs(off_by(found.calls("StopTransaction")[1], found.now)) < timedelta(seconds=1)


def test_an_hour_offline_comes_at_once_with_the_times_at_which_it_was() -> None:
    found = wire(Kind.LATE_QUEUE)
    assert not found.heard
    found.after(20)
    queue = [*found.calls("StartTransaction"), *found.calls("MeterValues")]
    assert len(queue) + 1 >= 60
    assert abs(off_by(queue[0], BEGIN) + timedelta(hours=1)) < timedelta(minutes=1)
    assert len(found.calls("StopTransaction")) == 1
    assert found.station.bill.acknowledged == 1
    charging(found, minutes=1)
    assert len(found.calls("StopTransaction")) == 2


def test_a_wrong_password_comes_again_and_again() -> None:
    found = wire(Kind.WRONG_PASSWORD, is_welcome=False).after(300)
    assert len(found.upgrades) > 5
    tokens = {request.headers["Authorization"].split()[1] for request in found.upgrades}
    assert tokens == {b64encode(f"CP1:{WRONG_PASSWORD}".encode()).decode()}
    assert not found.station.is_accepted
