"""The quick way through a frame says what the strict one says, of whatever a peer may send."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings, strategies as st

from cp_tui.ocpp import frame, validation
from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.core import DataTransferRequest
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.json_array import DEPTH_MAX
from cp_tui.ocpp.model import WireModel
from tests.ocpp.messages import MESSAGES, Message, schema
from tests.ocpp.mutants import sample
from tests.ocpp.test_hostile_input import ANY_TEXT, JSON_VALUES, LEGAL_FRAMES, NEARLY_FRAMES
from tests.tiers import tier

NUMBERS = st.from_regex(r"-?[0-9]{1,60}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)
EDGES = ("NaN", "1e999", "-0", "9" * 4_300, "9" * 4_301, "-" + "9" * 4_300, "01", "1.", "2e308")
DEPTHS = [*range(28, 36), 900, 5_000]

Judged = tuple[Any, ...]


def judged(data: str | bytes) -> Judged:
    """What becomes of a frame and its payload: all that is read, or all that is refused."""
    try:
        found = frame.parse(data)
        # As text: 1 is not 1.0, and true is not 1.
        read = (type(found), repr(found), str(found and getattr(found, "payload", None)))
        if isinstance(found, frame.Call):
            request = validation.parse_request(found.action, found.payload, found.message_id)
            return *read, request, request.to_json()
        if isinstance(found, frame.CallError):
            return *read, found.code, found.description, str(found.details)
    except OcppError as error:
        return error.code, error.description, error.message_id, error.answerable
    return read


def judged_strictly(data: str | bytes) -> Judged:
    with (
        patch.object(frame, "load_quickly", return_value=None),
        patch.object(validation, "_may_hold_null", return_value=True),
    ):
        return judged(data)


def agree(data: str | bytes) -> None:
    assert judged(data) == judged_strictly(data)


@settings(max_examples=tier(25, deep=5_000))
@given(st.binary() | st.text(st.characters(exclude_categories=())))
def test_any_bytes_and_any_text(data: str | bytes) -> None:
    agree(data)


@settings(max_examples=tier(25, deep=5_000))
@given(NEARLY_FRAMES, st.booleans())
def test_any_json_that_is_nearly_a_frame(elements: list[Any], is_ascii: bool) -> None:
    text = json.dumps(elements, ensure_ascii=is_ascii)
    agree(text)
    agree(text.encode(errors="surrogatepass"))


@settings(max_examples=tier(25, deep=5_000))
@given(st.sampled_from(LEGAL_FRAMES), st.data())
def test_legal_frames_with_a_piece_replaced(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    piece = data.draw(JSON_VALUES.map(json.dumps) | ANY_TEXT | NUMBERS | st.sampled_from(EDGES))
    agree(text[:start] + piece + text[end:])


@settings(max_examples=tier(25, deep=5_000))
@given(NUMBERS)
@example("1.7976931348623159e308")
@example("9" * 4_301)
def test_every_number(number: str) -> None:
    agree(f'[3,"7",{{"a":{number}}}]')
    agree(f'[2,"7","GetCompositeSchedule",{{"connectorId":{number},"duration":60}}]')


@pytest.mark.parametrize("number", EDGES)
def test_numbers_at_the_edge(number: str) -> None:
    agree(f'[3,"7",{{"a":{number}}}]')


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("beside", ["1", '"[[{{"', "[]," * 40 + "{}"])
def test_every_depth(depth: int, beside: str) -> None:
    head = f'[3,"7",{{"b":[{beside}],"a":'
    agree(head + "[" * depth + "]" * depth + "}]")
    agree(head + '{"a":' * depth + "1" + "}" * depth + "}]")


@pytest.mark.parametrize("nested", [30, 31, 32, 33])
def test_what_is_within_32_others_is_read_and_nothing_deeper(nested: int) -> None:
    """The frame is the first; `nested` more stand in it, the payload among them."""
    for within, deepest in (("", nested), ("1", nested + 1), ("{}", nested + 1)):
        payload = '{"a":' + "[" * (nested - 1) + within + "]" * (nested - 1) + "}"
        for text in (f'[3,"7",{payload}]', f'[3,"7",{payload[:-1]},"b":[{"[]," * 40}1]}}]'):
            is_read = isinstance(judged(text)[0], type)
            assert is_read == (deepest <= DEPTH_MAX)
            agree(text)


@pytest.mark.parametrize("message", MESSAGES, ids=str)
@pytest.mark.parametrize("full", [True, False])
def test_a_message_is_written_in_one_pass_as_in_two(message: Message, full: bool) -> None:
    spec = SPEC[Action(message.action)]
    model = spec.request if message.kind == "request" else spec.response
    is_written_alike(model.model_validate(sample(schema(message), full=full), by_name=False))


@given(st.text())
@example("\x00\x1f\x7f\x80 <&'\"\\/ \u2028 é 😀")
def test_text_is_written_in_one_pass_as_in_two(text: str) -> None:
    is_written_alike(DataTransferRequest(vendor_id="com.example", data=text))


def is_written_alike(message: WireModel) -> None:
    payload = message.to_payload()
    result = frame.encode(frame.CallResult('"é\x7f', payload))
    assert frame.result_text('"é\x7f', message) == result
    assert frame.call_text("7", "Reset", message) == frame.encode(frame.Call("7", "Reset", payload))
    assert result.isascii()
    assert result.isprintable()
