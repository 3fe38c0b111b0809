"""The store: replacing, clearing, expiring, the end of a transaction."""

from __future__ import annotations

from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.profile_store import (
    clear,
    end_transactions,
    expire,
    install,
)
from cp_tui.ocpp.smart_charging import ClearChargingProfileRequest
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    TX,
    TX_DEFAULT,
    after,
    ask,
    context,
    on,
    profile,
)
from tests.charge_point.smart_charging.scenario import EDGE_S_MAX, scenario
from tests.tiers import tier


def ids(profiles: tuple[InstalledProfile, ...]) -> list[int]:
    return [each.profile.charging_profile_id for each in profiles]


def test_the_same_id_replaces_wherever_it_is() -> None:
    old = on(1, profile(TX_DEFAULT, (0, 6), id=7))
    new = on(0, profile(CP_MAX, (0, 40), id=7, level=3))
    assert install((old,), new) == ((new,), (old,))


def test_the_same_purpose_level_and_connector_replace() -> None:
    kept = [
        on(0, profile(TX_DEFAULT, (0, 6), id=1)),
        on(2, profile(TX_DEFAULT, (0, 6), id=2)),
        on(1, profile(TX_DEFAULT, (0, 6), id=3, level=1)),
        on(1, profile(TX, (0, 6), id=4), "tx-1"),
    ]
    old = on(1, profile(TX_DEFAULT, (0, 6), id=5))
    new = on(1, profile(TX_DEFAULT, (0, 8), id=6))
    change = install((*kept, old), new)
    assert change.kept == (*kept, new)
    assert change.removed == (old,)


def test_one_new_profile_may_replace_two() -> None:
    same_id = on(1, profile(TX_DEFAULT, (0, 6), id=1, level=5))
    same_level = on(1, profile(TX_DEFAULT, (0, 6), id=2))
    new = on(1, profile(TX_DEFAULT, (0, 8), id=1))
    assert install((same_id, same_level), new) == ((new,), (same_id, same_level))


def test_a_later_profile_of_a_remote_started_transaction_replaces_at_the_same_level() -> None:
    """E 3.42."""
    remote = on(1, profile(TX, (0, 6), id=1), "tx-1")
    same_level = on(1, profile(TX, (0, 8), id=2, transaction_id=101), "tx-1")
    other_level = on(1, profile(TX, (0, 9), id=3, level=2, transaction_id=101), "tx-1")
    assert install((remote,), same_level).kept == (same_level,)
    assert install((remote,), other_level).kept == (remote, other_level)


def test_clearing_takes_0_for_a_value_and_not_for_absent() -> None:
    profiles = (
        on(0, profile(TX_DEFAULT, (0, 6), id=1, level=1)),
        on(1, profile(TX_DEFAULT, (0, 6), id=2)),
        on(0, profile(CP_MAX, (0, 6), id=0)),
    )
    assert ids(clear(profiles, ClearChargingProfileRequest(connector_id=0)).removed) == [1, 0]
    assert ids(clear(profiles, ClearChargingProfileRequest(stack_level=0)).removed) == [2, 0]
    assert ids(clear(profiles, ClearChargingProfileRequest(id=0)).removed) == [0]


def test_expired_profiles_go_one_moment_after_their_end() -> None:
    by_validity = on(1, profile(TX_DEFAULT, (0, 6), id=1, valid_to=after(60)))
    by_duration = on(2, profile(TX_DEFAULT, (0, 6), id=2, duration=60))
    endless = on(0, profile(CP_MAX, (0, 6), id=3))
    profiles = (by_validity, by_duration, endless)
    assert expire(profiles, after(60)).removed == ()
    assert expire(profiles, after(61)) == ((endless,), (by_validity, by_duration))


def test_a_tx_profile_whose_schedule_is_over_stays_because_it_still_hides_the_default() -> None:
    tx = on(1, profile(TX, (0, 6), duration=60), "tx-1")
    assert expire((tx,), after(1000)).kept == (tx,)


def test_a_profile_that_stands_for_one_of_connector_0_outlives_its_end() -> None:
    own = on(1, profile(TX_DEFAULT, (0, 6), id=1, valid_to=after(60)))
    of_all = on(0, profile(TX_DEFAULT, (0, 20), id=2))
    assert expire((own, of_all), after(1000)).removed == ()
    # A new one on connector 0 was not replaced by it, so it applies.
    new = InstalledProfile(0, profile(TX_DEFAULT, (0, 10), id=3), after(1000))
    kept, removed = install((own, of_all), new)
    assert (kept, removed) == ((new,), (own, of_all))
    assert ask(context(*kept), 1, 10, after(1000)) == "0:10"


def test_a_transaction_takes_its_tx_profiles_with_it() -> None:
    first = on(1, profile(TX, (0, 6), id=1), "tx-1")
    second = on(1, profile(TX, (0, 8), id=2, level=1), "tx-1")
    elsewhere = on(2, profile(TX, (0, 8), id=3), "tx-2")
    default = on(1, profile(TX_DEFAULT, (0, 8), id=4))
    change = end_transactions((first, second, elsewhere, default), [1])
    assert change.kept == (elsewhere, default)
    assert change.removed == (first, second)


def test_no_limit_changes_because_a_profile_expires() -> None:
    for seed in range(tier(100, deep=2_000)):
        asked = scenario(seed)
        later = after(EDGE_S_MAX)
        kept = expire(asked.context.profiles, later).kept
        left = context(
            *kept,
            connectors=len(asked.context.hardware),
            transactions={n: tx.start for n, tx in asked.context.transactions.items()},
        )
        everything = context(
            *asked.context.profiles,
            connectors=len(asked.context.hardware),
            transactions={n: tx.start for n, tx in asked.context.transactions.items()},
        )
        for connector_id in (0, *asked.context.hardware):
            before = ask(everything, connector_id, 2000, later)
            assert ask(left, connector_id, 2000, later) == before, f"seed {seed}"
