"""Profiles and limits in words: each reason why one sets no limit, periods, forms and files."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import Context, InstalledProfile
from cp_tui.charge_point.smart_charging.schedule import LostBecause
from cp_tui.ocpp.datatypes import ChargingProfile, ChargingRateUnitType
from cp_tui.tui.schedule.periods_text import chart_lines, length_of, offset_text, period_list
from cp_tui.tui.schedule.profile_file import from_file, from_form
from cp_tui.tui.schedule.profiles_text import SHORT, in_order, now_content, profile_details
from cp_tui.tui.text.paths import UnusableInput
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.timeline.readout import Place, Use, fitted, readout
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    RECURRING,
    T0,
    TX,
    TX_DEFAULT,
    W,
    after,
    context,
    on,
    profile,
)
from tests.tui import charging_world, worlds

CLOCK = Clock(worlds.NOW, worlds.NOW.tzinfo)  # type: ignore[arg-type]

FORM = {
    "id": "4",
    "connector": "1",
    "purpose": "TxDefaultProfile",
    "level": "0",
    "kind": "Absolute",
    "unit": "A",
    "periods": "0:16, 3600:8.5:1",
    "duration": "",
    "start": "",
    "valid_from": "",
    "valid_to": "",
}


def lines(given: Context, at_s: int = 0, connector_id: int = 1) -> list[str]:
    """What the screen says about a limit at 80 columns."""
    found = composite(given, connector_id, T0, 7200)
    place = Place(after(at_s), Clock(T0, UTC), "·", 79)
    return fitted(readout(found, place), 79, 12, "…")


LOW = profile(TX_DEFAULT, (0, 10), id=1)


def other(**changes: object) -> ChargingProfile:
    """A default profile of a higher level that does not count."""
    return profile(TX_DEFAULT, (0, 6), id=2, level=1, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("why", "given", "sentence"),
    [
        (
            LostBecause.LOWER_STACK_LEVEL,
            [on(0, LOW), on(0, other())],
            "TxDefaultProfile #2 level 1 beats TxDefaultProfile #1 level 0",
        ),
        (
            LostBecause.NOT_YET_VALID,
            [on(0, LOW), on(0, other(valid_from=after(9000)))],
            "TxDefaultProfile #2 level 1 is not valid before 10:30",
        ),
        (
            LostBecause.EXPIRED,
            [on(0, LOW), on(0, other(valid_to=T0))],
            "TxDefaultProfile #2 level 1 was valid until 08:00",
        ),
        (
            LostBecause.NOT_STARTED,
            [on(0, LOW), on(0, other(start=after(9000)))],
            "TxDefaultProfile #2 level 1 starts at 10:30",
        ),
        (
            LostBecause.DURATION_OVER,
            [on(0, LOW), on(0, other(start=after(-60), duration=60))],
            "TxDefaultProfile #2 level 1 ended at 08:00",
        ),
        (
            LostBecause.OTHER_TRANSACTION,
            [on(0, LOW), on(1, profile(TX, (0, 6), id=7, transaction_id=999), "tx-9")],
            "TxProfile #7 level 0 belongs to another transaction",
        ),
        (
            LostBecause.HIDDEN_BY_TX_PROFILE,
            [on(0, LOW), on(1, profile(TX, (0, 16), id=7, level=2), "tx-1")],
            "TxProfile #7 level 2 beats TxDefaultProfile #1 level 0",
        ),
        (
            LostBecause.HIGHER_THAN_MINIMUM,
            [on(0, LOW), on(0, profile(CP_MAX, (0, 20), id=3))],
            "ChargePointMaxProfile #3 level 0 allows more: 20.0 A",
        ),
        (
            LostBecause.REPLACED_ON_CONNECTOR,
            [on(0, LOW), on(1, profile(TX_DEFAULT, (0, 8), id=4))],
            "#4 on connector 1 replaces TxDefaultProfile #1 level 0",
        ),
        (
            LostBecause.RECURRENCE_GAP,
            [on(0, LOW), on(0, other(kind=RECURRING, recurrency=DAILY, duration=60, start=T0))],
            "TxDefaultProfile #2 level 1 rests until Jan 06 08:00",
        ),
    ],
    ids=lambda value: value.value if isinstance(value, LostBecause) else None,
)
def test_each_losing_reason_is_told_at_80_columns(
    why: LostBecause, given: list[InstalledProfile], sentence: str
) -> None:
    known = context(*given, transactions={1: T0})
    at_s = 120 if why is LostBecause.RECURRENCE_GAP else 0
    shown = lines(known, at_s)
    assert sentence in shown
    assert all(len(line) <= 79 for line in shown)
    found = composite(known, 1, after(at_s), 10).periods[0].source
    assert why in {loser.why for loser in found.losers}


def test_every_reason_has_a_word_that_fits_its_column() -> None:
    assert set(SHORT) == set(LostBecause)
    assert max(map(len, SHORT.values())) <= 13


def test_the_conversion_and_what_flowed_are_told() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 11_000), unit=W)), transactions={1: T0})
    found = composite(given, 1, T0, 3600)
    place = Place(T0, Clock(T0, UTC), "·", 79)
    told = readout(found, place, Use(found.periods[0].limit))
    assert "11.00 kW / (230 V x 3) = 15.9 A" in told
    assert told[1] == "Measured 15.9 A"


def entries() -> dict[int, object]:
    found = charging_world.charging()["profiles"]
    return {e.profile.charging_profile_id: e for e in found}


def test_profiles_are_listed_by_connector_purpose_and_the_level_that_wins() -> None:
    listed = in_order(tuple(entries().values()))  # type: ignore[arg-type]
    assert [each.profile.charging_profile_id for each in listed] == [1, 2, 7, 9, 5]


def test_what_a_profile_does_now_is_a_word_and_a_number() -> None:
    words = {number: now_content(entry).plain for number, entry in entries().items()}  # type: ignore[arg-type]
    assert words == {
        1: "allows more",
        2: "armed 16.0 A",
        5: "not started",
        7: "● 10.0 A",
        9: "not started",
    }


def test_the_same_reason_on_several_connectors_is_told_once() -> None:
    facts = profile_details(entries()[1], CLOCK)  # type: ignore[arg-type]
    (why,) = [fact.text.plain for fact in facts if fact.label == "Why not"]
    assert why == (
        "ChargePointMaxProfile #1 level 0 allows more: 63.0 A"
        " (charge point, connector 1, connector 2)"
    )


def test_the_periods_are_drawn_over_the_length_of_the_profile() -> None:
    drawn = profile(CP_MAX, (0, 32), (1800, 0), (2700, 16), duration=3600)
    glyphs = Glyphs.EIGHTH.value
    assert [line.plain for line in chart_lines(drawn, 8, 1, glyphs)] == ["████0 ▄▄"]
    assert [line.plain for line in chart_lines(drawn, 8, 2, glyphs)] == [
        "████    ",
        "████0 ██",
        "0:00 1:00",
    ]
    listed = period_list(drawn, "·").plain
    assert listed == "0:00 32.0 A · 0:30 0.0 A · 0:45 16.0 A · end 1:00"
    assert all(line.plain.isascii() for line in chart_lines(drawn, 8, 1, Glyphs.ASCII.value))


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (profile(CP_MAX, (0, 32)), (900, False)),
        (profile(CP_MAX, (0, 32), (7200, 16)), (14_400, False)),
        (profile(CP_MAX, (0, 32), duration=60), (60, True)),
        (profile(CP_MAX, (0, 32), kind=RECURRING, recurrency=DAILY), (86_400, True)),
    ],
)
def test_how_long_a_profile_is(drawn: ChargingProfile, expected: tuple[int, bool]) -> None:
    assert length_of(drawn) == expected


def test_offsets_are_hours_and_minutes() -> None:
    assert [offset_text(s) for s in (0, 90, 5400, 86_400)] == ["0:00", "0:01:30", "1:30", "24:00"]


@pytest.mark.parametrize("length_s", [10**12, 2**53 - 1, 2**63 - 1])
def test_a_profile_that_lasts_beyond_the_calendar_is_drawn_without_an_end(length_s: int) -> None:
    drawn = profile(CP_MAX, (0, 32), (length_s, 16), duration=length_s)
    assert chart_lines(drawn, 8, 2, Glyphs.EIGHTH.value)[-1].plain.endswith("and on")
    assert period_list(drawn, "·").plain.endswith("no end")


def test_a_list_of_a_thousand_periods_is_cut() -> None:
    many = profile(CP_MAX, *((60 * n, n % 32) for n in range(1000)))
    assert "and 900 more" in period_list(many, "·").plain


def test_a_form_becomes_a_profile() -> None:
    changes = {"kind": "Daily", "start": "22:00", "valid_to": "2026-02-01", "duration": "60"}
    found = from_form(FORM | changes, CLOCK)
    assert found.connector_id == 1
    assert found.profile == {
        "chargingProfileId": 4,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Recurring",
        "recurrencyKind": "Daily",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16.0},
                {"startPeriod": 3600, "limit": 8.5, "numberPhases": 1},
            ],
            "duration": 60,
            "startSchedule": "2026-01-05T22:00:00Z",
        },
        "validTo": "2026-02-01T00:00:00Z",
    }


def test_now_is_a_start_without_fractions() -> None:
    late = Clock(worlds.NOW + timedelta(milliseconds=300), CLOCK.zone)
    schedule = from_form(FORM | {"start": "now"}, late).profile["chargingSchedule"]
    assert isinstance(schedule, dict)
    assert schedule["startSchedule"] == "2026-01-05T14:03:27Z"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"level": "high"}, "Level: 'high' is no whole number"),
        ({"purpose": "Tx"}, "Purpose: 'Tx' is not one of ChargePointMaxProfile"),
        ({"unit": "kW"}, "Unit: 'kW' is not one of A, W"),
        ({"periods": ""}, "Periods must not be empty"),
        ({"periods": "0=16"}, "Periods: '0=16' is no start:limit"),
        ({"periods": "0:16:4"}, "Periods: '0:16:4' is no start:limit"),
        ({"start": "25:00"}, "Start: '25:00' is none of now, 22:00"),
        ({"valid_to": "soon"}, "Valid to: 'soon'"),
        ({"periods": "0:16.25"}, "limit"),
        ({"periods": f"{'9' * 5000}:16"}, "…' is too large for a start"),
        ({"connector": "9" * 5000}, "…' is too large"),
    ],
)
def test_what_is_wrong_in_a_form_names_field_and_value(changes: dict[str, str], words: str) -> None:
    with pytest.raises(UnusableInput) as wrong:
        from_form(FORM | changes, CLOCK)
    assert words in str(wrong.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "profile.json line 1: no JSON from column 2 on"),
        ('{"connectorId":\n  }', "profile.json line 2: no JSON from column 3 on"),
        ("[]", "holds no JSON object"),
        ('{"csChargingProfiles": 1}', "csChargingProfiles is no JSON object"),
        ('{"chargingProfileId": 1}', "Connector is empty, and the file names none"),
        (
            '{"connectorId": 1, "csChargingProfiles": {"chargingProfileId": "x"}}',
            "csChargingProfiles.",
        ),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"[" * 100_000, "is no JSON text"),
        (b" " * 1_100_000, "larger than"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = tmp_path / "profile.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UnusableInput) as wrong:
        from_file(path, "")
    assert words in str(wrong.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="no such file"):
        from_file(tmp_path / "none.json", "1")


def test_a_connector_beyond_all_numbers_is_too_large_for_a_file(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(LOW.to_payload()))
    with pytest.raises(UnusableInput, match=r"Connector: '9{30}…' is too large"):
        from_file(path, "9" * 5000)


def test_a_bare_profile_goes_where_the_form_says(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(LOW.to_payload()))
    found = from_file(path, "2")
    assert found.connector_id == 2
    assert found.profile["chargingProfileId"] == 1
    assert ChargingRateUnitType.A in json.dumps(found.profile)
