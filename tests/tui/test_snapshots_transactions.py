"""Pictures of the screen of transactions, refusals and the queue."""

from __future__ import annotations

from tests.tui import session_world
from tests.tui.driving import app_on
from tests.tui.test_snapshots import Compare


def test_the_question_before_a_message_is_given_up(snap_compare: Compare) -> None:
    engine = session_world.engine(session_world.broken())
    assert snap_compare(app_on(engine), press=("5", "x"))


def test_a_transaction_that_has_ended(snap_compare: Compare) -> None:
    assert snap_compare(app_on(session_world.engine()), press=("5", "down"))
