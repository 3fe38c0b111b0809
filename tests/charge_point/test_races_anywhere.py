"""Races of a tag that names no connector, and of one whose group is being asked for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from cp_tui.charge_point.variables import RefusedBy, SwipeOutcome
from tests.charge_point.racing import (
    all_faulted,
    answer,
    begin,
    can_still_charge,
    charger,
    emergency,
    faulted,
    hard_reset,
    link_lost,
    plug,
    plugged_at_2,
    plugged_at_2_and_pulled,
    plugged_in,
    soft_reset,
    starts,
    stopped,
    unavailable,
    unplug,
)
from tests.charge_point.reserving import (
    GROUP,
    assert_only_legal_steps,
    connector,
    fault,
    remote_start,
    reserve,
)
from tests.charge_point.rig import Rig
from tests.conformance.steps import OTHER_TAG, TAG, charging

REFUSED, OVERTAKEN = SwipeOutcome.REFUSED, SwipeOutcome.OVERTAKEN


def begin_anywhere(made: Rig, how: str) -> None:
    if how == "local":
        made.swipe(TAG)
    else:
        assert remote_start(made, TAG) == {"status": "Accepted"}


def reserved_2(made: Rig) -> None:
    assert reserve(made, 2, tag="SOMEBODY") == "Accepted"
    plug(made, 2)


def faulted_2(made: Rig) -> None:
    fault(made, 2)
    plug(made, 2)


def faulted_1_and_plugged_at_2(made: Rig) -> None:
    fault(made, 1)
    plug(made, 2)


def both_plugged(made: Rig) -> None:
    plug(made, 2)
    plug(made, 1)


def moved_twice(made: Rig) -> None:
    plug(made, 2)
    unplug(made, 2)
    plug(made, 1)


ANYWHERE = (
    (plugged_in, 1),
    (plugged_at_2, 2),
    (both_plugged, 2),
    (plugged_at_2_and_pulled, None),
    (moved_twice, None),
    (reserved_2, None),
    (faulted_2, None),
    (faulted_1_and_plugged_at_2, 2),
    (all_faulted, None),
    (stopped, None),
    (soft_reset, None),
)


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize(("happens", "at"), ANYWHERE, ids=[e[0].__name__ for e in ANYWHERE])
def test_a_tag_that_names_no_connector_goes_with_the_cable(
    happens: Callable[[Rig], None], at: int | None, how: str
) -> None:
    made = charger()
    begin_anywhere(made, how)
    happens(made)
    answer(made)
    assert starts(made) == ([] if at is None else [at])
    assert len(made.calls("Authorize")) == 1
    assert_only_legal_steps(made)
    can_still_charge(made)


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize("happens", [faulted, unavailable], ids=lambda each: each.__name__)
def test_a_tag_that_names_no_connector_waits_at_one_that_can_start(
    happens: Callable[[Rig], None], how: str
) -> None:
    made = charger()
    begin_anywhere(made, how)
    happens(made)
    answer(made)
    assert connector(made, 2).authorized_id_tag == TAG
    plug(made, 2)
    assert starts(made) == [2]


@pytest.mark.parametrize("how", ["local", "remote"])
def test_an_accepted_tag_that_names_no_connector_goes_with_the_cable_too(how: str) -> None:
    made = charger()
    made.responders.clear()
    begin_anywhere(made, how)
    assert connector(made, 1).authorized_id_tag == TAG
    made.after(30)
    plug(made, 2)
    assert starts(made) == [2]


@pytest.mark.parametrize("how", ["local", "remote"])
@pytest.mark.parametrize("authorize", ["true", "false"])
def test_an_accepted_tag_that_names_a_connector_stays_there_until_it_times_out(
    how: str, authorize: str
) -> None:
    made = charger(AuthorizeRemoteTxRequests=authorize, ConnectionTimeOut="60")
    made.responders.clear()
    begin(made, how)
    plug(made, 2)
    made.after(59)
    assert starts(made) == []
    assert connector(made, 1).authorized_id_tag == TAG
    made.after(2)
    assert connector(made, 1).authorized_id_tag is None
    unplug(made, 2)
    plug(made, 2)
    plug(made, 1)
    assert starts(made) == []


def group_charges(made: Rig) -> None:
    """OTHER_TAG of a group charges at connector 1; nobody knows the group of TAG."""
    made.responders["Authorize"] = lambda _: GROUP
    ids = count(1)
    made.responders["StartTransaction"] = lambda _: {"transactionId": next(ids), **GROUP}
    charging(made, 1, OTHER_TAG)
    made.responders["Authorize"] = lambda _: None


def in_group(made: Rig) -> None:
    answer(made, info=GROUP)


def test_a_tag_of_the_group_does_not_start_where_it_came_to_stop() -> None:
    made = charger()
    group_charges(made)
    request = made.swipe(TAG, 1)
    made.request("RemoteStopTransaction", {"transactionId": 1})
    in_group(made)
    assert starts(made) == []
    came = made.came(request)
    assert came is not None
    assert came.outcome in (REFUSED, OVERTAKEN)
    assert connector(made).status == "Finishing"


def test_a_tag_of_the_group_stops_no_later_transaction() -> None:
    made = charger(LocalPreAuthorize="true")
    group_charges(made)
    made.swipe(TAG, 1)
    unplug(made)
    plug(made)
    made.act("swipe", id_tag=OTHER_TAG, connector_id=1)
    in_group(made)
    made.after(1)
    assert starts(made, OTHER_TAG) == [1]
    assert [p["reason"] for p in made.calls("StopTransaction")] == ["EVDisconnected"]
    assert connector(made).transaction is not None


def test_a_tag_of_the_group_stops_the_transaction_that_it_was_shown_for() -> None:
    made = charger()
    group_charges(made)
    request = made.swipe(TAG, 1)
    in_group(made)
    came = made.came(request)
    assert came is not None
    assert came.outcome is SwipeOutcome.STOPPED
    assert made.calls("StopTransaction")[0]["idTag"] == TAG


@pytest.mark.parametrize("happens", [stopped, soft_reset, hard_reset, link_lost, emergency])
def test_a_tag_whose_group_is_asked_for_is_told_what_overtook_it(
    happens: Callable[[Rig], None],
) -> None:
    made = charger()
    group_charges(made)
    request = made.swipe(TAG)
    happens(made)
    came = made.came(request)
    assert came is not None
    assert came.outcome is (REFUSED if happens is link_lost else OVERTAKEN)
    in_group(made)
    assert starts(made) == []


def test_a_reservation_made_meanwhile_keeps_its_connector() -> None:
    """A tag whose group is asked for has no connector yet, so that one can be reserved."""
    made = charger()
    group_charges(made)
    request = made.swipe(TAG)
    assert reserve(made, 2, tag="SOMEBODY") == "Accepted"
    answer(made)
    came = made.came(request)
    assert came is not None
    assert (came.outcome, came.by) == (REFUSED, RefusedBy.CONNECTOR)
    assert made.came(request) is not None
    plug(made, 2)
    assert starts(made) == []
