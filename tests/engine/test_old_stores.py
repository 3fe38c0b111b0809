"""What earlier versions have kept is read as they meant it: 0.1.0, and the last one before structs.

Each store in `stores` is of a charge point that has lived through everything that is kept; a line
holds table, key and record as they were written.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec import Struct

from cp_tui.charge_point import records as r
from cp_tui.charge_point.codec import builtins_of, decode, encode
from cp_tui.charge_point.config import ChargePointConfig, ConnectorConfig
from cp_tui.charge_point.effects import Log, LogLevel, PutAside, StoredRecords, Table
from cp_tui.charge_point.events import PoweredOn
from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import CachedTag, Reservation, TagEntry
from cp_tui.engine.store import DATABASE_FILE, Store
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.station.record import StationRecord
from cp_tui.station.station import Station
from tests.charge_point.rig import T0, Rig

STORES = ("0.1.0", "before_structs")

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine (
    moved_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, kind, key, value, why TEXT NOT NULL
);
PRAGMA user_version = 1;
"""
"""As 0.1.0 made it."""

KINDS: Mapping[Table, type[Struct]] = {
    Table.KEY: r.KeyRecord,
    Table.MONITOR: r.MonitorRecord,
    Table.KEY_CHANGE: r.KeyChangeRecord,
    Table.AVAILABILITY: r.AvailabilityRecord,
    Table.PROFILE: InstalledProfile,
    Table.TRANSACTION: r.TransactionRecord,
    Table.TRANSACTION_DATA: r.TransactionDataRecord,
    Table.OUTBOX: r.OutboxRecord,
    Table.AUTHORIZATION_CACHE: CachedTag,
    Table.LOCAL_LIST: TagEntry,
    Table.LOCAL_LIST_VERSION: r.LocalListVersionRecord,
    Table.RESERVATION: Reservation,
}
LATER = {Table.ROOT_CERTIFICATE, Table.CHARGE_POINT_CERTIFICATE, Table.SECURITY_EVENT}
"""The tables that these versions did not have."""
STATES: Mapping[str, type[Struct]] = {
    "station": StationRecord,
    "clock": r.ClockRecord,
    "firmware": r.FirmwareRecord,
    "firmware_version": r.FirmwareVersionRecord,
    "diagnostics": r.UploadRecord,
}


def rows(version: str) -> list[tuple[str, str, str]]:
    text = (Path(__file__).parent / "stores" / f"{version}.tsv").read_text()
    return [(kind, key, record) for kind, key, record in (x.split("\t") for x in text.splitlines())]


def kept(version: str) -> dict[Table, dict[str, str]]:
    stored: dict[Table, dict[str, str]] = {table: {} for table in Table}
    for kind, key, record in rows(version):
        stored[Table(kind)][key] = record
    return stored


def kind_of(table: str, key: str) -> type[Struct]:
    return STATES[key] if table == Table.STATE else KINDS[Table(table)]


def read(table: str, key: str, text: str) -> Struct:
    """Read a record as a charge point does when it boots."""
    config = ChargePointConfig(charge_point_id="CP001", url="ws://127.0.0.1/CP001")
    turn = Turn(config, Station(config.connectors), {Table(table): {key: text}}, Random(0))
    record = turn.record(Table(table), key, kind_of(table, key))
    assert record is not None, turn.take_effects()
    return record


def written(table: str, key: str, text: str) -> dict[str, Any]:
    """What was kept, with the names of now: what lay within is outside, what follows is left."""
    fields: dict[str, Any] = json.loads(text)
    within: dict[str, Any] = fields.pop(getattr(kind_of(table, key), "WITHIN", ""), {})
    if table == Table.RESERVATION:
        # It follows from the expiry date and the clock.
        del fields["expires_at"]
    return within | fields


