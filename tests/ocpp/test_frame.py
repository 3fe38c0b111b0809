"""Frames: what is read, what is ignored, what is refused and how."""

from __future__ import annotations

import json

import pytest

from cp_tui.ocpp.errors import DESCRIPTION_LENGTH_MAX, UNREADABLE_ID, ErrorCode, OcppError
from cp_tui.ocpp.frame import (
    Call,
    CallError,
    CallResult,
    Frame,
    call_error,
    call_id,
    encode,
    parse,
    shape_defect,
)
from cp_tui.ocpp.json_array import is_json, load_from


def refusal(data: str | bytes) -> OcppError:
    """Return the error that reading `data` raises, after checking what holds for all of them."""
    with pytest.raises(OcppError) as caught:
        parse(data)
    error = caught.value
    assert len(error.description) <= DESCRIPTION_LENGTH_MAX
    assert error.description.isascii()
    assert error.__context__ is None, "the text that was refused must not travel with the error"
    return error


FRAMES: list[tuple[str, Frame]] = [
    ('[2,"7","Heartbeat",{}]', Call("7", "Heartbeat", {})),
    ('[2,"7","Reset",{"type":"Soft"}]', Call("7", "Reset", {"type": "Soft"})),
    ('[3,"7",{"status":"Accepted"}]', CallResult("7", {"status": "Accepted"})),
    (
        '[4,"7","NotSupported","no",{"a":[1,null]}]',
        CallError("7", ErrorCode.NOT_SUPPORTED, "no", {"a": [1, None]}),
    ),
]


@pytest.mark.parametrize(("text", "frame"), FRAMES)
def test_frames_are_read_and_written(text: str, frame: Frame) -> None:
    assert parse(text) == frame
    assert parse(text.encode()) == frame
    assert encode(frame) == text


def test_what_is_sent_is_ascii() -> None:
    """J 4.1.2."""
    frame = CallResult("7", {"data": "Größe 😀"})
    assert encode(frame).isascii()
    assert parse(encode(frame)) == frame


def test_a_payload_of_null_is_an_empty_one() -> None:
    """J 4.2.1."""
    assert parse('[2,"7","Heartbeat",null]') == Call("7", "Heartbeat", {})
    assert parse('[3,"7",null]') == CallResult("7", {})
    assert parse('[4,"7","GenericError","",null]') == CallError("7", ErrorCode.GENERIC_ERROR)


