"""The example frames of the protocol digest, where it lies beside the project."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cp_tui.ocpp.action import Action
from cp_tui.ocpp.frame import Call, CallResult, parse
from cp_tui.ocpp.validation import parse_request, parse_response

MESSAGES_PAGE = Path(__file__).parents[3] / "shared" / "spec" / "messages.md"

pytestmark = pytest.mark.skipif(
    not MESSAGES_PAGE.exists(), reason="the protocol digest is not beside this checkout"
)


def examples(action: str) -> list[str]:
    """Return the frames in the section of an action."""
    section = re.search(rf"^### {action}\n(.*?)```json\n(.*?)```", _page(), re.M | re.S)
    assert section is not None
    return section[2].strip().splitlines()


def _page() -> str:
    return MESSAGES_PAGE.read_text("utf-8")


@pytest.mark.parametrize("action", Action)
def test_the_example_frames_are_read_and_written_as_they_stand(action: Action) -> None:
    request_text, response_text = examples(action)
    request, response = parse(request_text), parse(response_text)
    assert isinstance(request, Call)
    assert isinstance(response, CallResult)
    assert request.action == action
    sent = parse_request(request.action, request.payload).to_payload()
    answered = parse_response(action, response.payload).to_payload()
    assert sent == json.loads(request_text)[3]
    # Milliseconds that are zero are not sent.
    assert answered == json.loads(response_text.replace(".000Z", "Z"))[2]


def test_each_section_shows_a_request_and_its_response() -> None:
    assert [len(examples(action)) for action in Action] == [2] * len(Action)
