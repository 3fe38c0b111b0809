"""An answer is of the Action of its request."""

from __future__ import annotations

from cp_tui.network.frame_actions import ASKED_MAX, FrameActions
from tests.network.made import DOWN, UP


def test_an_answer_is_of_the_action_of_its_request_which_came_the_other_way() -> None:
    actions = FrameActions()
    assert actions.action_of(UP, '[2,"1","Heartbeat",{}]') == "Heartbeat"
    assert actions.action_of(DOWN, ' [ 2 , "1" , "Reset" , {"type":"Soft"}]') == "Reset"
    assert actions.action_of(DOWN, '[3,"1",{}]') == "Heartbeat"
    assert actions.action_of(UP, '[4,"1","NotSupported","",{}]') == "Reset"
    unknown = ('[3,"1",{}]', "[3]", "", b"[2]", '[9,"1","Reset",{}]')
    assert [actions.action_of(UP, each) for each in unknown] == [None] * 5


def test_what_nobody_answers_is_forgotten_at_some_time() -> None:
    actions = FrameActions()
    for number in range(ASKED_MAX + 1):
        actions.action_of(UP, f'[2,"{number}","Heartbeat",{{}}]')
    assert actions.action_of(DOWN, '[3,"0",{}]') is None
    assert actions.action_of(DOWN, '[3,"1",{}]') == "Heartbeat"
