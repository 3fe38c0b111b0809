"""JSON-RPC 2.0 as lines of bytes: reading requests, writing answers and notifications.

Pure: bytes in, values out. A hostile line becomes a `RpcFailure`, never an exception.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from cp_tui.engine.errors import ErrorNumber
from cp_tui.ocpp.printable import is_unicode

if TYPE_CHECKING:
    from pydantic import JsonValue

    from cp_tui.charge_point.reason import Reason

LINE_BYTES_MAX = 1024 * 1024
"""The longest request, with its newline; nobody types more, and it bounds the memory per client."""
BATCH_MAX = 100
"""How many requests a batch may have; more are refused as a whole."""

RequestId = str | int | None


class Request(Struct, frozen=True):
    """One call; as a notification it gets no answer."""

    method: str
    params: Mapping[str, JsonValue]
    id: RequestId = None
    is_notification: bool = False


class RpcFailure(Struct, frozen=True):
    """What is wrong with a request, ready to be answered."""

    id: RequestId
    code: int
    message: str


Incoming = Request | RpcFailure
Batch = tuple[Incoming, ...]


def parse(line: bytes) -> Incoming | Batch:
    """Read one line: a request, a batch of them, or what is wrong with it."""
    try:
        content = json.loads(line.decode(), parse_constant=_refuse_constant)
        _refuse_lone_surrogates(line, content)
    except (ValueError, RecursionError) as error:
        return RpcFailure(None, ErrorNumber.PARSE_ERROR, f"parse error: {_plain(error)}")
    if not isinstance(content, list):
        return _parse_request(content)
    if not content:
        return RpcFailure(None, ErrorNumber.INVALID_REQUEST, "an empty batch")
    if len(content) > BATCH_MAX:
        text = f"a batch of {len(content)} requests; at most {BATCH_MAX} are allowed"
        return RpcFailure(None, ErrorNumber.INVALID_REQUEST, text)
    return tuple(_parse_request(entry) for entry in content)


def _parse_request(content: JsonValue) -> Incoming:
    """Check one request object member by member (JSON-RPC 2.0 section 4)."""
    if not isinstance(content, dict):
        return RpcFailure(None, ErrorNumber.INVALID_REQUEST, "a request must be a JSON object")
    request_id = content.get("id")
    if isinstance(request_id, bool | float | list | dict):
        return RpcFailure(None, ErrorNumber.INVALID_REQUEST, "id must be text, an integer or null")
    if content.get("jsonrpc") != "2.0":
        return RpcFailure(request_id, ErrorNumber.INVALID_REQUEST, 'jsonrpc must be "2.0"')
    method = content.get("method")
    if not isinstance(method, str):
        return RpcFailure(request_id, ErrorNumber.INVALID_REQUEST, "method must be text")
    params = content.get("params", {})
    if isinstance(params, list) and not params:
        params = {}
    if not isinstance(params, dict):
        return RpcFailure(
            request_id, ErrorNumber.INVALID_PARAMS, "params must be an object: parameters are named"
        )
    return Request(method, params, request_id, is_notification="id" not in content)


def encode_request(request: Request) -> bytes:
    """Write a request as one line."""
    content: dict[str, JsonValue] = {"jsonrpc": "2.0", "method": request.method}
    if request.params:
        content["params"] = dict(request.params)
    if not request.is_notification:
        content["id"] = request.id
    return encode_response(content)


def result_response(
    request_id: RequestId, result: object, reason: Reason | None = None
) -> dict[str, object]:
    """Build the answer to a request, with the reason beside the result where there is one.

    The result may be a struct, or hold some (`pieces`).
    """
    response: dict[str, object] = {"jsonrpc": "2.0", "result": result}
    if reason is not None:
        response["reason"] = reason
    response["id"] = request_id
    return response


def error_response(failure: RpcFailure) -> dict[str, object]:
    """Build the answer to a request that failed."""
    error: dict[str, JsonValue] = {"code": int(failure.code), "message": failure.message}
    return {"jsonrpc": "2.0", "error": error, "id": failure.id}


def encode_response(response: Mapping[str, object]) -> bytes:
    """Write one short response as one line.

    ASCII only: no control or bidirectional character ever crosses the door raw.
    """
    return json.dumps(response, separators=(",", ":")).encode() + b"\n"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _refuse_lone_surrogates(line: bytes, content: JsonValue) -> None:
    """Only an escape can smuggle one in."""
    if b"\\u" in line and not is_unicode(content):
        raise ValueError("not valid UTF-8 text")


def _plain(error: Exception) -> str:
    """Say what is wrong without repeating the line."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    if isinstance(error, UnicodeError):
        return "not valid UTF-8 text"
    return str(error)
