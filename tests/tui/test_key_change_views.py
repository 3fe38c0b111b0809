"""Who changed which configuration key, in words."""

from __future__ import annotations

from datetime import UTC

import pytest

from cp_tui.charge_point import variables as v
from cp_tui.tui.configuration.actions import wrong
from cp_tui.tui.configuration.changes_text import change_facts, change_lines, changes_of, step
from cp_tui.tui.configuration.keys_text import key_details
from cp_tui.tui.configuration.text import is_changed
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from tests.tui import key_world, worlds

CLOCK = Clock(worlds.NOW, UTC)

SNAPSHOT = Snapshot(
    configuration=key_world.entries(),
    configuration_changes=key_world.changes(),
    monitors=worlds.monitors(),
)


def test_the_newest_change_comes_first_and_what_the_file_says_last() -> None:
    told = [(line.key, step(line).plain, line.answer) for line in change_lines(SNAPSHOT)]
    assert told == [
        ("WebSocketPingInterval", "30 stays, not -5", "Rejected"),
        ("HeartbeatInterval", "300 → 60", "Accepted"),
        ("WebSocketPingInterval", "60 → 30", "RebootRequired"),
        ("MeterValueSampleInterval", "60 → 15", "Accepted"),
        ("FanLevel", "1 → 3", "Accepted"),
        ("HeartbeatInterval", "86400 → 300", "Accepted"),
        ("ConnectionTimeOut", "60 → 90", "stored"),
        ("AuthorizationKey", "(not set) → (secret)", "at start"),
        ("LocalPreAuthorize", "true → false", "at start"),
    ]


def test_a_change_on_both_streams_is_told_once() -> None:
    """A monitored key is on `configuration_key` as well."""
    assert len(changes_of(SNAPSHOT, "heartbeatinterval")) == 2
    alone = Snapshot(configuration=SNAPSHOT.configuration, monitors=worlds.monitors())
    assert len(changes_of(alone, "HeartbeatInterval")) == 2


def test_a_change_names_who_when_old_new_and_the_answer() -> None:
    """Question 11."""
    newest = changes_of(SNAPSHOT, "HeartbeatInterval")[0]
    (fact,) = change_facts(newest, CLOCK)
    assert fact.text.plain == "14:01:05 · 300 → 60 · by CSMS · answered Accepted"
    operator = changes_of(SNAPSHOT, "FanLevel")[0]
    assert "1 → 3 · by operator" in change_facts(operator, CLOCK)[0].text.plain


def test_a_refused_change_says_what_stays_and_which_rule_decided() -> None:
    refused, accepted = changes_of(SNAPSHOT, "WebSocketPingInterval")
    change, why = change_facts(refused, CLOCK)
    assert change.text.plain == "14:02:09 · 30 stays, not -5 · by CSMS · answered Rejected"
    assert why.text.plain.endswith("must be an integer of at least 0 (S 9)")
    assert [fact.label for fact in change_facts(accepted, CLOCK)] == ["Change", "Reboot"]


def test_what_is_known_only_from_before_the_start_says_so() -> None:
    (stored,) = changes_of(SNAPSHOT, "ConnectionTimeOut")
    assert change_facts(stored, CLOCK)[0].text.plain == (
        "Jan 03 08:30:00 · 60 → 90 · by CSMS · taken before the last start"
    )
    (of_file,) = changes_of(SNAPSHOT, "LocalPreAuthorize")
    assert change_facts(of_file, CLOCK)[0].text.plain == (
        "true → false · by settings · read from the settings: file, environment or options"
    )
    assert changes_of(SNAPSHOT, "SiteName") == []


def test_everything_about_a_key_holds_its_changes() -> None:
    entry = SNAPSHOT.entry("FanLevel")
    assert entry is not None
    texts = [fact.text.plain for fact in key_details(SNAPSHOT, entry, CLOCK)]
    assert "13:11:00 · 1 → 3 · by operator · answered Accepted" in texts


def test_a_key_counts_as_changed_where_somebody_chose_another_value() -> None:
    changed = [entry.key for entry in key_world.entries() if is_changed(entry)]
    assert changed == [
        "AuthorizationKey",
        "ConnectionTimeOut",
        "HeartbeatInterval",
        "LocalPreAuthorize",
        "Tariff",
    ]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("FanLevel", "6", '"6" is refused (too large); must be an integer from 0 to 5'),
        ("FanLevel", "x", "not an integer"),
        ("fanlevel", "5", None),
        ("Tariff", "noon", "must be one of day, night"),
        ("Tariff", "day", None),
        ("SiteName", "ü", "printable ASCII"),
        ("HeartbeatInterval", "x", None),
        ("NoSuchKey", "1", "custom keys: SiteName, FanLevel, Tariff. A new one is declared under"),
    ],
)
def test_a_value_is_checked_by_the_rules_of_its_key(
    key: str, value: str, words: str | None
) -> None:
    """A standard key is left to the charge point, which answers Rejected with its reason."""
    problem = wrong(SNAPSHOT, key, value)
    if words is None:
        assert problem is None
    else:
        assert problem is not None
        assert words in problem


def test_a_type_that_this_screen_does_not_know_is_left_to_the_engine() -> None:
    newer = worlds.entry("Colour", "red", type="colour", is_custom=True)
    assert wrong(Snapshot(configuration=(newer,)), "Colour", "blue") is None


def test_what_the_file_says_as_the_default_does_is_no_change() -> None:
    same = worlds.entry("LocalPreAuthorize", "true", source=v.KeySource.FILE)
    assert change_lines(Snapshot(configuration=(same,))) == []


def test_a_source_without_a_time_is_not_invented() -> None:
    fixed = worlds.entry("NumberOfConnectors", "2", source=v.KeySource.HARDWARE)
    assert change_lines(Snapshot(configuration=(fixed,))) == []
