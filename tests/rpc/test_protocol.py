"""Lines of JSON-RPC 2.0, well-formed and hostile."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from cp_tui.charge_point.reason import because
from cp_tui.engine.errors import ErrorNumber
from cp_tui.rpc.protocol import (
    BATCH_MAX,
    Request,
    RpcFailure,
    encode_request,
    parse,
    result_response,
)


def test_a_request_is_read_with_its_named_parameters() -> None:
    line = b'{"jsonrpc":"2.0","method":"plug_in","params":{"connector_id":1},"id":"a"}'
    assert parse(line) == Request("plug_in", {"connector_id": 1}, "a")


def test_a_request_without_id_is_a_notification_and_with_null_id_is_not() -> None:
    assert parse(b'{"jsonrpc":"2.0","method":"stop"}') == Request("stop", {}, None, True)
    assert parse(b'{"jsonrpc":"2.0","method":"stop","id":null}') == Request("stop", {}, None)


def test_a_batch_keeps_its_order_and_its_mistakes() -> None:
    batch = parse(b'[{"jsonrpc":"2.0","method":"a","id":1},7]')
    assert isinstance(batch, tuple)
    assert batch[0] == Request("a", {}, 1)
    assert isinstance(batch[1], RpcFailure)
    assert batch[1].code == ErrorNumber.INVALID_REQUEST


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"NaN",
        b'{"jsonrpc":"2.0","method":"a","params":{"x":Infinity},"id":1}',
        b'{"id":' + b"9" * 5_000 + b"}",
        b'{"jsonrpc":"2.0","method":"a","params":{"x":"\\ud800"},"id":1}',
        b'{"jsonrpc":"2.0","method":"\\udfff","id":1}',
    ],
)
def test_what_is_no_json_text_is_a_parse_error_without_an_id(line: bytes) -> None:
    failure = parse(line)
    assert isinstance(failure, RpcFailure)
    assert (failure.id, failure.code) == (None, ErrorNumber.PARSE_ERROR)
    assert len(failure.message) < 200


@pytest.mark.parametrize(
    ("line", "request_id"),
    [
        (b"1", None),
        (b'"text"', None),
        (b"null", None),
        (b"[]", None),
        (b'{"method":"a","id":3}', 3),
        (b'{"jsonrpc":"1.0","method":"a","id":3}', 3),
        (b'{"jsonrpc":2.0,"method":"a","id":3}', 3),
        (b'{"jsonrpc":"2.0","id":3}', 3),
        (b'{"jsonrpc":"2.0","method":1,"id":3}', 3),
        (b'{"jsonrpc":"2.0","method":"a","id":{}}', None),
        (b'{"jsonrpc":"2.0","method":"a","id":true}', None),
        (b'{"jsonrpc":"2.0","method":"a","id":1.5}', None),
        (json.dumps([1] * (BATCH_MAX + 1)).encode(), None),
    ],
)
def test_json_that_is_no_request_is_refused_with_its_id_where_it_has_one(
    line: bytes, request_id: int | None
) -> None:
    failure = parse(line)
    assert isinstance(failure, RpcFailure)
    assert (failure.id, failure.code) == (request_id, ErrorNumber.INVALID_REQUEST)


@pytest.mark.parametrize("params", [b"[1]", b"1", b"null", b'"x"'])
def test_parameters_without_names_are_invalid_params(params: bytes) -> None:
    failure = parse(b'{"jsonrpc":"2.0","method":"a","id":1,"params":' + params + b"}")
    assert isinstance(failure, RpcFailure)
    assert failure.code == ErrorNumber.INVALID_PARAMS


def test_an_empty_list_of_parameters_means_none() -> None:
    assert parse(b'{"jsonrpc":"2.0","method":"a","id":1,"params":[]}') == Request("a", {}, 1)


@given(st.binary(max_size=200))
def test_no_line_of_bytes_raises_anything(line: bytes) -> None:
    parse(line)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["jsonrpc", "method", "params", "id", "x"]), json_values))
def test_no_json_object_raises_anything(content: dict[str, object]) -> None:
    parse(json.dumps(content).encode())


@given(st.text(max_size=20).filter(lambda text: text.isascii()), st.integers())
def test_what_is_written_is_read_back(text: str, request_id: int) -> None:
    request = Request("swipe", {"id_tag": text}, request_id)
    assert parse(encode_request(request)) == request


def test_a_reason_stands_beside_the_result_and_only_where_there_is_one() -> None:
    assert "reason" not in result_response(1, None)
    reason = because("test.why", "cp-tui", "it was off")
    assert result_response(1, False, reason)["reason"] is reason
