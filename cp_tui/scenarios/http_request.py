"""One HTTP request of a hook, in a thread: the library of the standard is enough for it."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial

from cp_tui.engine.thread import in_daemon_thread

ANSWER_BYTES_MAX = 4_096
"""What is read of the answer."""


async def request(
    method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
) -> tuple[int, str]:
    """Make a request; returns the status, and the beginning of the answer. Raises `OSError`."""
    if not url.startswith(("http://", "https://")):
        raise OSError(0, f"{url}: must begin with http:// or https://")
    return await in_daemon_thread(partial(_make, method, url, headers, body, timeout_s))


def _make(
    method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
) -> tuple[int, str]:
    made = urllib.request.Request(url, body, dict(headers), method=method.upper())
    try:
        with urllib.request.urlopen(made, timeout=timeout_s) as answer:
            return answer.status, answer.read(ANSWER_BYTES_MAX).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(ANSWER_BYTES_MAX).decode("utf-8", "replace")
    except ValueError as error:
        raise OSError(0, str(error)) from None
