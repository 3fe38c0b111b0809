"""Is it connected, and does the backend want it? Answered by the first look."""

from __future__ import annotations

import pytest

from tests.questions.place import place
from tests.questions.situations import boot, csms

TIME = r"\d\d:\d\d:\d\d"


@pytest.mark.parametrize(
    ("status", "interval_s", "words"),
    [
        (
            "Accepted",
            3600,
            (
                r"● Accepted",
                r"All well: Accepted, 2 connectors ready, nothing waits",
                r"Socket open since \d\d:\d\d",
                rf"Boot Accepted since \d\d:\d\d · heartbeat {TIME}",
            ),
        ),
        (
            "Pending",
            120,
            (
                r"◐ Pending",
                r"Pending: the CSMS has not accepted it.* · boots again in 2 min",
                r"Socket open since \d\d:\d\d",
                rf"Boot Pending since \d\d:\d\d · BootNotification again {TIME}",
            ),
        ),
        (
            "Rejected",
            300,
            (
                r"× Rejected",
                r"the CSMS does not want this .* · boots again in 5 min",
                r"Socket open since \d\d:\d\d",
                rf"Boot Rejected since \d\d:\d\d · BootNotification again {TIME}",
            ),
        ),
    ],
    ids=["healthy", "pending", "rejected"],
)
async def test_link_and_registration_are_told_apart_with_what_comes_next(
    status: str, interval_s: int, words: tuple[str, ...]
) -> None:
    answer = boot(status, interval_s)
    async with csms(boot_answer=answer) as server, place(server.url) as here:
        await here.reads(*words)


async def test_an_open_socket_to_a_silent_csms_is_no_connection() -> None:
    server = csms()
    server.silent.add("BootNotification")
    async with server, place(server.url) as here:
        await here.reads(
            rf"! No answer yet to BootNotification of {TIME} · gives up in \d+ s",
            r"Socket open since \d\d:\d\d",
            r"◌ No answer to boot",
        )
