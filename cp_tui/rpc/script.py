"""The other end of the door for shell scripts: one blocking request, no event loop, no models.

A script calls `cp-tui ctl` hundreds of times, so this end needs nothing but the standard library.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgspec import Struct, field

from cp_tui.rpc.protocol import Request, encode_request

if TYPE_CHECKING:
    from pydantic import JsonValue

ALIVE_TIMEOUT_S = 10.0
"""How long a ping may take, which needs nothing but a process that runs."""
ANSWER_TIMEOUT_S = 120.0
"""How long a request may take: longer than the engine itself waits for anything."""
PING_ID = 0
CHUNK_BYTES = 64 * 1024


class EngineGone(Exception):
    """The engine does not answer, or hung up; the text says which."""


class TimeUp(Exception):
    """The time is over in which updates were waited for."""


def lines(
    path: Path,
    method: str,
    params: dict[str, JsonValue],
    *,
    within_s: float | None = None,
    peer: str = "charge point",
) -> Iterator[dict[str, JsonValue]]:
    """Send one request and yield its response, then whatever notifications follow without end.

    A ping goes ahead of it, and the request only follows its answer: an engine that hangs is told
    apart from a request that takes long, and has not been asked for anything when it goes on.
    After `within_s` no more notifications are waited for, which raises `TimeUp`. `peer` is what
    people call what answers.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        patience, gone = _Patience(within_s=within_s), "hung up"
        connection.settimeout(patience.left_s)
        try:
            connection.connect(str(path))
            connection.sendall(encode_request(Request("ping", {}, id=PING_ID)))
            for line in _read_lines(connection, patience):
                content = cast("dict[str, JsonValue]", json.loads(line))
                if content.get("id") == PING_ID:
                    patience.limit_s = ANSWER_TIMEOUT_S
                    connection.sendall(encode_request(Request(method, params, id=1)))
                    continue
                if content.get("method") == "ended":
                    gone = "has ended"
                    continue
                # Only the answer is owed; an update may take as long as it likes.
                patience.is_over = True
                yield content
        except (TimeoutError, BlockingIOError):
            if patience.is_over:
                raise TimeUp from None
            limit_s = patience.limit_s
            text = f"the {peer} at {path} did not answer within {limit_s:.0f} s; "
            if limit_s < ANSWER_TIMEOUT_S:
                hangs = f"it hangs, or its process is stopped; {method} was not asked of it"
                raise EngineGone(text + hangs) from None
            raise EngineGone(f"{text}{method} may still be carried out") from None
        except OSError as error:
            raise EngineGone(f"the {peer} at {path}: {error.strerror or error}") from None
        except (ValueError, AttributeError):
            raise EngineGone(f"what answers at {path} speaks no JSON-RPC") from None
    raise EngineGone(f"the {peer} at {path} {gone}")


class _Patience(Struct):
    """How long is waited for the answer, counted from the beginning and not from each byte."""

    within_s: float | None
    """For updates, once the answer is there; None: for any time."""
    begun: float = field(default_factory=time.monotonic)
    limit_s: float = ALIVE_TIMEOUT_S
    is_over: bool = False
    """The answer is there; nothing else is owed."""

    @property
    def left_s(self) -> float | None:
        """Seconds that are left; None: any time."""
        limit_s = self.within_s if self.is_over else self.limit_s
        return None if limit_s is None else self.begun + limit_s - time.monotonic()


def _read_lines(connection: socket.socket, patience: _Patience) -> Iterator[bytes]:
    """Yield whole lines until the other end hangs up; a line that never ends counts for nothing."""
    waiting = bytearray()
    while True:
        left_s = patience.left_s
        if left_s is not None and left_s <= 0:
            raise TimeoutError
        connection.settimeout(left_s)
        received = connection.recv(CHUNK_BYTES)
        if not received:
            return
        begin = len(waiting)
        waiting += received
        while (end := waiting.find(b"\n", begin)) >= 0:
            yield bytes(waiting[:end])
            del waiting[: end + 1]
            begin = 0
