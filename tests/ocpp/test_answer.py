"""Answers of a CSMS with flaws: what is read, what stands in for the rest, and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.answer import FLAWS_MAX, read_answer
from cp_tui.ocpp.core import StartTransactionResponse
from cp_tui.ocpp.frame import CallError, CallResult, Unreadable, salvage
from tests.ocpp.messages import Kind, Message, schema
from tests.ocpp.mutants import sample
from tests.ocpp.test_hostile_input import ANY_TEXT
from tests.tiers import tier

TIME = "2026-01-05T08:00:00Z"
BOOT = {"status": "Accepted", "currentTime": TIME, "interval": 300}
START = {"transactionId": 17, "idTagInfo": {"status": "Accepted"}}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
"""As `frame` reads them: no lone surrogates."""
ASKED = tuple(a for a in Action if SPEC[a].direction is not RequestDirection.TO_CHARGE_POINT)
"""What a charge point asks a CSMS."""


def read(action: str, payload: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Give what is read, as on the wire, and the flaws in one text."""
    response, flaws = read_answer(Action(action), payload)
    assert all(flaw.isascii() and flaw.isprintable() for flaw in flaws)
    return response.to_payload(), "; ".join(flaws)


@pytest.mark.parametrize(
    ("action", "payload", "expected", "flaw"),
    [
        ("BootNotification", BOOT, BOOT, ""),
        ("StatusNotification", {"status": "Accepted"}, {}, "ignored: status"),
        ("StartTransaction", {**START, "status": "Accepted"}, START, "ignored: status"),
        (
            "StartTransaction",
            {**START, "idTagInfo": {"status": "Accepted", "parentIdTag": None, "expiryDate": ""}},
            START,
            'parentIdTag is null; idTagInfo.expiryDate is ""',
        ),
        (
            "StartTransaction",
            {**START, "idTagInfo": {"status": "Accepted", "name": "x", "parentIdTag": "x" * 21}},
            START,
            "idTagInfo.parentIdTag must have at most 20 characters",
        ),
        ("StartTransaction", {**START, "transactionId": "17"}, START, "it is read as 17"),
        ("StartTransaction", {**START, "transactionId": " +17 "}, START, "it is read as 17"),
        ("StartTransaction", {**START, "transactionId": 17.0}, START, "it is read as 17"),
        (
            "StartTransaction",
            {**START, "idTagInfo": {"status": "accepted "}},
            START,
            'status is "accepted ": it is read as Accepted',
        ),
        (
            "StartTransaction",
            {**START, "idTagInfo": {"status": "Accepted", "parentIdTag": 7}},
            {**START, "idTagInfo": {"status": "Accepted", "parentIdTag": "7"}},
            "parentIdTag is 7: it is read as 7",
        ),
        (
            "Heartbeat",
            {"currentTime": f" {TIME}\n"},
            {"currentTime": TIME},
            f"it is read as {TIME}",
        ),
        ("BootNotification", {**BOOT, "interval": "300"}, BOOT, "it is read as 300"),
        (
            "DataTransfer",
            {"status": "Accepted", "data": {"a": [1]}},
            {"status": "Accepted", "data": '{"a": [1]}'},
            "data is no text",
        ),
    ],
)
def test_what_can_be_read_is_taken(
    action: str, payload: dict[str, Any], expected: dict[str, Any], flaw: str
) -> None:
    found, flaws = read(action, payload)
    assert found == expected
    assert flaw in flaws
    assert bool(flaws) is bool(flaw)


@pytest.mark.parametrize("left_out", ["missing", "null", "wrong"])
@pytest.mark.parametrize(
    ("action", "field", "fallback", "words"),
    [
        ("BootNotification", "status", None, "it is not taken as Accepted"),
        ("BootNotification", "interval", None, "the interval stays our own"),
        ("BootNotification", "currentTime", None, "the clock stays as it is"),
        ("Heartbeat", "currentTime", None, "the clock stays as it is"),
        ("StartTransaction", "transactionId", None, "as if its start had been lost"),
        ("StartTransaction", "idTagInfo", {"status": "Invalid"}, "it is taken as Invalid"),
        ("Authorize", "idTagInfo", {"status": "Invalid"}, "it is taken as Invalid"),
        ("DataTransfer", "status", "Rejected", "it is taken as Rejected"),
        ("SignCertificate", "status", "Rejected", "it is taken as Rejected"),
    ],
)
def test_a_required_field_that_cannot_be_read_has_a_fallback(
    action: str, field: str, fallback: Any, words: str, left_out: str
) -> None:
    payload = sample(schema(Message(Action(action), Kind.RESPONSE)), full=False)
    rest = {name: value for name, value in payload.items() if name != field}
    given = rest if left_out == "missing" else {**payload, field: ["?", None][left_out == "null"]}
    found, flaws = read(action, given)
    expected = rest if fallback is None else {**rest, field: fallback}
    assert found == expected
    assert words in flaws
    assert field in flaws


