"""The local list: versions, limits, all or nothing, kept over a restart (S 5.10, S 5.15)."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.charge_point.described import LOCAL_LIST_MAX, SEND_LOCAL_LIST_MAX
from cp_tui.charge_point.effects import Log, LogLevel, Table
from cp_tui.charge_point.variables import LocalListView
from tests.charge_point.listing import entry, send
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import set_key


def version(made: Rig) -> int:
    found = made.request("GetLocalListVersion")[2]["listVersion"]
    assert isinstance(found, int)
    return found


def shown(made: Rig) -> LocalListView:
    value = made.variables["local_list"]
    assert isinstance(value, LocalListView)
    return value


def tags(made: Rig) -> list[str]:
    return [each.id_tag for each in shown(made).entries]


def last_reason(made: Rig) -> Any:
    records = [event for name, event in made.events if name == "messages"]
    return records[-1].reason


def test_the_keys_say_how_long_a_list_may_be() -> None:
    names = ["LocalAuthListEnabled", "LocalAuthListMaxLength", "SendLocalListMaxLength"]
    found = rig().request("GetConfiguration", {"key": names})[2]["configurationKey"]
    assert [(each["value"], each["readonly"]) for each in found] == [
        ("true", False),
        (str(LOCAL_LIST_MAX), True),
        (str(SEND_LOCAL_LIST_MAX), True),
    ]


def test_a_fresh_list_has_version_0() -> None:
    made = rig()
    assert version(made) == 0
    assert shown(made) == LocalListView(
        is_enabled=True, version=0, count=0, count_max=LOCAL_LIST_MAX
    )


def test_a_full_list_replaces_everything_whatever_its_version() -> None:
    made = rig()
    assert send(made, 7, "Full", [entry("A"), entry("B")]) == "Accepted"
    assert send(made, 3, "Full", [entry("C")]) == "Accepted"
    assert (version(made), tags(made)) == (3, ["C"])


@pytest.mark.parametrize("entries", [None, []])
def test_a_full_update_without_entries_empties_the_list(entries: list[Any] | None) -> None:
    made = rig()
    send(made, 7, "Full", [entry("A")])
    assert send(made, 9, "Full", entries) == "Accepted"
    assert (version(made), tags(made)) == (0, [])


def test_a_differential_update_adds_replaces_and_deletes() -> None:
    made = rig()
    send(made, 1, "Full", [entry("A"), entry("B"), entry("C")])
    changes = [entry("b", "Blocked"), {"idTag": "C"}, entry("D"), {"idTag": "NEVER"}]
    assert send(made, 2, "Differential", changes) == "Accepted"
    assert version(made) == 2
    assert [(e.id_tag, e.status) for e in shown(made).entries] == [
        ("A", "Accepted"),
        ("b", "Blocked"),
        ("D", "Accepted"),
    ]


@pytest.mark.parametrize("older", [5, 4, 1])
def test_a_differential_update_must_be_newer(older: int) -> None:
    made = rig()
    send(made, 5, "Full", [entry("A")])
    assert send(made, older, "Differential", [entry("B")]) == "VersionMismatch"
    assert last_reason(made).text == (f"listVersion {older} is not above the version 5 stored here")
    assert (version(made), tags(made)) == (5, ["A"])


@pytest.mark.parametrize("entries", [None, []])
def test_a_differential_update_without_entries_only_sets_the_version(
    entries: list[Any] | None,
) -> None:
    made = rig()
    send(made, 1, "Full", [entry("A")])
    assert send(made, 4, "Differential", entries) == "Accepted"
    assert (version(made), tags(made)) == (4, ["A"])


def test_deleting_the_last_entry_leaves_version_0_to_begin_from() -> None:
    made = rig()
    send(made, 5, "Full", [entry("A")])
    assert send(made, 6, "Differential", [{"idTag": "A"}]) == "Accepted"
    assert version(made) == 0
    assert send(made, 1, "Differential", [entry("B")]) == "Accepted"
    assert version(made) == 1


@pytest.mark.parametrize(
    ("number", "kind", "entries", "reason"),
    [
        (0, "Full", [entry("B")], "local_list.bad_version"),
        (-1, "Differential", [entry("B")], "local_list.bad_version"),
        (9, "Full", [entry("B"), entry("b")], "local_list.duplicate"),
        (9, "Differential", [entry("B"), {"idTag": "B"}], "local_list.duplicate"),
        (9, "Full", [entry("B"), {"idTag": "C"}], "local_list.no_info"),
        (
            9,
            "Full",
            [entry(f"T{n}") for n in range(SEND_LOCAL_LIST_MAX + 1)],
            "local_list.too_many",
        ),
    ],
)
def test_a_bad_update_fails_and_changes_nothing(
    number: int, kind: str, entries: list[dict[str, Any]], reason: str
) -> None:
    made = rig()
    send(made, 5, "Full", [entry("A")])
    before = {table: dict(made.store.get(table, {})) for table in (Table.LOCAL_LIST,)}
    assert send(made, number, kind, entries) == "Failed"
    assert last_reason(made).id == reason
    assert (version(made), tags(made)) == (5, ["A"])
    assert {table: made.store[table] for table in before} == before


def test_a_list_that_would_grow_too_long_fails_as_a_whole() -> None:
    made = rig()
    number = 0
    for number in range(1, LOCAL_LIST_MAX // SEND_LOCAL_LIST_MAX + 1):
        part = [entry(f"T{number}-{n}") for n in range(SEND_LOCAL_LIST_MAX)]
        assert send(made, number, "Differential", part) == "Accepted"
    assert send(made, number + 1, "Differential", [entry("T1-0", "Blocked"), entry("X")]) == (
        "Failed"
    )
    assert last_reason(made).id == "local_list.full"
    assert (version(made), shown(made).count) == (number, LOCAL_LIST_MAX)
    assert len(shown(made).entries) < 1000
    # One out, one in: that fits.
    change = [{"idTag": "T1-0"}, entry("X")]
    assert send(made, number + 1, "Differential", change) == "Accepted"


def test_switched_off_it_is_kept_but_neither_told_nor_changed_nor_used() -> None:
    made = rig(keys={"LocalPreAuthorize": "true"})
    send(made, 5, "Full", [entry("A")])
    set_key(made, "LocalAuthListEnabled", "false")
    assert version(made) == -1
    assert send(made, 6, "Full", [entry("B")]) == "NotSupported"
    assert shown(made).is_enabled is False
    made.act("swipe", id_tag="A")
    assert made.calls("Authorize") == [{"idTag": "A"}]
    set_key(made, "LocalAuthListEnabled", "true")
    assert (version(made), tags(made)) == (5, ["A"])


def test_it_survives_a_power_loss_with_its_version() -> None:
    made = rig()
    date = "2026-02-01T00:00:00Z"
    send(made, 5, "Full", [entry("A", expiryDate=date, parentIdTag="P"), entry("B", "Blocked")])
    before = shown(made)
    made.power_cycle()
    assert version(made) == 5
    assert shown(made) == before


def test_a_stored_list_with_a_hole_counts_as_empty() -> None:
    made = rig()
    send(made, 5, "Full", [entry("A"), entry("B")])
    made.store[Table.LOCAL_LIST]["a"] = "{"
    made.power_cycle()
    assert version(made) == 0
    assert tags(made) == []
    errors = [e.text for e in made.effects if isinstance(e, Log) and e.level is LogLevel.ERROR]
    assert any("local list is damaged" in text for text in errors)
    assert send(made, 6, "Full", [entry("C")]) == "Accepted"
    made.power_cycle()
    assert (version(made), tags(made)) == (6, ["C"])


def test_a_tag_that_is_too_long_is_a_callerror() -> None:
    made = rig()
    payload = {
        "listVersion": 1,
        "updateType": "Full",
        "localAuthorizationList": [entry("X" * 21)],
    }
    assert made.request("SendLocalList", payload)[0] == 4
    assert version(made) == 0