@pytest.mark.parametrize("text", ['[5,"7","x",{}]', "[9]", "[-1]", '[22,"7"]', f"[{'9' * 5000}]"])
def test_other_types_of_message_are_ignored(text: str) -> None:
    """J 4.1.3."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("received", "code"),
    [
        ("FormationViolation", ErrorCode.FORMATION_VIOLATION),
        ("FormatViolation", ErrorCode.FORMATION_VIOLATION),
        ("OccurenceConstraintViolation", ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION),
        ("OccurrenceConstraintViolation", ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION),
        ("NotImplemented", ErrorCode.NOT_IMPLEMENTED),
        ("SomethingElse", ErrorCode.GENERIC_ERROR),
        ("", ErrorCode.GENERIC_ERROR),
    ],
)
def test_codes_are_read_in_every_spelling_and_unknown_ones_are_generic(
    received: str, code: ErrorCode
) -> None:
    """J 4.2.3, JE 5.1, JE 5.2."""
    assert parse(json.dumps([4, "7", received, "", {}])) == CallError("7", code)


def test_codes_are_sent_in_the_historic_spelling() -> None:
    text = encode(CallError("7", ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION))
    assert text == '[4,"7","OccurenceConstraintViolation","",{}]'
    assert not {"FormatViolation", "OccurrenceConstraintViolation"} & set(ErrorCode)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello",
        "[2,",
        "{}",
        '"text"',
        "null",
        "2",
        '[2,"7","Heartbeat",{}] x',
        '[2,"7","Heartbeat",{"a":NaN}]',
        '[2,"7","Heartbeat",{"a":-Infinity}]',
        '\ufeff[2,"7","Heartbeat",{}]',
        b"\xff\xfe",
        b'[2,"7","Heartbeat",{"a":"\xc3"}]',
        b'\xef\xbb\xbf[2,"7","Heartbeat",{}]',
        '[2,"7","Heart\nbeat",{}]',
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
    ids=range(17),
)
def test_what_is_no_json_array_is_a_generic_error_without_id(data: str | bytes) -> None:
    error = refusal(data)
    assert (error.code, error.message_id) == (ErrorCode.GENERIC_ERROR, UNREADABLE_ID)
    assert error.answerable


def test_what_is_no_json_and_what_is_no_utf_8_are_told_apart() -> None:
    for data, words in (("[2,", "not JSON"), (b"[2,", "not JSON"), (b"[\xff]", "not UTF-8")):
        with pytest.raises(OcppError) as caught:
            parse(data)
        assert caught.value.description == f"a message is a JSON array; this is {words}"


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        ("[]", UNREADABLE_ID),
        ("[true]", UNREADABLE_ID),
        ('["2","7","Heartbeat",{}]', "7"),
        ('[2.0,"7","Heartbeat",{}]', "7"),
        ('[null,"7","Heartbeat",{}]', "7"),
        ('[[2],"7","Heartbeat",{}]', "7"),
        ("[2]", UNREADABLE_ID),
        ('[2,"7"]', "7"),
        ('[2,"7","Heartbeat"]', "7"),
        ('[2,"7","Heartbeat",{},{}]', "7"),
        ('[2,7,"Heartbeat",{}]', UNREADABLE_ID),
        ('[2,null,"Heartbeat",{}]', UNREADABLE_ID),
        ('[2,["7"],"Heartbeat",{}]', UNREADABLE_ID),
        ('[2,"\\ud800","Heartbeat",{}]', UNREADABLE_ID),
        ('[2,"7",null,{}]', "7"),
        ('[2,"7",{"a":1},{}]', "7"),
        ('[2,"7",["Heartbeat"],{}]', "7"),
        ('[2,"7","Heartbeat",[]]', "7"),
        ('[2,"7","Heartbeat","{}"]', "7"),
        ('[2,"7","Heartbeat",false]', "7"),
        ('[2,"7","Heartbeat",{"a":"\\udfff"}]', "7"),
        ('[2,"7","Heartbeat",{"\\ud800":1}]', "7"),
        ('[2,"7","Heartbeat",{"a":' + "[" * 40 + "]" * 40 + "}]", "7"),
        (json.dumps([2, "x" * 37, "Heartbeat", {}]), "x" * 37),
        (json.dumps([2, "x" * 100_000, "Heartbeat", {}]), "x" * 100_000),
    ],
)
def test_a_malformed_call_is_a_formation_violation_with_its_id(text: str, message_id: str) -> None:
    error = refusal(text)
    assert (error.code, error.message_id) == (ErrorCode.FORMATION_VIOLATION, message_id)
    assert error.answerable
    assert call_error(error).message_id == message_id


@pytest.mark.parametrize(
    "text",
    [
        "[3]",
        '[3,"7"]',
        '[3,"7",[]]',
        "[3,7,{}]",
        '[3,"7","Heartbeat",{}]',
        json.dumps([3, "x" * 37, {}]),
        '[3,"7",{"a":"\\ud800"}]',
        '[4,"7","GenericError",""]',
        '[4,"7",1,"",{}]',
        '[4,"7","GenericError",null,{}]',
        '[4,"7","GenericError","",[]]',
        '[4,"7","GenericError","",{"a":' + "[" * 900 + "]" * 900 + "}]",
    ],
)
def test_a_malformed_answer_is_refused_but_never_answered(text: str) -> None:
    error = refusal(text)
    assert error.code is ErrorCode.FORMATION_VIOLATION
    assert not error.answerable
    with pytest.raises(AssertionError):
        call_error(error)


def test_an_id_of_36_characters_is_read() -> None:
    """J 4.1.4."""
    assert parse(json.dumps([3, "x" * 36, {}])) == CallResult("x" * 36, {})


def test_of_fields_that_stand_twice_the_last_counts() -> None:
    assert parse('[3,"7",{"a":1,"a":2}]') == CallResult("7", {"a": 2})


def test_numbers_beyond_every_range_are_read_as_such() -> None:
    frame = parse(f'[3,"7",{{"i":{"9" * 100_000},"j":-{"9" * 100_000},"f":1e999999,"g":-1e999}}]')
    assert isinstance(frame, CallResult)
    integer, negative, large, small = frame.payload.values()
    assert isinstance(integer, int)
    assert integer > 2**64
    assert isinstance(negative, int)
    assert negative < -(2**64)
    assert isinstance(large, float)
    assert isinstance(small, float)
    assert large > 1e300
    assert small < -1e300
    assert parse(encode(frame)) == frame


def test_a_megabyte_of_text_is_read() -> None:
    frame = parse(json.dumps([2, "7", "DataTransfer", {"vendorId": "a", "data": "x" * 1_000_000}]))
    assert isinstance(frame, Call)


def test_payloads_are_in_no_repr() -> None:
    """They may hold the AuthorizationKey."""
    assert "secret" not in repr(Call("7", "ChangeConfiguration", {"value": "secret"}))
    assert "secret" not in repr(CallResult("7", {"value": "secret"}))


def test_descriptions_are_cut_to_what_a_peer_can_take() -> None:
    assert len(OcppError(ErrorCode.GENERIC_ERROR, "x" * 1000).description) == DESCRIPTION_LENGTH_MAX


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[2, "mine", "Heartbeat", {,}]', "mine"),
        ('[2,"mine"', None),
        ('[2,"mine",', "mine"),
        ('[3, "mine", {,}]', None),
        ('[2, 7, "Heartbeat"', None),
        ('[2, "", "Heartbeat"', None),
        (f'[2, "{"x" * 37}", "Heartbeat"', None),
        ('[2, "\\ud800", "Heartbeat"', None),
        ("no frame", None),
    ],
)
def test_the_id_of_a_request_is_read_from_what_is_no_json(text: str, expected: str | None) -> None:
    assert call_id(text) == expected


def test_an_array_is_read_out_of_the_text_around_it() -> None:
    assert load_from('[2,"]"] and more') == ([2, "]"], 7)
    for text in ('{"a":1}', "[2,", "no"):
        with pytest.raises(ValueError, match=r"array|Expecting"):
            load_from(text)


def test_json_of_any_kind_is_told_from_what_is_none() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    texts = ("[]", "{}", "1", '"a"', "null", "", "[", "hello", deep)
    assert [text for text in texts if is_json(text)] == ["[]", "{}", "1", '"a"', "null"]


def test_a_foreign_type_of_message_has_no_defect_of_its_shape() -> None:
    assert shape_defect([5, "id"]) == ""
    assert shape_defect(["5", "id"])