def differences(before: object, after: object, path: str = "") -> list[str]:
    """Where what is read is not what was written; what is new since then is none."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            found
            for name, each in before.items()
            for found in differences(each, after.get(name, "is not there"), f"{path}.{name}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [
            found for number, (a, b) in pairs for found in differences(a, b, f"{path}[{number}]")
        ]
    return [] if before == after else [f"{path}: {before} {after}"]


@pytest.mark.parametrize("version", STORES)
def test_every_table_and_every_state_is_there(version: str) -> None:
    stored = kept(version)
    assert {table for table in Table if not stored[table]} == LATER
    assert stored[Table.STATE].keys() == STATES.keys()


@pytest.mark.parametrize("version", STORES)
def test_every_record_says_what_it_said(version: str) -> None:
    found: list[str] = []
    for table, key, text in rows(version):
        record = read(table, key, text)
        found += differences(written(table, key, text), builtins_of(record), f"{table} {key}")
        assert decode(type(record), encode(record)) == record
    # An empty group is none, however it was kept.
    groups = ["local_list local.parent_id_tag:  None", "reservation 5.parent_id_tag:  None"]
    assert found == groups[: 2 if version == "0.1.0" else 1]


@pytest.mark.parametrize("version", STORES)
async def test_the_database_opens_with_nothing_put_aside(version: str, tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / DATABASE_FILE)
    database.executescript(SCHEMA)
    with database:
        database.executemany("INSERT INTO record VALUES (?, ?, ?)", rows(version))
    database.close()
    raised: list[object] = []
    troubles = TroubleKeeper(lambda _, value: raised.append(value), lambda: T0)
    store = await Store.open(tmp_path, logging.Logger("test", logging.CRITICAL), troubles)
    try:
        assert await store.load() == kept(version)
    finally:
        await store.close()
    assert raised in ([], [()])


def booted(stored: StoredRecords, hours: float = 1.0) -> Rig:
    """A charge point that finds these records an hour after they were written."""
    made = Rig(
        ChargePointConfig(
            charge_point_id="CP001", url="ws://127.0.0.1/CP001", connectors=(ConnectorConfig(),) * 3
        ),
        store={table: dict(records) for table, records in stored.items()},
    )
    made.after(hours * 3_600)
    made.handle(PoweredOn())
    return made


@pytest.mark.parametrize("version", STORES)
def test_a_charge_point_goes_on_where_it_was(version: str) -> None:
    made = booted(kept(version))
    assert not [each for each in made.effects if isinstance(each, PutAside)]
    assert not [
        each for each in made.effects if isinstance(each, Log) and each.level is LogLevel.ERROR
    ]
    made.after(60)
    seen = made.variables
    assert [each.reservation_id for each in seen["reservations"].active] == [5]
    assert [each.profile.charging_profile_id for each in seen["profiles"]] == [1, 2]
    assert (seen["local_list"].version, seen["local_list"].count) == (3, 2)
    assert [each.id_tag for each in seen["authorization_cache"].entries] == ["TAG"]
    assert [each.key for each in seen["monitors"].keys] == ["HeartbeatInterval", "AuthorizationKey"]
    assert len(seen["monitors"].history) == 2
    assert seen["firmware"].version == "2.0.0"
    keys = {each.key: each.value for each in seen["configuration"]}
    assert keys["MeterValueSampleInterval"] == "600"
    assert made.calls("StartTransaction")[0]["idTag"] == "TAG"
    assert len(made.calls("StopTransaction")) == 2
    assert [each.stop_reason for each in seen["transactions"]] == ["PowerLoss", "EVDisconnected"]
    assert [each.connector_id for each in seen["connectors"] if each.faults] == [3]
    assert seen["connectors"][1].measurement.register_wh > 3_000


def test_what_a_newer_version_adds_is_left_and_what_is_missing_has_its_default() -> None:
    text = '{"key": "HeartbeatInterval", "order": 3, "colour": {"red": 1}}'
    assert decode(r.MonitorRecord, text) == r.MonitorRecord(key="HeartbeatInterval", order=3)
    assert decode(r.ClockRecord, '{"offset_s": 5}') == r.ClockRecord(offset_s=5.0)


@pytest.mark.parametrize(
    ("table", "key", "wrong", "words"),
    [
        (Table.MONITOR, "heartbeatinterval", {"order": "1"}, "Expected `int`, got `str`"),
        (Table.KEY, "heartbeatinterval", {"value": 1234}, "Expected `str`, got `int`"),
        (Table.PROFILE, "1", {"profile": {"stack_level": "geheim"}}, "errors in ChargingProfile"),
        (Table.STATE, "clock", {"offset_s": None}, "Expected `float`, got `null`"),
        (Table.STATE, "station", {"connectors": [{"connector_id": 0, "register_wh": -1}]}, ">= 0"),
    ],
)
def test_a_damaged_record_is_put_aside_with_words_that_show_no_value(
    table: Table, key: str, wrong: dict[str, Any], words: str
) -> None:
    stored = kept("0.1.0")
    stored[table][key] = json.dumps(json.loads(stored[table][key]) | wrong)
    made = booted(stored)
    (aside,) = (each for each in made.effects if isinstance(each, PutAside))
    assert (aside.table, aside.key) == (table, key)
    assert words in aside.why
    (log,) = (e for e in made.effects if isinstance(e, Log) and e.level is LogLevel.ERROR)
    assert "damaged and left out" in log.text
    for text in (aside.why, log.text):
        assert "1234" not in text
        assert "geheim" not in text


@pytest.mark.parametrize("version", STORES)
def test_no_secret_of_a_record_is_in_its_representation(version: str) -> None:
    for table, key, text in rows(version):
        shown = repr(read(table, key, text))
        assert "0123456789abcdef" not in shown
        assert "user:secret" not in shown
        assert shown.startswith(kind_of(table, key).__name__)
    assert "secret" in (Path(__file__).parent / "stores" / f"{version}.tsv").read_text()
    secret = decode(r.KeyRecord, kept(version)[Table.KEY]["authorizationkey"])
    assert repr(secret).startswith("KeyRecord(source=<KeySource.CSMS: 'CSMS'>, changed_at=")
