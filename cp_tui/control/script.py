"""The other end of the door for shell scripts: one blocking request, no event loop, no models.

A script calls `cp-tui ctl` hundreds of times, so this end needs nothing but the standard library.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cp_tui.control.protocol import Request, encode_request

if TYPE_CHECKING:
    from pydantic import JsonValue

ANSWER_TIMEOUT_S = 120.0
"""Longer than the engine itself waits for anything; beyond, it hangs."""


class EngineGone(Exception):
    """The engine does not answer, or hung up; the text says which."""


def lines(path: Path, method: str, params: dict[str, JsonValue]) -> Iterator[dict[str, JsonValue]]:
    """Send one request and yield its response, then whatever notifications follow without end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_TIMEOUT_S)
        try:
            connection.connect(str(path))
            connection.sendall(encode_request(Request(method, params, id=1)))
            with connection.makefile("rb") as stream:
                for line in stream:
                    yield cast("dict[str, JsonValue]", json.loads(line))
                    # Only the answer is owed; an update may take as long as it likes.
                    connection.settimeout(None)
        except TimeoutError:
            text = f"the engine at {path} did not answer within {ANSWER_TIMEOUT_S:.0f} s"
            raise EngineGone(text) from None
        except OSError as error:
            raise EngineGone(f"the engine at {path}: {error.strerror or error}") from None
    raise EngineGone(f"the engine at {path} hung up")
