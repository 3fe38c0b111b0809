"""Whatever a peer sends, nothing but OcppError comes out."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings, strategies as st

from cp_tui.ocpp.action import Action
from cp_tui.ocpp.errors import DESCRIPTION_LENGTH_MAX, OcppError
from cp_tui.ocpp.frame import Call, CallResult, call_error, encode, parse
from cp_tui.ocpp.validation import parse_request, parse_response
from tests.ocpp.messages import MESSAGES, schema
from tests.ocpp.mutants import sample
from tests.tiers import tier

# Lone surrogates included: JSON text can name them.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=50)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=False, allow_infinity=False).map(float)
    | ANY_TEXT,
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(ANY_TEXT, children, max_size=4)
    ),
    max_leaves=12,
)
NEARLY_FRAMES = st.tuples(
    st.sampled_from([2, 3, 4, 2.0, True, "2", None, 5]),
    st.sampled_from(["id", "x" * 37]) | JSON_VALUES,
    st.sampled_from(list(Action)) | JSON_VALUES,
    JSON_VALUES,
    JSON_VALUES,
).flatmap(lambda elements: st.integers(0, 5).map(lambda length: list(elements[:length])))
LEGAL_FRAMES = [
    json.dumps([2, "id", message.action, sample(schema(message), full=True)])
    for message in MESSAGES
    if message.kind == "request"
]


def handle(data: str | bytes) -> None:
    """Do with a frame what a charge point does, and check what is promised of a refusal."""
    error = refusal(data)
    if error is not None:
        assert len(error.description) <= DESCRIPTION_LENGTH_MAX
        assert error.__context__ is None
        if error.answerable:
            encode(call_error(error)).encode("ascii")


def refusal(data: str | bytes) -> OcppError | None:
    """Read a frame and its payload as far as they can be read."""
    try:
        frame = parse(data)
        if frame is not None:
            assert parse(encode(frame)) == frame
        if isinstance(frame, Call):
            parse_request(frame.action, frame.payload, frame.message_id).to_payload()
        if isinstance(frame, CallResult):
            parse_response(Action.GET_CONFIGURATION, frame.payload)
    except OcppError as error:
        return error
    return None


@settings(max_examples=tier(60, deep=5_000))
@given(st.binary() | st.text(st.characters(exclude_categories=())))
def test_any_bytes_and_any_text(data: str | bytes) -> None:
    handle(data)


@settings(max_examples=tier(60, deep=5_000))
@given(NEARLY_FRAMES)
def test_any_json_that_is_nearly_a_frame(elements: list[Any]) -> None:
    handle(json.dumps(elements))


@settings(max_examples=tier(60, deep=5_000))
@given(st.sampled_from(LEGAL_FRAMES), st.data())
def test_legal_frames_with_a_piece_replaced(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    piece = data.draw(JSON_VALUES.map(json.dumps) | ANY_TEXT)
    handle(text[:start] + piece + text[end:])


@settings(max_examples=tier(60, deep=5_000))
@given(st.sampled_from(list(Action)), st.dictionaries(ANY_TEXT, JSON_VALUES, max_size=3), st.data())
def test_legal_payloads_with_fields_replaced(
    action: Action, extra: dict[str, Any], data: st.DataObject
) -> None:
    (message,) = (m for m in MESSAGES if m.action == action and m.kind == "request")
    payload = sample(schema(message), full=True)
    for name in payload:
        if data.draw(st.booleans()):
            payload[name] = data.draw(JSON_VALUES)
    handle(json.dumps([2, "id", action, {**payload, **extra}]))
