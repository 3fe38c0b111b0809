"""Real runs of Locust against a CSMS with a book: what they count is what the CSMS has."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fleet.csms_process import book_csms
from tests.fleet.locust.runs import locust, own_ports, row


async def test_two_processes_bill_what_the_csms_has(tmp_path: Path) -> None:
    async with (
        book_csms(tmp_path / "book") as csms,
        locust(
            tmp_path,
            *("--host", csms.url, "-u", "20", "-r", "20", "-t", "4s", "--processes", "2"),
            *own_ports(),
        ) as run,
    ):
        code = await run.ended()
        counts = await csms.ask("counts")
    assert code == 0, run.said
    bill = re.search(r"transactions: (\d+) begun, (\d+) acknowledged, 0 lost", run.said)
    assert bill, run.said
    assert int(bill[1]) == int(bill[2]) == counts["transactions"] == counts["billed"] > 19
    assert row(run.said, "bill", "transaction acknowledged") == counts["billed"]
    assert row(run.said, "OCPP", "StopTransaction") == counts["StopTransaction"]
    assert counts["BootNotification"] == counts["connections"] == 20
    assert "Traceback" not in run.said
