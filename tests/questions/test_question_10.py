"""What waits to be sent, and why? The count on the dashboard; the list, one key away: `5`."""

from __future__ import annotations

from tests.demo.fast_time import in_fast_time
from tests.questions.place import TIME, charge_point, place
from tests.questions.profiles import start_charging
from tests.questions.situations import csms


@in_fast_time
async def test_offline_with_a_running_transaction() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await start_charging(here)
        await here.act("set_network", up=False)
        await here.act("plug_out", connector_id=1)
        await here.reads("queue [1-9]", "[1-9] more: a")
        await here.after("5", r"Queue \d waits?", "StopTransaction", "offline", TIME)


@in_fast_time
async def test_a_csms_that_answers_with_an_error_and_the_wait_for_the_next_try() -> None:
    keys = {"TransactionMessageAttempts": "4", "TransactionMessageRetryInterval": "50"}
    server = csms()
    server.refusals["StartTransaction"] = "database is down"
    async with server, place(server.url, charge_point(keys)) as here:
        await here.reads("All well")
        await here.act("plug_in", connector_id=1)
        await here.act("swipe", id_tag="TAG", connector_id=1)
        await here.reads(
            "queue 1",
            r"! 1 message waits since .*: the CSMS answered.* again in \d\d s",
        )
        await here.after("5", "StartTransaction", "InternalError", "(1|2) of 4", TIME)
