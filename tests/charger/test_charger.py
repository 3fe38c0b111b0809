"""Mind and body together, in virtual time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.effects import (
    Effect,
    Energize,
    Lock,
    Log,
    OpenLink,
    Save,
    Send,
    SetLimit,
    StoredRecords,
    Table,
)
from cp_tui.charge_point.events import (
    ErrorRaised,
    Event,
    EvSuspended,
    LockJammed,
    PluggedIn,
    PoweredOn,
    Tick,
)
from cp_tui.charge_point.smart_charging.schedule import SetBy, SourceKind
from cp_tui.charger.charger import STATION_KEY, Charger
from cp_tui.engine.errors import CommandError
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.errors import StationError
from cp_tui.station.record import StationRecord
from tests.acts import act_of
from tests.engine.fakes import CONFIG, NOON, Minds


def charger_with(minds: Minds, stored: StoredRecords | None = None) -> Charger:
    return Charger(CONFIG, stored or {}, Random(1), mind=minds)


def charging(event: Event) -> list[Effect]:
    """Let energy flow as soon as a cable is plugged in."""
    if isinstance(event, PluggedIn):
        set_by = SetBy(kind=SourceKind.HARDWARE, is_hypothetical=True)
        limit = SetLimit(event.connector_id, Decimal(32), Decimal(22_080), set_by)
        return [limit, Energize(event.connector_id, True)]
    return []


def stored_by(effects: list[Effect]) -> dict[Table, dict[str, str]]:
    """Make of saves what a store would give back."""
    records: dict[Table, dict[str, str]] = {}
    for effect in effects:
        if isinstance(effect, Save):
            records.setdefault(effect.table, {})[effect.key] = encode(effect.record).decode()
    return records


def test_wishes_for_the_station_are_carried_out_and_the_rest_is_handed_on() -> None:
    def answer(event: Event) -> list[Effect]:
        if not isinstance(event, PluggedIn):
            return []
        return [Lock(1, True), OpenLink(), *charging(event)]

    charger = charger_with(Minds(answer))
    effects = charger.act(act_of("plug_in", connector_id=1), NOON)
    assert [effect for effect in effects if not isinstance(effect, Save)] == [OpenLink()]
    later = NOON + timedelta(minutes=6)
    assert charger.is_energy_flowing(later)
    assert charger.station.reading(1, later).register_wh > 2_000


def test_what_happens_by_itself_is_told_before_the_event_that_comes_later() -> None:
    minds = Minds(charging)
    charger = charger_with(minds)
    charger.act(act_of("set_vehicle", connector_id=1, soc_percent=99.0), NOON)
    charger.act(act_of("plug_in", connector_id=1), NOON)
    due = charger.next_deadline()
    assert due is not None
    charger.take_changed()
    charger.handle(Tick(), due + timedelta(days=1))
    assert minds.events()[-2:] == [EvSuspended(1, suspended=True), Tick()]
    # Another limit binds from then on, and that is to be shown.
    assert charger.take_changed() == {"connectors"}
    assert charger.take_changed() == set()


def test_a_booting_mind_is_told_what_it_finds_at_the_station() -> None:
    minds = Minds()
    charger = charger_with(minds)
    charger.act(act_of("jam_lock", connector_id=2, jammed=True), NOON)
    charger.lose_power({}, NOON)
    charger.handle(PoweredOn(), NOON)
    assert minds.mind.events == [PoweredOn(), LockJammed(2, jammed=True)]


def test_the_body_is_saved_when_it_changed_in_substance() -> None:
    charger = charger_with(Minds(charging))
    saved = charger.act(act_of("plug_in", connector_id=1), NOON)
    (save,) = [effect for effect in saved if isinstance(effect, Save)]
    assert (save.table, save.key) == (Table.STATE, STATION_KEY)
    assert charger.handle(Tick(), NOON) == []
    # Energy alone is no reason to write to the disk every second.
    assert charger.handle(Tick(), NOON + timedelta(minutes=5)) == []


def test_energy_is_saved_with_everything_that_leaves_the_house() -> None:
    """A meter value that was reported must not be undone by a crash."""

    def answer(event: Event) -> list[Effect]:
        return [Send("meter values")] if isinstance(event, Tick) else charging(event)

    charger = charger_with(Minds(answer))
    charger.act(act_of("plug_in", connector_id=1), NOON)
    later = NOON + timedelta(minutes=5)
    effects = charger.handle(Tick(), later)
    record = stored_by(effects)[Table.STATE][STATION_KEY]
    register_wh = decode(StationRecord, record).connectors[1].register_wh
    assert register_wh == charger.station.reading(1, later).register_wh > 1_000
    assert charger.handle(Tick(), later) == [Send("meter values")]


def test_the_last_energy_is_saved_with_the_end_of_charging() -> None:
    def answer(event: Event) -> list[Effect]:
        return [Energize(1, False), Send("stop")] if isinstance(event, Tick) else charging(event)

    charger = charger_with(Minds(answer))
    charger.act(act_of("plug_in", connector_id=1), NOON)
    later = NOON + timedelta(minutes=5)
    record = stored_by(charger.handle(Tick(), later))[Table.STATE][STATION_KEY]
    register_wh = decode(StationRecord, record).connectors[1].register_wh
    assert register_wh == charger.station.reading(1, later + timedelta(hours=1)).register_wh > 1_000


def test_a_charger_that_starts_again_finds_cables_and_registers() -> None:
    charger = charger_with(Minds(charging))
    stored = stored_by(charger.act(act_of("plug_in", connector_id=1), NOON))
    later = NOON + timedelta(hours=1)
    stored = stored_by(charger.save_station(later))
    again = charger_with(Minds(), stored)
    assert again.station.vehicle(1, later) is not None
    before = charger.station.reading(1, later).register_wh
    assert again.station.reading(1, later).register_wh == pytest.approx(before)
    assert again.handle(PoweredOn(), later) == []


def test_a_power_cut_opens_the_contactors_and_leaves_the_cables() -> None:
    charger = charger_with(Minds(charging))
    charger.act(act_of("plug_in", connector_id=1), NOON)
    later = NOON + timedelta(minutes=1)
    assert charger.is_energy_flowing(later)
    charger.lose_power({}, later)
    assert not charger.is_energy_flowing(later + timedelta(minutes=1))
    assert charger.station.vehicle(1, later) is not None


def test_a_damaged_station_record_is_logged_and_does_not_stop_the_start() -> None:
    charger = charger_with(Minds(), {Table.STATE: {STATION_KEY: '{"connectors": 5}'}})
    (log,) = [each for each in charger.handle(PoweredOn(), NOON) if isinstance(each, Log)]
    assert "damaged" in log.text


def test_a_mind_and_body_that_never_rest_are_stopped() -> None:
    charger = charger_with(Minds())
    events: list[Event] = [EvSuspended(1, suspended=True)]
    charger.station.advance = lambda now: list(events)  # type: ignore[method-assign]
    effects = charger.handle(Tick(), NOON)
    assert any(isinstance(each, Log) and "do not come to rest" in each.text for each in effects)


@pytest.mark.parametrize(
    ("method", "params", "code", "words"),
    [
        ("plug_in", {"connector_id": 0}, -32602, "connector_id = 0"),
        ("plug_in", {"connector_id": True}, -32602, "connector_id = True"),
        ("raise_error", {"connector_id": 1, "error_code": "X"}, -32602, "ConnectorLockFailure"),
        ("set_vehicle", {"connector_id": 1}, -32602, "nothing to change; it takes battery_wh"),
        ("set_vehicle", {"connector_id": 1, "soc_percent": 101}, -32602, "soc_percent = 101"),
        ("dance", {}, -32601, "no method 'dance'"),
    ],
)
def test_acts_that_are_asked_for_wrongly_are_refused_in_words(
    method: str, params: dict[str, JsonValue], code: int, words: str
) -> None:
    with pytest.raises(CommandError) as caught:
        charger_with(Minds()).act(act_of(method, **params), NOON)
    assert caught.value.code == code
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("plug_in", {"connector_id": 3}, "connector 3 does not exist"),
        ("plug_out", {"connector_id": 1}, "no cable is plugged in"),
        ("raise_error", {"connector_id": 1, "error_code": "NoError"}, "no error to raise"),
        ("clear_error", {"connector_id": 1}, "no error is raised"),
    ],
)
def test_impossible_acts_are_refused_in_words(
    method: str, params: dict[str, JsonValue], words: str
) -> None:
    with pytest.raises(StationError) as caught:
        charger_with(Minds()).act(act_of(method, **params), NOON)
    assert words in str(caught.value)


def test_an_error_of_empty_texts_is_one_without_them() -> None:
    minds = Minds()
    texts = {"info": "", "vendor_error_code": ""}
    params: dict[str, JsonValue] = {"connector_id": 1, "error_code": "OtherError", **texts}
    charger_with(minds).act(act_of("raise_error", **params), NOON)
    assert minds.events() == [ErrorRaised(1, ChargePointErrorCode.OTHER_ERROR)]


def test_errors_and_locks_come_and_go() -> None:
    minds = Minds()
    charger = charger_with(minds)
    error: dict[str, JsonValue] = {"error_code": "OtherError", "info": "smoke"}
    charger.act(
        act_of("raise_error", connector_id=0, vendor_error_code="E1", **error),
        NOON,
    )
    charger.act(act_of("clear_error", connector_id=0, error_code="OtherError"), NOON)
    charger.act(act_of("plug_in", connector_id=1), NOON)
    charger.act(act_of("suspend_ev", connector_id=1), NOON)
    charger.act(act_of("resume_ev", connector_id=1), NOON)
    charger.act(act_of("plug_out", connector_id=1), NOON)
    assert [type(event).__name__ for event in minds.events()] == [
        "ErrorRaised",
        "ErrorCleared",
        "PluggedIn",
        "EvSuspended",
        "EvSuspended",
        "PluggedOut",
    ]
