"""What happens if I stop, restart or cut the power now? Told before anything is confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.demo.fast_time import in_fast_time
from tests.questions.place import Place, charge_point, place
from tests.questions.profiles import start_charging
from tests.questions.situations import TAG, csms


@asynccontextmanager
async def charging_with_three_waiting() -> AsyncIterator[Place]:
    """A running transaction, and three messages that the CSMS has not got."""
    keys = {"MeterValueSampleInterval": "1"}
    async with csms() as server, place(server.url, charge_point(keys)) as here:
        await here.reads("All well")
        await start_charging(here)
        await here.act("set_network", up=False)
        await here.until(lambda: here.app.store.snapshot.outbox.count >= 3)
        yield here


@pytest.mark.parametrize(
    ("key", "title", "words"),
    [
        (
            "s",
            "Stop OCPP?",
            (
                "ends now with reason Other",
                "Sent nothing from now on",
                r"Kept \d+ waiting messages and its StopTransaction, sent after the restart",
                r"Lost profiles of the transaction \(TxProfile\); what happens until the restart",
            ),
        ),
        (
            "b",
            "Cut the power and boot again?",
            (
                "ends with reason PowerLoss after the boot",
                "Sent BootNotification; once accepted, what was kept, the oldest first",
                r"Kept \d+ waiting messages and its StopTransaction; the meters",
                r"Lost profiles of the transaction \(TxProfile\); a tag that waits",
            ),
        ),
    ],
    ids=["stop", "power-cut"],
)
@in_fast_time
async def test_what_is_kept_lost_and_sent_is_told_before_the_answer(
    key: str, title: str, words: tuple[str, ...]
) -> None:
    async with charging_with_three_waiting() as here:
        await here.after(key, title, rf"Conn. 1 transaction #77 of {TAG}, \d+\.\d\d kWh", *words)
        await here.after("escape", "1 ● Charging")


@in_fast_time
async def test_a_restart_after_a_stop_tells_what_it_sends() -> None:
    async with charging_with_three_waiting() as here:
        await here.act("stop")
        await here.reads("! Stopped by the operator since .*nothing is sent or tried")
        await here.after(
            "r",
            "Restart OCPP?",
            r"Sent BootNotification; once accepted, the statuses, then \d+ waiting messages",
            r"Kept \d+ waiting messages; charge point profiles, keys, local list, reservations",
            "Lost nothing more",
        )


@in_fast_time
async def test_a_restart_without_a_stop_tells_why_there_is_nothing_to_restart() -> None:
    async with charging_with_three_waiting() as here:
        await here.after("r", "it is not stopped; restart follows")
