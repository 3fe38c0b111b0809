"""The line of a charge point that is only watched: how long a ping was under way."""

from __future__ import annotations

from cp_tui.follow.follower import Follower
from cp_tui.traces.record import LinkKind
from tests.explain.talk import Talk


def test_only_a_pong_that_answers_a_ping_tells_how_long_it_was_under_way() -> None:
    talk, follower = Talk("CP-1"), Follower("CP-1")
    talk.link(LinkKind.OPEN)
    talk.link(LinkKind.PONG, at_charge_point=False)
    talk.link(LinkKind.PING)
    talk.link(LinkKind.PONG, at_charge_point=False)
    told = []
    for record in talk.records:
        follower.take(record)
        told.append(follower.view("link", talk.now).ping_round_trip_ms)
    assert told == [None, None, None, 1000.0]
