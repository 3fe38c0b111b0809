"""Facts that change while Authorize is under way: the answer meets the present, not the past.

One row per race, run for a tag at the reader of the connector and for a remote start that names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from cp_tui.charge_point.variables import RefusedBy, SwipeOutcome, SwipeResult
from tests.charge_point.racing import (
    all_faulted,
    all_unavailable,
    another_shown,
    answer,
    answered_with_too_much,
    asked_remotely_again,
    begin,
    cache_cleared,
    can_still_charge,
    charger,
    connection_time_out,
    connectors,
    emergency,
    emergency_for_a_while,
    faulted,
    faulted_for_a_while,
    firmware_update,
    hard_reset,
    jammed,
    jammed_for_a_while,
    link_lost,
    link_lost_and_back,
    listed_as_accepted_and_link_lost,
    listed_as_blocked,
    listed_as_blocked_and_link_lost,
    mains_failed,
    moved_to_2,
    nothing,
    plug,
    plugged_and_pulled,
    plugged_at_2,
    plugged_at_2_and_pulled,
    plugged_in,
    plugged_into_a_jam,
    power_cut,
    pulled,
    pulled_and_plugged_again,
    reserved_for_another,
    reserved_without_a_connector,
    shown_again,
    silence,
    soft_reset,
    starts,
    stop_pressed,
    stop_pressed_at_2,
    stopped,
    stopped_and_restarted,
    stopped_remotely,
    unavailable,
    unavailable_at_2,
    unavailable_for_a_while,
    unlocked,
    unlocked_at_2,
    unlocked_where_it_jams,
    unplug,
    vehicle_paused,
    warned,
    with_fixed_cables,
)
from tests.charge_point.reserving import (
    assert_only_legal_steps,
    connector,
    remote_start,
    reserve,
)
from tests.charge_point.rig import Rig
from tests.conformance.steps import OTHER_TAG, TAG

ACCEPTED, REFUSED = SwipeOutcome.ACCEPTED, SwipeOutcome.REFUSED
OVERTAKEN = SwipeOutcome.OVERTAKEN


@dataclass(frozen=True)
class Race:
    """What happens between Authorize and its answer, and where the tag starts then."""

    happens: Callable[[Rig], None]
    starts: int | None
    """The connector of its StartTransaction; None: there is none."""
    outcome: SwipeOutcome | None
    """What the tag at the reader is answered; None: the charge point boots and does not say."""
    by: RefusedBy | None = None
    status: str | None = None
    """Of connector 1, in the end."""
    keys: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.happens.__name__ + "".join(f"-{value}" for value in self.keys.values())


ALLOW = {"AllowOfflineTxForUnknownId": "true"}
CSMS, CONNECTOR = RefusedBy.CSMS, RefusedBy.CONNECTOR

WITH_CABLE = (
    Race(nothing, 1, ACCEPTED, CSMS, "Charging"),
    Race(pulled, None, OVERTAKEN, CONNECTOR, "Available"),
    Race(pulled_and_plugged_again, None, OVERTAKEN, CONNECTOR, "Preparing"),
    Race(moved_to_2, None, OVERTAKEN, CONNECTOR, "Available"),
    Race(plugged_at_2, 1, ACCEPTED, CSMS, "Charging"),
    Race(faulted, None, OVERTAKEN, RefusedBy.FAULT, "Faulted"),
    Race(faulted_for_a_while, 1, ACCEPTED, CSMS, "Charging"),
    Race(all_faulted, None, OVERTAKEN, RefusedBy.FAULT, "Faulted"),
    Race(warned, 1, ACCEPTED, CSMS, "Charging"),
    Race(emergency, None, OVERTAKEN, RefusedBy.FAULT, "Faulted"),
    Race(emergency_for_a_while, None, OVERTAKEN, RefusedBy.FAULT, "Preparing"),
    # It waits until the lock is free, and the CSMS is told that it is not (T TC_024).
    Race(jammed, None, ACCEPTED, CSMS, "Faulted"),
    Race(jammed_for_a_while, 1, ACCEPTED, CSMS, "Charging"),
    # No way leads from Preparing to Unavailable: Scheduled, and nothing begins until then (S 5.2).
    Race(unavailable, None, OVERTAKEN, CONNECTOR, "Preparing"),
    Race(all_unavailable, None, OVERTAKEN, CONNECTOR, "Preparing"),
    Race(unavailable_for_a_while, 1, ACCEPTED, CSMS, "Charging"),
    Race(unavailable_at_2, 1, ACCEPTED, CSMS, "Charging"),
    Race(reserved_for_another, 1, ACCEPTED, CSMS, "Charging"),
    Race(reserved_without_a_connector, 1, ACCEPTED, CSMS, "Charging"),
    Race(soft_reset, None, OVERTAKEN, RefusedBy.RULE),
    Race(hard_reset, None, OVERTAKEN, RefusedBy.RULE),
    Race(power_cut, None, None),
    Race(mains_failed, None, OVERTAKEN, RefusedBy.RULE),
    Race(stopped, None, OVERTAKEN, RefusedBy.OPERATOR, "Preparing"),
    Race(stopped_and_restarted, None, OVERTAKEN, RefusedBy.OPERATOR, "Preparing"),
    Race(link_lost, None, REFUSED, RefusedBy.OFFLINE_RULE, "Preparing"),
    Race(link_lost_and_back, None, REFUSED, RefusedBy.OFFLINE_RULE, "Preparing"),
    Race(link_lost_and_back, 1, ACCEPTED, RefusedBy.OFFLINE_RULE, "Charging", ALLOW),
    Race(listed_as_blocked_and_link_lost, None, REFUSED, RefusedBy.LOCAL_LIST, "Preparing", ALLOW),
    Race(listed_as_accepted_and_link_lost, 1, ACCEPTED, RefusedBy.LOCAL_LIST, "Charging"),
    Race(listed_as_blocked, 1, ACCEPTED, CSMS, "Charging"),
    Race(cache_cleared, 1, ACCEPTED, CSMS, "Charging"),
    Race(silence, None, REFUSED, RefusedBy.OFFLINE_RULE, "Preparing"),
    Race(silence, 1, ACCEPTED, RefusedBy.OFFLINE_RULE, "Charging", ALLOW),
    Race(shown_again, 1, ACCEPTED, CSMS, "Charging"),
    Race(another_shown, 1, ACCEPTED, CSMS, "Charging"),
    Race(asked_remotely_again, 1, ACCEPTED, CSMS, "Charging"),
    Race(stopped_remotely, 1, ACCEPTED, CSMS, "Charging"),
    Race(unlocked, None, OVERTAKEN, CSMS, "Preparing"),
    Race(unlocked_where_it_jams, None, OVERTAKEN, CSMS, "Preparing"),
    Race(unlocked_at_2, 1, ACCEPTED, CSMS, "Charging"),
    Race(stop_pressed, None, OVERTAKEN, CONNECTOR, "Preparing"),
    Race(stop_pressed_at_2, 1, ACCEPTED, CSMS, "Charging"),
    Race(answered_with_too_much, None, REFUSED, CSMS, "Preparing"),
    Race(vehicle_paused, 1, ACCEPTED, CSMS, "SuspendedEV"),
    Race(firmware_update, 1, ACCEPTED, CSMS, "Charging"),
    Race(connection_time_out, 1, ACCEPTED, CSMS, "Charging", {"ConnectionTimeOut": "20"}),
)

WITHOUT_CABLE = (
    Race(nothing, None, ACCEPTED, CSMS, "Preparing"),
    Race(plugged_in, 1, ACCEPTED, CSMS, "Charging"),
    Race(plugged_and_pulled, None, OVERTAKEN, CONNECTOR, "Available"),
    Race(plugged_at_2, None, ACCEPTED, CSMS, "Preparing"),
    Race(plugged_at_2_and_pulled, None, ACCEPTED, CSMS, "Preparing"),
    Race(faulted, None, OVERTAKEN, RefusedBy.FAULT, "Faulted"),
    Race(faulted_for_a_while, None, ACCEPTED, CSMS, "Preparing"),
    Race(all_faulted, None, OVERTAKEN, RefusedBy.FAULT, "Faulted"),
    Race(emergency, None, OVERTAKEN, RefusedBy.FAULT, "Faulted"),
    Race(emergency_for_a_while, None, OVERTAKEN, RefusedBy.FAULT, "Available"),
    Race(jammed, None, ACCEPTED, CSMS, "Preparing"),
    Race(plugged_into_a_jam, None, OVERTAKEN, RefusedBy.FAULT, "Faulted"),
    Race(unlocked, None, OVERTAKEN, CSMS, "Available"),
    Race(unlocked_where_it_jams, None, OVERTAKEN, CSMS, "Available"),
    Race(unlocked_at_2, None, ACCEPTED, CSMS, "Preparing"),
    Race(stop_pressed, None, OVERTAKEN, CONNECTOR, "Available"),
    Race(stop_pressed_at_2, None, ACCEPTED, CSMS, "Preparing"),
    Race(answered_with_too_much, None, REFUSED, CSMS, "Available"),
    Race(unavailable, None, OVERTAKEN, CONNECTOR, "Unavailable"),
    Race(all_unavailable, None, OVERTAKEN, CONNECTOR, "Unavailable"),
    Race(unavailable_for_a_while, None, ACCEPTED, CSMS, "Preparing"),
    Race(reserved_for_another, None, ACCEPTED, CSMS, "Preparing"),
    Race(soft_reset, None, OVERTAKEN, RefusedBy.RULE),
    Race(hard_reset, None, OVERTAKEN, RefusedBy.RULE),
    Race(power_cut, None, None),
    Race(stopped, None, OVERTAKEN, RefusedBy.OPERATOR, "Available"),
    Race(link_lost, None, REFUSED, RefusedBy.OFFLINE_RULE, "Available"),
    Race(silence, None, REFUSED, RefusedBy.OFFLINE_RULE, "Available"),
    Race(shown_again, None, ACCEPTED, CSMS, "Preparing"),
)


def run(made: Rig, race: Race, how: str) -> SwipeResult | None:
    """Ask, let it happen, answer, and check where the tag is then."""
    request = begin(made, how)
    assert len(made.calls("Authorize")) == 1
    race.happens(made)
    answer(made)
    made.after(1)
    came = None if request is None else made.came(request)
    assert [c.asked_id_tag for c in connectors(made)] == [None, None]
    if not made.connected:
        made.reconnect()
    assert starts(made) == ([] if race.starts is None else [race.starts])
    assert len([p for p in made.calls("Authorize") if p["idTag"] == TAG]) == 1
    if race.status is not None:
        assert connector(made).status == race.status
    assert_only_legal_steps(made)
    return came


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize("race", WITH_CABLE, ids=str)
def test_with_a_cable_in_the_answer_meets_the_present(race: Race, how: str) -> None:
    made = charger(**race.keys)
    plug(made)
    came = run(made, race, how)
    if how == "local":
        assert (came and came.outcome, came and came.by) == (race.outcome, race.by)
    can_still_charge(made)


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize("race", WITHOUT_CABLE, ids=str)
def test_before_the_cable_is_in_the_answer_meets_the_present(race: Race, how: str) -> None:
    made = charger(**race.keys)
    came = run(made, race, how)
    if how == "local":
        assert (came and came.outcome, came and came.by) == (race.outcome, race.by)
    can_still_charge(made)


@pytest.mark.parametrize("how", ["local", "remote"])
def test_a_tag_that_waits_at_its_connector_starts_there_once_the_cable_comes(how: str) -> None:
    made = charger()
    begin(made, how)
    plug(made, 2)
    answer(made)
    made.after(30)
    assert starts(made) == []
    plug(made, 1)
    assert starts(made) == [1]


@pytest.mark.parametrize("how", ["local", "remote"])
def test_an_answer_that_comes_twice_starts_once(how: str) -> None:
    made = charger()
    plug(made)
    begin(made, how)
    answer(made)
    answer(made)
    assert starts(made) == [1]


@pytest.mark.parametrize("how", ["local", "remote"])
def test_a_refusal_after_the_cable_was_pulled_is_told_once(how: str) -> None:
    made = charger()
    plug(made)
    begin(made, how)
    unplug(made)
    answer(made, info={"idTagInfo": {"status": "Blocked"}})
    told: list[Any] = [event for name, event in made.events if name == "refusals"]
    assert [(each.reason.id, each.is_remote) for each in told] == [
        ("attempts.unplugged", how == "remote")
    ]


@pytest.mark.parametrize("how", ["local", "remote"])
def test_what_the_csms_says_too_late_for_the_attempt_is_still_learnt(how: str) -> None:
    made = charger()
    plug(made)
    begin(made, how)
    unplug(made)
    answer(made, info={"idTagInfo": {"status": "Blocked"}})
    found = made.charger.mind.explain_tag(TAG, made.now)
    assert found.status == "Blocked"


@pytest.mark.parametrize("when", ["before the tag", "meanwhile", "after it"])
@pytest.mark.parametrize("how", ["local", "remote"])
def test_a_jam_is_told_as_a_fault_and_keeps_the_tag_until_the_lock_is_free(
    how: str, when: str
) -> None:
    """T TC_024."""
    made = charger()
    if when == "after it":
        begin(made, how)
        answer(made)
        jammed(made)
        plug(made)
    else:
        plug(made)
        if when == "before the tag":
            jammed(made)
        begin(made, how)
        if when == "meanwhile":
            jammed(made)
        answer(made)
    assert starts(made) == []
    assert last_status(made) == ("Faulted", "ConnectorLockFailure")
    made.act("clear_error", connector_id=1)
    assert starts(made) == []
    assert last_status(made) == ("Faulted", "ConnectorLockFailure")
    made.act("jam_lock", connector_id=1, jammed=False)
    assert starts(made) == [1]
    assert last_status(made) == ("Charging", "NoError")


def last_status(made: Rig) -> tuple[str, str]:
    told = [p for p in made.calls("StatusNotification") if p["connectorId"] == 1][-1]
    return told["status"], told["errorCode"]


def test_a_tag_that_is_refused_moves_no_lock() -> None:
    made = charger()
    plug(made)
    begin(made, "local")
    jammed(made)
    answer(made, info={"idTagInfo": {"status": "Blocked"}})
    assert last_status(made) == ("Preparing", "NoError")


@pytest.mark.parametrize("how", ["local", "remote"])
def test_a_fixed_cable_that_cannot_be_unlocked_goes_on(how: str) -> None:
    """T TC_018_2."""
    made = with_fixed_cables()
    plug(made)
    begin(made, how)
    unlocked(made)
    answer(made)
    assert starts(made) == [1]


WAITING = (
    (nothing, True, "Preparing"),
    (faulted_for_a_while, True, "Preparing"),
    (jammed_for_a_while, True, "Preparing"),
    (unlocked_at_2, True, "Preparing"),
    (stop_pressed_at_2, True, "Preparing"),
    (unavailable_at_2, True, "Preparing"),
    (unlocked, False, "Available"),
    (unlocked_where_it_jams, False, "Available"),
    (stop_pressed, False, "Available"),
    (emergency_for_a_while, False, "Available"),
    (unavailable, False, "Unavailable"),
    (all_unavailable, False, "Unavailable"),
    (unavailable_for_a_while, False, "Available"),
)


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize(
    ("happens", "goes_on", "status"), WAITING, ids=[each[0].__name__ for each in WAITING]
)
def test_what_ends_an_attempt_ends_one_that_waits_for_its_cable(
    happens: Callable[[Rig], None], goes_on: bool, status: str, how: str
) -> None:
    made = charger()
    begin(made, how)
    answer(made)
    assert connector(made).status == "Preparing"
    happens(made)
    assert connector(made).status == made.statuses(1)[-1] == status
    told: list[Any] = [event for name, event in made.events if name == "refusals"]
    assert [(each.id_tag, each.is_remote) for each in told] == (
        [] if goes_on else [(TAG, how == "remote")]
    )
    plug(made)
    assert starts(made) == ([1] if goes_on else [])
    assert_only_legal_steps(made)
    can_still_charge(made)


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize(
    ("happens", "status"),
    [
        (unlocked, "Reserved"),
        (stop_pressed, "Reserved"),
        (emergency_for_a_while, "Available"),
        (unavailable, "Unavailable"),
        (unavailable_for_a_while, "Available"),
    ],
)
def test_a_reservation_outlives_the_attempt_of_its_tag_as_long_as_its_connector_is_in_service(
    happens: Callable[[Rig], None], status: str, decided: bool, how: str
) -> None:
    made = charger()
    assert reserve(made, 1, tag=TAG) == "Accepted"
    begin(made, how)
    if decided:
        answer(made)
    happens(made)
    if not decided:
        answer(made)
    if decided or happens is not unavailable_for_a_while:
        assert connector(made).status == status
        assert starts(made) == []
    assert_only_legal_steps(made)
    can_still_charge(made)


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize("changes", [unavailable, all_unavailable])
def test_nothing_starts_at_a_connector_that_leaves_service(
    changes: Callable[[Rig], None], how: str
) -> None:
    """S 5.2: only what runs is waited for."""
    made = charger()
    made.responders.clear()
    plug(made)
    changes(made)
    if how == "local":
        came = made.came(made.swipe(TAG, 1))
        assert came is not None
        assert (came.outcome, came.by) == (REFUSED, CONNECTOR)
        assert "connector 1 is to be Unavailable as soon as it is free" in came.text
        assert "until the CSMS makes this one Operative" in came.text
    else:
        assert remote_start(made, TAG, 1) == {"status": "Rejected"}
        assert remote_start(made, TAG) == {
            "status": "Rejected" if changes is all_unavailable else "Accepted"
        }
    made.after(600)
    assert starts(made) == []
    unplug(made)
    assert connector(made).status == "Unavailable"
    assert_only_legal_steps(made)
    can_still_charge(made)


@pytest.mark.parametrize("how", ["local", "remote"])
def test_nothing_starts_after_a_transaction_that_was_waited_for(how: str) -> None:
    made = charger()
    made.responders.clear()
    plug(made)
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    unavailable(made)
    assert connector(made).status == "Charging"
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert connector(made).status == "Finishing"
    if how == "local":
        made.swipe(TAG, 1)
    else:
        assert remote_start(made, TAG, 1) == {"status": "Rejected"}
    assert starts(made) == []
    unplug(made)
    assert connector(made).status == "Unavailable"
    can_still_charge(made)


def test_a_profile_of_a_remote_start_that_was_overtaken_is_gone() -> None:
    made = charger()
    plug(made)
    period = {"startPeriod": 0, "limit": 7}
    profile = {
        "chargingProfileId": 5,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]},
    }
    request = {"connectorId": 1, "idTag": TAG, "chargingProfile": profile}
    assert made.request("RemoteStartTransaction", request)[2] == {"status": "Accepted"}
    pulled_and_plugged_again(made)
    answer(made)
    made.responders.clear()
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    assert starts(made, OTHER_TAG) == [1]
    limit = connector(made).limit
    assert limit is not None
    assert float(limit.limit_a) > 7
