"""Is its clock right? The offset, when it was set and by which message, at the first look."""

from __future__ import annotations

import pytest

from tests.demo.fast_time import in_fast_time
from tests.peer import PeerCsms
from tests.ports import free_port
from tests.questions.place import MINUTE, place
from tests.questions.situations import boot, csms


@pytest.mark.parametrize(
    ("ahead_s", "words", "step"),
    [
        (90.4, r"(8\d|90) s behind · BootNotification", r"ahead by (8\d s|90 s|2 min)"),
        (-600.0, r"10 min ahead · BootNotification", "back by 10 min"),
    ],
    ids=["csms-ahead", "csms-behind"],
)
@in_fast_time
async def test_a_csms_with_another_time(ahead_s: float, words: str, step: str) -> None:
    answer = boot(ahead_s=ahead_s)
    async with csms(boot_answer=answer) as server, place(server.url) as here:
        await here.reads(f"Clock {words}", f"! Clock set {step} at .*BootNotification")
        await here.after("a", rf"! Clock of this machine: {words} {MINUTE}")


@in_fast_time
async def test_a_clock_that_agrees() -> None:
    """The independent CSMS tells the time at which it answers."""
    async with PeerCsms() as server, place(server.url) as here:
        await here.reads(rf"Clock [+-]\d.\d s · BootNotification {MINUTE}")


@in_fast_time
async def test_a_clock_of_a_charger_that_was_never_connected() -> None:
    async with place(f"ws://127.0.0.1:{free_port()}") as here:
        await here.reads("Clock never set by the CSMS")


@in_fast_time
async def test_a_clock_that_a_silent_csms_has_never_set() -> None:
    server = csms()
    server.silent.add("BootNotification")
    async with server, place(server.url) as here:
        await here.reads("Clock never set by the CSMS")
