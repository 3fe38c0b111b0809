"""How often a file transfer is tried: what the CSMS asked for, within reason (E 3.50)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from cp_tui.charge_point.records import Tries
from cp_tui.charge_point.variables import Transfer
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.length import exact
from cp_tui.ocpp.redaction import shown_location

RETRIES_DEFAULT = 2
"""How often a transfer is tried again where the CSMS does not say; it may well say 0."""
RETRIES_MAX = 100
INTERVAL_DEFAULT_S = 60
INTERVAL_S_MAX = 7 * 86_400


def planned(retries: int | None, retry_interval_s: int | None) -> Tries:
    """Plan one try, and as many more as were asked for."""
    more = RETRIES_DEFAULT if retries is None else min(max(retries, 0), RETRIES_MAX)
    wait_s = INTERVAL_DEFAULT_S if retry_interval_s is None else retry_interval_s
    return Tries(attempts_max=1 + more, retry_interval_s=min(max(wait_s, 0), INTERVAL_S_MAX))


def bounds(retries: int | None, retry_interval_s: int | None) -> str:
    """Say what of the wish is beyond reason, in words that go on after the number of tries."""
    plan, words = planned(retries, retry_interval_s), ""
    if retries is not None and retries != plan.attempts_max - 1:
        words += f" (retries is {retries}; it is taken as {plan.attempts_max - 1})"
    if retry_interval_s is not None and retry_interval_s != plan.retry_interval_s:
        taken = exact(plan.retry_interval_s)
        words += f" (retryInterval is {retry_interval_s} s; it is taken as {taken})"
    return words


def begun(tries: Tries) -> Tries:
    """Begin the next try."""
    return replace(tries, attempt=tries.attempt + 1, next_try_at=None)


def failed(tries: Tries, text: str, now: datetime) -> Tries:
    """Note why a try failed, and when the next one is due if there is one left."""
    is_last = tries.attempt >= tries.attempts_max
    next_try_at = None if is_last else later(now, tries.retry_interval_s)
    return replace(tries, last_error=text, next_try_at=next_try_at)


def interrupted(tries: Tries, now: datetime) -> Tries:
    """Have a try that a boot interrupted made anew: it was nobody's fault."""
    # The try is taken back, so that a charge point that loses power often does not use them up.
    update = {"attempt": max(0, tries.attempt - 1), "next_try_at": now}
    return replace(tries, **update)


def transfer_view(
    location: str,
    tries: Tries,
    *,
    next_try_at: datetime | None,
    moved: tuple[int, int | None] | None,
) -> Transfer:
    """Show the tries of a transfer; `moved` is done and total, in bytes."""
    done_bytes, total_bytes = moved or (None, None)
    return Transfer(
        location=shown_location(location),
        attempt=tries.attempt,
        attempts_max=tries.attempts_max,
        next_try_at=next_try_at,
        done_bytes=done_bytes,
        total_bytes=total_bytes,
        last_error=tries.last_error,
    )
