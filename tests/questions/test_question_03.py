"""When does it try again, and can I make it try now? Seconds to go, and one key."""

from __future__ import annotations

from tests.demo.fast_time import in_fast_time
from tests.end_to_end.raw_csms import RawCsms
from tests.ports import free_port
from tests.questions.place import place
from tests.questions.situations import csms


@in_fast_time
async def test_one_key_tries_now_and_shows_the_failure_of_the_new_try() -> None:
    async with place(f"ws://127.0.0.1:{free_port()}") as here:
        await here.reads(r"· try 2 in \d\d s", "n try now")
        await here.after("n", r"It is tried now", r"· try 3 in \d\d s")


@in_fast_time
async def test_one_key_tries_now_and_shows_the_success() -> None:
    port = free_port()
    async with place(f"ws://127.0.0.1:{port}") as here:
        await here.reads(r"· try 2 in \d\d s", "n try now")
        server: RawCsms = csms(port=port)
        async with server:
            await here.after("n", "● Accepted", "All well: Accepted")


@in_fast_time
async def test_the_seconds_to_go_are_counted_down_while_it_waits() -> None:
    """In steps of five seconds: 40, 35, ..."""
    async with place(f"ws://127.0.0.1:{free_port()}") as here:
        await here.reads(r"· try 2 in (40|39) s")
        await here.reads(r"· try 2 in 35 s")
