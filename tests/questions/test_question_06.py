"""Why did the session not start? Who refused, the tag, and the key that decides: one key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from tests.demo.fast_time import in_fast_time
from tests.end_to_end.raw_csms import RawCsms
from tests.questions.place import TIME, Place, charge_point, dated, place
from tests.questions.situations import OTHER_TAG, TAG, csms


@asynccontextmanager
async def accepted(
    server: RawCsms, keys: dict[str, str] | None = None
) -> AsyncIterator[tuple[RawCsms, Place]]:
    async with server, place(server.url, charge_point(keys)) as here:
        await here.reads("All well: Accepted")
        yield server, here


async def swipe(here: Place, tag: str = TAG, *, plug: bool = True) -> None:
    if plug:
        await here.act("plug_in", connector_id=1)
    await here.act("swipe", id_tag=tag, connector_id=1)


async def answers(here: Place, by: str, *words: str) -> None:
    """At a glance in the pane, in full one key away."""
    await here.reads(f"[Ss]tart refused {TIME} by the {by}")
    await here.after("enter", f"Start refused {TIME} by the {by}", *words)


@in_fast_time
async def test_a_tag_that_the_local_list_blocks() -> None:
    keys = {"LocalAuthListEnabled": "true"}
    async with accepted(csms(), keys) as (server, here):
        entry = {"idTag": TAG, "idTagInfo": {"status": "Blocked"}}
        payload = {"listVersion": 3, "updateType": "Full", "localAuthorizationList": [entry]}
        assert (await server.call("SendLocalList", payload))[2] == {"status": "Accepted"}
        await here.act("set_network", up=False)
        await swipe(here)
        await answers(here, "local list", TAG, "Blocked")


@in_fast_time
async def test_a_tag_that_the_csms_calls_invalid() -> None:
    async with accepted(csms(tag_status="Invalid")) as (_, here):
        await swipe(here)
        await here.reads(f"! Connector 1: start refused {TIME} by the CSMS")
        await answers(here, "CSMS", TAG, "the CSMS answered Invalid")


@in_fast_time
async def test_a_connector_that_is_reserved_for_another_tag() -> None:
    async with accepted(csms()) as (server, here):
        until = datetime.now(UTC) + timedelta(hours=1)
        payload = {
            "connectorId": 1,
            "expiryDate": until.isoformat(),
            "idTag": OTHER_TAG,
            "reservationId": 12,
        }
        assert (await server.call("ReserveNow", payload))[2] == {"status": "Accepted"}
        kept = f"Kept for tag {OTHER_TAG} until {until:%H:%M} · reservation 12"
        await here.reads(dated(kept))
        await swipe(here)
        await answers(here, "reservation", TAG, "[Rr]eserv")


@in_fast_time
async def test_a_connector_that_is_out_of_operation() -> None:
    async with accepted(csms()) as (server, here):
        payload = {"connectorId": 1, "type": "Inoperative"}
        assert (await server.call("ChangeAvailability", payload))[2] == {"status": "Accepted"}
        await here.reads("! Connector 1: Unavailable since .*, set so by the CSMS")
        await swipe(here)
        await answers(here, "connector", TAG, "Unavailable")


@in_fast_time
async def test_a_tag_whose_cable_did_not_come_in_time() -> None:
    async with accepted(csms(), {"ConnectionTimeOut": "1"}) as (_, here):
        await swipe(here, plug=False)
        await answers(here, "connection timeout", TAG, "ConnectionTimeOut")


@in_fast_time
async def test_a_tag_that_nobody_knows_while_offline() -> None:
    async with accepted(csms()) as (_, here):
        await here.act("set_network", up=False)
        await swipe(here)
        await answers(here, "offline rule", TAG, "AllowOfflineTxForUnknownId")
