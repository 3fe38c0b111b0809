"""What will it be at 22:30? Value and source at the cursor: the schedule, and its next change."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.demo.fast_time import in_fast_time
from tests.questions.place import machine_now, place
from tests.questions.profiles import install, profile
from tests.questions.situations import csms

REAL_START = machine_now()
EVENING = REAL_START.replace(hour=20, minute=40, second=0)
MIDNIGHT = EVENING.replace(hour=0, minute=0)


def evening() -> datetime:
    """A clock that began at 20:40."""
    return EVENING + (datetime.now(UTC) - REAL_START)


@in_fast_time
async def test_a_daily_profile_and_one_that_expires_at_22_o_clock() -> None:
    answer = {"status": "Accepted", "currentTime": evening().isoformat(), "interval": 3600}
    async with csms(boot_answer=answer) as server, place(server.url, now=evening) as here:
        await here.reads("All well")
        daily = profile(
            4,
            "TxDefaultProfile",
            [(0, 16), (6 * 3600, 10)],
            start=MIDNIGHT,
            chargingProfileKind="Recurring",
            recurrencyKind="Daily",
        )
        until_ten = EVENING.replace(hour=22, minute=0).isoformat()
        expiring = profile(
            5, "TxDefaultProfile", [(0, 25)], level=3, start=MIDNIGHT, validTo=until_ten
        )
        for wanted in (daily, expiring):
            await install(server, 1, wanted)
        # The change has to be known before a key can go to it.
        await here.after("4", r"now · connector 1 · 25.0 A until 22:00")
        await here.after("L", r"22:00 · connector 1 · 10.0 A until \w{3} \d\d 00:00")
        await here.reads(
            "TxDefaultProfile #4 level 0 allows 10.0 A", "TxDefaultProfile #5 level 3 .* until"
        )
