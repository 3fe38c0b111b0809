"""Asked at once and ten minutes later, in which nobody pressed a key: the answers are still right.

Time is that of a fast loop, and so is the wall clock: it goes on when all that is due is done, over
the real socket.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from tests.demo.fast_time import FastClock, in_fast_time
from tests.end_to_end.raw_csms import RawCsms
from tests.ports import free_port
from tests.questions.place import MINUTE, TIME, Place, dated, place
from tests.questions.profiles import install, profile, start_charging
from tests.questions.situations import TAG, boot, csms

STRIDE_S, STRIDES = 30.0, 20
"""Ten minutes."""


class Hours:
    """The clock of engine, screen and loop."""

    def __init__(self) -> None:
        self.now = FastClock()

    async def go_by(self, here: Place, server: RawCsms | None = None) -> None:
        """Let ten minutes pass, also for the clock of a CSMS that answers boots."""
        for _stride in range(STRIDES):
            if server is not None:
                now = {"currentTime": self.now().isoformat()}
                server.answers["BootNotification"] = {**server.answers["BootNotification"], **now}
            await asyncio.sleep(STRIDE_S)
        await here.pilot.pause()


def said(here: Place, pattern: str) -> str:
    """What stands on the screen for a pattern."""
    found = re.search(pattern, here.flat())
    assert found is not None, f"{pattern} cannot be read on:\n{here.text()}"
    return found[0]


@in_fast_time
async def test_a_charge_that_goes_on() -> None:
    """Questions 1, 4, 5, 8, 9, 11 and 12."""
    clock = Hours()
    async with csms() as server, place(server.url, now=clock.now) as here:
        await here.reads("All well")
        await server.call("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "3600"})
        await start_charging(here)
        await install(server, 1, profile(3, "TxDefaultProfile", [(0, 20)]))
        periods = [(0, 10), (4 * 3600, 16)]
        await install(server, 1, profile(7, "TxProfile", periods, level=2, transactionId=77))
        await here.reads("10.0 A")
        since = said(here, f"Socket open since {MINUTE}")
        clock_words = said(here, rf"Clock [-+]\d\.\d s · BootNotification {MINUTE}")
        began = said(here, f"#77 {TAG} · since {MINUTE}")
        for is_later in (False, True):
            if is_later:
                await clock.go_by(here)
            glance = map(dated, (f"{since} ", began))
            await here.reads("● Accepted", f"heartbeat {TIME}", *glance)
            # No other message has told the time since the boot.
            words = (f"URL {server.url}/CP001", "Profile 0: neither TLS", dated(clock_words))
            await here.after("D", *words)
            await here.after(
                "escape enter",
                rf"Limit 10.0 A from TxProfile #7 level 2 · until .*{TIME}",
                "Displaced TxProfile #7 level 2 beats TxDefaultProfile #3 level 0",
            )
            await here.after("escape s", "Stop OCPP?", rf"#77 of {TAG}", "reason Other")
            await here.after("escape 4 L", rf"{TIME} · connector 1 · 16.0 A")
            # Without its seconds where it has a date.
            changed = f"({TIME}|{MINUTE}) HeartbeatInterval 3600 → 3600"
            await here.after("0 3", f"{changed} .*CSMS .*Accepted")
            await here.after("1", "● Charging")
        assert float(said(here, r"\d+\.\d\d kWh").split()[0]) > 0.9


@in_fast_time
async def test_a_connection_that_is_tried_again_and_again() -> None:
    """Questions 2 and 3."""
    clock = Hours()
    async with place(f"ws://127.0.0.1:{free_port()}", now=clock.now) as here:
        await here.reads("connection refused: nothing listens", r"· try 2 in \d\d s")
        await clock.go_by(here)
        await here.reads("connection refused: nothing listens", r"· try \d\d in \d\d? s")
        number = int(said(here, r"· try \d\d in").split()[2])
        assert 12 <= number <= 18
        await here.after("n", rf"· try {number + 1} in \d\d s")


@in_fast_time
async def test_a_start_that_was_refused_and_a_charge_that_ended_offline() -> None:
    """Questions 6, 7 and 10."""
    clock = Hours()
    server = csms()
    async with server, place(server.url, now=clock.now) as here:
        await here.reads("All well")
        await start_charging(here, 2)
        server.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
        await here.act("plug_in", connector_id=1)
        await here.act("swipe", id_tag="NOBODY", connector_id=1)
        await here.reads("start refused .* by the CSMS")
        await here.act("set_network", up=False)
        await here.act("plug_out", connector_id=2)
        await here.reads("queue [1-9]")
        at = said(here, rf"refused {TIME} by the CSMS")
        for is_later in (False, True):
            if is_later:
                await clock.go_by(here)
            await here.reads("queue [1-9]")
            await here.after("enter", f"Start {dated(at)}", "NOBODY", "the CSMS answered Invalid")
            await here.after(
                "escape 5", r"Queue \d waits?", "StopTransaction", "offline", "the oldest since"
            )
            await here.reads(f"{TIME}.*cable|vehicle|unplugged", "NOBODY CSMS")
            await here.after("1", "Connectors")


@in_fast_time
async def test_a_csms_that_does_not_want_the_charge_point() -> None:
    """Question 1, where a boot is tried again and again."""
    clock = Hours()
    # Nothing is due in the last stride, which would still be on its way when it is looked at.
    answer = boot("Rejected", 270)
    async with csms(boot_answer=answer) as server, place(server.url, now=clock.now) as here:
        await here.reads("× Rejected", "the CSMS does not want this .* · boots again in [45] min")
        since = said(here, f"Boot Rejected since {MINUTE}")
        await clock.go_by(here, server)
        words = r"the CSMS does not wan.* · boots again in \d+ (min|s)"
        await here.reads("× Rejected", words, dated(f"{since} "))
        again = datetime.strptime(said(here, f"again {TIME}").split()[-1], "%H:%M:%S").time()
        left = datetime.combine(clock.now().date(), again, UTC) - clock.now()
        assert timedelta() < left % timedelta(days=1) < timedelta(seconds=270)
