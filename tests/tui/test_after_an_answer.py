"""What a screen shows after the answer to a command: the variables of then, over a real socket."""

from __future__ import annotations

from tests.questions.place import place
from tests.questions.situations import csms


async def test_what_the_stop_did_is_shown_when_it_is_done() -> None:
    async with csms() as server, place(server.url) as here:
        await here.act("plug_in", connector_id=1)
        await here.act("swipe", id_tag="TAG1", connector_id=1, wait=True)
        await here.reads("Charging")
        await here.after("s", "Stop OCPP")
        await here.after("y", "What the stop did", "TAG1 on connector 1 ended with reason Other")
