"""What each kind of misbehaviour makes of frames and of time, and who misbehaves."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from cp_tui.fleet.misbehaviour import (
    KINDS,
    LONG_FRAME_BYTES,
    WAITING_MAX,
    WRONG_PASSWORD,
    Deed,
    Kind,
    Misbehaviour,
    Mischief,
    kind_of,
    misbehave,
)
from cp_tui.ocpp.action import SPEC, RequestDirection
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.frame import parse
from cp_tui.ocpp.validation import parse_response

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
ANSWER = '[3,"1",{"status":"Accepted"}]'
REMOTE_START = '[2, "r1", "RemoteStartTransaction", {"idTag": "A"}]'


def life(found: Misbehaviour, hours: float = 1) -> list[tuple[float, Mischief]]:
    """Give the mischiefs of a time, with the second of each; a connection comes back after 5 s."""
    now, end, mischiefs = AT, AT + timedelta(hours=hours), []
    found.powered_on(now)
    found.opened(now)
    while (due := found.next_deadline()) is not None and due < end:
        now = max(due, now)
        for mischief in found.tick(now):
            mischiefs.append(((now - AT).total_seconds(), mischief))
            if mischief.deed is not Deed.WRITE:
                found.closed(now)
            if mischief.deed is Deed.POWER_ON:
                found.powered_on(now)
            if mischief.deed not in (Deed.WRITE, Deed.POWER_OFF):
                found.opened(now + timedelta(seconds=5))
    return mischiefs


def test_a_share_is_kept_among_any_stations_and_each_is_of_one_kind() -> None:
    shares = {Kind.SILENT: 0.02, Kind.TWIN: 0.1, Kind.WRONG_PASSWORD: 0.005}
    for first in (1, 701):
        numbers = range(first, first + 1_000)
        kinds = [kind_of(shares, seed=7, number=number) for number in numbers]
        found = Counter(kinds)
        for kind, share in shares.items():
            assert abs(found[kind] - 1_000 * share) <= 2
        assert found[None] == 1_000 - sum(found[kind] for kind in shares)
        assert kinds == [kind_of(shares, seed=7, number=number) for number in numbers]
        assert kinds != [kind_of(shares, seed=8, number=number) for number in numbers]
    assert {kind_of({Kind.SLOW: 1.0}, seed=1, number=n) for n in range(50)} == {Kind.SLOW}
    assert {kind_of({}, seed=1, number=n) for n in range(50)} == {None}


def test_each_kind_is_described_and_lives_the_same_life_from_the_same_seed() -> None:
    assert set(KINDS) == set(Kind)
    for kind in Kind:
        lives = [life(misbehave(kind, seed=seed, id="CP1"), hours=0.1) for seed in (1, 1, 2)]
        assert lives[0] == lives[1]
        assert lives[0] != lives[2] or not lives[0] or kind is Kind.BOOT_LOOP


@pytest.mark.parametrize("kind", Kind)
def test_what_is_not_the_subject_of_a_kind_passes_as_it_is(kind: Kind) -> None:
    found = misbehave(kind, seed=1, id="CP1")
    heartbeat = '[2,"5","Heartbeat",{}]'
    assert found.outgoing(heartbeat, AT) == [heartbeat]
    for text in ('[3,"5",{"currentTime":"2026-01-05T08:00:00Z"}]', "no frame"):
        assert found.incoming(text, AT) == text
    assert ("AuthorizationKey" in found.keys) is (kind is Kind.WRONG_PASSWORD)
    assert found.begins_offline is (kind is Kind.LATE_QUEUE)
    assert not found.is_deaf
    assert found.tick(AT) == []


def test_silent_slow_and_refusing_stations_keep_a_csms_waiting_or_say_no() -> None:
    assert misbehave(Kind.SILENT, seed=1, id="CP1").incoming(REMOTE_START, AT) is None
    slow = misbehave(Kind.SLOW, seed=1, id="CP1")
    waits = []
    for _ in range(50):
        assert slow.incoming(REMOTE_START, AT) == REMOTE_START
        assert slow.outgoing(ANSWER, AT) == []
        due = slow.next_deadline()
        assert due is not None
        assert slow.tick(due - timedelta(seconds=1)) == []
        assert slow.tick(due) == [Mischief(Deed.WRITE, ANSWER)]
        waits.append((due - AT).total_seconds())
    assert 5 <= min(waits) < 10 < 50 < max(waits) <= 60
    slow.outgoing(ANSWER, AT)
    slow.closed(AT)
    assert slow.next_deadline() is None, "an answer belongs to its connection"
    for number in range(WAITING_MAX + 5):
        slow.outgoing(f'[3,"{number}",{{}}]', AT)
    assert len(slow.tick(AT + timedelta(minutes=1))) == WAITING_MAX
    refuses = misbehave(Kind.REFUSES, seed=1, id="CP1")
    for action, spec in SPEC.items():
        if spec.direction is RequestDirection.TO_CSMS:
            continue
        request = json.dumps([2, "r1", action, {}])
        if refuses.incoming(request, AT) is not None:
            continue
        assert refuses.next_deadline() == AT
        (mischief,) = refuses.tick(AT)
        _, message_id, payload = json.loads(mischief.text)
        assert message_id == "r1"
        assert payload["status"] in {"Rejected", "Unknown", "Failed", "UnlockFailed"}
        parse_response(action, payload)


def test_transaction_messages_are_repeated_with_their_id_and_nothing_else_is() -> None:
    found = misbehave(Kind.REPEAT, seed=1, id="CP1")
    for action in ("StartTransaction", "MeterValues", "StopTransaction"):
        text = f'[2,"9","{action}",{{}}]'
        assert found.outgoing(text, AT) == [text, text]
    status = '[2,"9","StatusNotification",{}]'
    assert found.outgoing(status, AT) == [status]
    assert found.outgoing(ANSWER, AT) == [ANSWER]


def test_a_wrong_clock_is_off_from_the_boot_on_and_set_right_by_a_heartbeat() -> None:
    offsets = set()
    for number in range(40):
        found = misbehave(Kind.WRONG_CLOCK, seed=1, id=f"CP{number}")
        boot = '[2,"b1","BootNotification",{"chargePointModel":"x"}]'
        assert found.outgoing(boot, AT) == [boot]
        told = found.incoming(
            f'[3,"b1",{{"status":"Accepted","currentTime":"{AT.isoformat()}","interval":9}}]', AT
        )
        payload = json.loads(str(told))[2]
        assert payload["status"] == "Accepted"
        assert payload["interval"] == 9
        offsets.add((datetime.fromisoformat(payload["currentTime"]) - AT).total_seconds())
        right = f'[3,"h1",{{"currentTime":"{AT.isoformat()}"}}]'
        assert found.incoming(right, AT) == right
        assert found.incoming('[4,"b1","InternalError","",{}]', AT) is not None
    assert offsets == {3_600, -3_600, 259_200, -259_200}


def test_connections_flap_power_cycles_and_a_half_open_one_falls_silent_and_is_left() -> None:
    flaps = life(misbehave(Kind.FLAPPING, seed=1, id="CP1"))
    assert {mischief.deed for _, mischief in flaps} == {Deed.CUT, Deed.RECONNECT}
    gaps = [later - at for (at, _), (later, _) in pairwise(flaps)]
    assert 15 <= min(gaps) < max(gaps) <= 35
    boots = life(misbehave(Kind.BOOT_LOOP, seed=1, id="CP1"), hours=0.1)
    assert [(at, mischief.deed) for at, mischief in boots[:4]] == [
        (60, Deed.POWER_OFF),
        (62, Deed.POWER_ON),
        (122, Deed.POWER_OFF),
        (124, Deed.POWER_ON),
    ]
    found = misbehave(Kind.HALF_OPEN, seed=1, id="CP1")
    found.opened(AT)
    due = found.next_deadline()
    assert due is not None
    assert found.tick(due) == [Mischief(Deed.FALL_SILENT)]
    assert found.is_deaf
    left = found.next_deadline()
    assert left is not None
    assert 60 <= (left - due).total_seconds() <= 180
    assert found.tick(left) == [Mischief(Deed.ABANDON)]
    found.closed(left)
    found.opened(left)
    assert not found.is_deaf


def test_garbage_is_no_frame_an_unknown_action_or_a_megabyte_every_half_minute() -> None:
    mischiefs = life(misbehave(Kind.GARBAGE, seed=1, id="CP1"), hours=0.05)
    assert [at for at, _ in mischiefs[1:]] == [mischiefs[0][0] + 30 * n for n in range(1, 6)]
    texts = [mischief.text for _, mischief in mischiefs]
    with pytest.raises(OcppError):
        parse(next(text for text in texts if "broken" in text))
    assert len({json.loads(text)[1] for text in texts if "MakeCoffee" in text}) == 2
    assert max(map(len, texts)) > LONG_FRAME_BYTES
    assert WRONG_PASSWORD not in str(mischiefs)