def test_a_status_that_stands_in_is_not_what_the_csms_said() -> None:
    for info, is_said in (({}, False), ({"status": "Foo"}, False), ({"status": "Blocked"}, True)):
        response, _ = read_answer(
            Action.START_TRANSACTION, {"transactionId": 1, "idTagInfo": {**info, "more": 1}}
        )
        assert isinstance(response, StartTransactionResponse)
        assert response.id_tag_info.is_said is is_said


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, 0),
        (-1, -1),
        (2**31, 2**31),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-(2**63) - 1, None),
        (10**40, None),
        (1.7e308, None),
        (17.5, None),
        (True, None),
        ("", None),
        ("0x11", None),
        ("1" * 20, None),
        ("9" * 19, None),
        ([17], None),
        ({"id": 17}, None),
    ],
)
def test_ids_at_the_ends_of_the_numbers(number: Any, expected: int | None) -> None:
    found, flaws = read("StartTransaction", {**START, "transactionId": number})
    assert found.get("transactionId") == expected
    assert bool(flaws) is (expected is None)


def test_a_thousand_flaws_are_ten_sentences() -> None:
    payload = {f"field{n}": n for n in range(1000)}
    assert "and 995 more" in read("Heartbeat", payload)[1]
    _, flaws = read_answer(Action.HEARTBEAT, dict.fromkeys(payload))
    assert len(flaws) == FLAWS_MAX


@settings(max_examples=tier(25, deep=5_000))
@given(st.sampled_from(ASKED), st.dictionaries(st.text(), JSON_VALUES, max_size=3), st.data())
def test_no_payload_is_refused(action: Action, extra: dict[str, Any], data: st.DataObject) -> None:
    payload = sample(schema(Message(action, Kind.RESPONSE)), full=True)
    if data.draw(st.booleans()):
        payload = {name: data.draw(JSON_VALUES) for name in payload}
    info = payload.get("idTagInfo")
    if isinstance(info, dict):
        payload["idTagInfo"] = {name: data.draw(JSON_VALUES) for name in info}
    response, flaws = read_answer(action, {**payload, **extra})
    assert isinstance(response, SPEC[action].response)
    assert len(flaws) <= FLAWS_MAX
    for name in set(extra) - set(payload):
        assert flaws, name


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('[4,"7","InternalError"]', CallError),
        ('[4,"7"]', CallError),
        ('[4,"7",null,{},"x","y"]', CallError),
        ('[4,7,"InternalError","",{}]', CallError),
        ('[4,"7",NaN]', CallError),
        ('[3,"7",{"a":1},{}]', Unreadable),
        ('[3,"7",{"a":1},1,2]', Unreadable),
        ('[3,"7",null,1]', Unreadable),
        ('[3,"7",[],1]', Unreadable),
        ('[3,7,{"a":1}]', CallResult),
        ('[3,"7",{"a":"\\ud800"}]', CallResult),
        ('[3,"7",{"a":' + "[" * 900 + "]" * 900 + "}]", CallResult),
        ('[3,"7"]', Unreadable),
        ('[3,"7",[]]', Unreadable),
        ('[3,"7","{}"]', Unreadable),
        ('["3","7",{}]', Unreadable),
        ('[3.0,"7",{}]', Unreadable),
        ('[3,"7",{"a":NaN}]', Unreadable),
        ('[3,"7",{"a":' + "[" * 100_000, Unreadable),
        (b'[3,"7",{"a":"\xff"}]', Unreadable),
        ('[2,"7"]', None),
        ('[2,"7","Heartbeat"]', None),
        ('[7,"7",{}]', None),
        ("[3,true,{}]", None),
        ("[3]", None),
        ("{}", None),
        ("", None),
        (b"\xff", None),
    ],
    ids=range(28),
)
def test_of_a_broken_answer_the_id_is_read(data: str | bytes, expected: type | None) -> None:
    found = salvage(data)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert isinstance(found, expected)
        assert found.message_id == "7"


@settings(max_examples=tier(25, deep=5_000))
@given(st.binary() | ANY_TEXT | JSON_VALUES.map(repr))
def test_nothing_harms_the_salvage(data: str | bytes) -> None:
    salvage(data)
