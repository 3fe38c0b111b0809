"""The example frames of tests/data: a request and its response of every action."""

from __future__ import annotations

import json

import pytest

from cp_tui.ocpp.action import Action
from cp_tui.ocpp.frame import Call, CallResult, parse
from cp_tui.ocpp.validation import parse_request, parse_response
from tests.sources import ROOT

FRAMES = (ROOT / "tests" / "data" / "example_frames.jsonl").read_text("utf-8").splitlines()
EXAMPLES = list(zip(FRAMES[::2], FRAMES[1::2], strict=True))


ACTIONS = [json.loads(request)[2] for request, _ in EXAMPLES]


@pytest.mark.parametrize(("request_text", "response_text"), EXAMPLES, ids=ACTIONS)
def test_the_example_frames_are_read_and_written_as_they_stand(
    request_text: str, response_text: str
) -> None:
    request, response = parse(request_text), parse(response_text)
    assert isinstance(request, Call)
    assert isinstance(response, CallResult)
    sent = parse_request(request.action, request.payload).to_payload()
    answered = parse_response(Action(request.action), response.payload).to_payload()
    assert sent == json.loads(request_text)[3]
    # Milliseconds that are zero are not sent.
    assert answered == json.loads(response_text.replace(".000Z", "Z"))[2]


def test_every_action_has_its_example() -> None:
    assert sorted(ACTIONS) == sorted(Action)
