"""Why did it stop? The reason, by whom, when, the energy, and whether the CSMS has it: key `5`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.demo.fast_time import in_fast_time
from tests.end_to_end.raw_csms import RawCsms
from tests.questions.place import TIME, Place, charge_point, place
from tests.questions.profiles import start_charging
from tests.questions.situations import TAG, csms

End = Callable[[RawCsms, Place], Awaitable[None]]


async def remote(server: RawCsms, here: Place) -> None:
    await server.call("RemoteStopTransaction", {"transactionId": 77})


async def unplugged(server: RawCsms, here: Place) -> None:
    await here.act("plug_out", connector_id=1)


async def power_loss(server: RawCsms, here: Place) -> None:
    await here.act("power_cycle")


async def unlock(server: RawCsms, here: Place) -> None:
    await server.call("UnlockConnector", {"connectorId": 1})


async def reset(server: RawCsms, here: Place) -> None:
    await server.call("Reset", {"type": "Soft"})


@pytest.mark.parametrize(
    ("end", "reason", "words"),
    [
        (remote, "Remote", "CSMS, remote .* the CSMS asked to stop it"),
        (unplugged, "EVDisconnected", "cable|unplugged|vehicle"),
        (power_loss, "PowerLoss", "power"),
        (unlock, "UnlockCommand", "[Uu]nlock"),
        (reset, "SoftReset", "Reset"),
    ],
    ids=["remote", "unplugged", "power-loss", "unlock", "reset"],
)
@in_fast_time
async def test_the_end_of_a_session_is_told(end: End, reason: str, words: str) -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await start_charging(here)
        await end(server, here)
        await here.after("5", *answer(reason, words))


@in_fast_time
async def test_a_session_that_the_csms_did_not_want() -> None:
    server = csms()
    refused = {"transactionId": 77, "idTagInfo": {"status": "Blocked"}}
    server.answers["StartTransaction"] = refused
    async with server, place(server.url, charge_point({"LocalPreAuthorize": "true"})) as here:
        await here.reads("All well")
        await here.act("plug_in", connector_id=1)
        await here.act("swipe", id_tag=TAG, connector_id=1)
        await here.after("5", *answer("DeAuthorized", "Blocked"))


@in_fast_time
async def test_a_fault_stops_the_current_and_not_the_session() -> None:
    """The transaction goes on (status.md): who asks why nothing flows looks at the connector."""
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await start_charging(here)
        await here.act(
            "raise_error", connector_id=1, error_code="GroundFailure", info="residual current 31 mA"
        )
        fault = f"GroundFailure since {TIME}, no charging, residual current"
        await here.reads(rf"× Connector 1: {fault[: -len('al current')]}.* · x clears it")
        await here.after("enter", "Now ! Faulted", f"Error {fault} 31 mA", f"Tx #77 {TAG}")


@in_fast_time
async def test_a_fault_that_ends_the_session() -> None:
    config = charge_point({"StopTransactionOnFault": "true"})
    async with csms() as server, place(server.url, config) as here:
        await here.reads("All well")
        await start_charging(here)
        await here.act("raise_error", connector_id=1, error_code="GroundFailure")
        await here.after("5", *answer("Other", "GroundFailure appeared"))


def answer(reason: str, words: str) -> tuple[str, ...]:
    """What must be readable below the newest session."""
    return (rf"#77 .*{TAG}", r"\d\.\d\d kWh", reason, words, TIME, "CSMS has it")
