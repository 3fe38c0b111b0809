"""Is it connected, and does the backend want it? Answered by the first look."""

from __future__ import annotations

import pytest

from tests.demo.fast_time import in_fast_time
from tests.questions.place import MINUTE, TIME, place
from tests.questions.situations import boot, csms


@pytest.mark.parametrize(
    ("status", "interval_s", "words"),
    [
        (
            "Accepted",
            3600,
            (
                r"● Accepted",
                r"All well: Accepted, 2 connectors ready, nothing waits",
                f"Socket open since {MINUTE}",
                rf"Boot Accepted since {MINUTE} · heartbeat {TIME}",
            ),
        ),
        (
            "Pending",
            120,
            (
                r"◐ Pending",
                r"Pending: the CSMS has not accepted it.* · boots again in 2 min",
                f"Socket open since {MINUTE}",
                rf"Boot Pending since {MINUTE} · BootNotification again {TIME}",
            ),
        ),
        (
            "Rejected",
            300,
            (
                r"× Rejected",
                r"the CSMS does not want this .* · boots again in 5 min",
                f"Socket open since {MINUTE}",
                rf"Boot Rejected since {MINUTE} · BootNotification again {TIME}",
            ),
        ),
    ],
    ids=["healthy", "pending", "rejected"],
)
@in_fast_time
async def test_link_and_registration_are_told_apart_with_what_comes_next(
    status: str, interval_s: int, words: tuple[str, ...]
) -> None:
    answer = boot(status, interval_s)
    async with csms(boot_answer=answer) as server, place(server.url) as here:
        await here.reads(*words)


@in_fast_time
async def test_an_open_socket_to_a_silent_csms_is_no_connection() -> None:
    server = csms()
    server.silent.add("BootNotification")
    async with server, place(server.url) as here:
        await here.reads(
            rf"! No answer yet to BootNotification of {TIME} · gives up in \d+ s",
            f"Socket open since {MINUTE}",
            r"◌ No answer to boot",
        )
