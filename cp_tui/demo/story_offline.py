"""The steps of the story without the network: charging goes on, and nothing is lost."""

from __future__ import annotations

from cp_tui.demo import scenario_steps as more, story_checks as checks, story_steps
from cp_tui.demo.step_context import StepContext
from cp_tui.demo.way_to_csms import see_nothing_wait
from cp_tui.ocpp.core import StopTransactionRequest
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.ocpp.units import energy


async def stop_offline(context: StepContext) -> None:
    """Stop the first car with its tag, and let it go, while nobody hears of it."""
    await context.next_step()
    await context.act("swipe", id_tag=story_steps.DRIVER, connector_id=1)
    await checks.see_status(context, 1, ChargePointStatus.FINISHING)
    waiting = await more.see_messages_wait(context, 2)
    context.tell(
        f"Connector 1: tag {story_steps.DRIVER} shown again -> Finishing, without the CSMS; "
        f"{waiting} messages wait to be sent"
    )
    await context.next_step()
    await context.act("plug_out", connector_id=1)
    await checks.see_status(context, 1, ChargePointStatus.AVAILABLE)
    context.tell("Connector 1: cable unplugged -> Available")


async def deliver_the_queue(context: StepContext) -> None:
    """Plug the network cable in; the end of the transaction arrives, with its own time."""
    await context.next_step()
    online_at = context.csms.now()
    await more.plug_the_network(context)
    transaction_id = context.transactions[1]
    stop = await context.hear(
        f"StopTransaction of transaction {transaction_id}, of the time offline",
        StopTransactionRequest,
        lambda heard: heard.transaction_id == transaction_id and heard.timestamp < online_at,
    )
    await see_nothing_wait(context)
    energy_wh = stop.meter_stop - context.csms.transactions[transaction_id].start.meter_start
    context.tell(
        f"Online again: all that waited arrived, transaction {transaction_id} with "
        f"{energy(energy_wh)}"
    )
