"""`cp-tui fleet` as it is installed, against a CSMS in a process of its own that keeps a book."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cp_tui.fleet.billed import NAMED_MAX
from cp_tui.ocpp.plural import count
from tests.end_to_end.processes import Done, cp_tui
from tests.end_to_end.programs import start_with_pipes
from tests.fleet.csms_process import CsmsProcess, book_csms

COMMON = (
    *("fleet", "--ramp=storm", "--seed=1", "--backoff=200ms+300ms", "--settle=20s"),
    *("--sessions=400", "--session-length=1s..2s", "--set=MeterValueSampleInterval=1"),
)
"""Cars come often and leave soon; whoever loses the line is back within half a second or two."""

AWAY_S = 0.5
"""How long nobody listens."""
AWAY_LONG_S = 1.2
"""The same, where some sessions are to end meanwhile, and some are not."""
WAIT_S = 120.0


def command(csms: CsmsProcess, folder: Path, *options: str) -> tuple[str, ...]:
    """Give the command of a fleet with a ledger and a report in a folder."""
    return (
        *COMMON,
        *(f"--url={csms.url}", f"--billed={csms.billed}"),
        *(f"--ledger={folder / 'ledger.csv'}", f"--report={folder / 'report.json'}"),
        *options,
    )


def rows(path: Path) -> list[tuple[str, str, int]]:
    """Read a table: charge point, transaction and Wh of each row, in their order."""
    with path.open(newline="") as file:
        return sorted(
            (
                row["chargePointId"],
                row["transactionId"],
                int(row["meterStop"]) - int(row["meterStart"]),
            )
            for row in csv.DictReader(file)
        )


async def ended(csms: CsmsProcess, *arguments: str, when: Callable[[dict[str, Any]], bool]) -> Done:
    """Run a fleet until the CSMS has seen enough of it; then somebody has it end."""
    running = await start_with_pipes(*arguments, "--for=5m")
    try:
        await csms.until(when, WAIT_S)
        assert (await cp_tui("ctl", "--fleet", "end")).result is True
        out, err = await running.communicate()
    finally:
        running.kill()
    assert running.returncode is not None
    return Done(running.returncode, out.decode(), err.decode())


async def test_nothing_is_lost_or_doubled_by_a_csms_that_is_killed_or_whose_answers_get_lost(
    tmp_path: Path,
) -> None:
    async with book_csms(tmp_path / "book", lose_answer_every=40) as csms:
        running = await start_with_pipes(*command(csms, tmp_path, "--stations=200", "--for=5m"))
        await csms.until(
            lambda counts: counts["transactions"] >= 60 and counts["accepted"] == 200, WAIT_S
        )
        await csms.kill()
        await asyncio.sleep(AWAY_S)
        await csms.start()
        await csms.until(lambda counts: counts["repeated"] >= 3, WAIT_S)
        running.send_signal(signal.SIGINT)
        out, _ = await running.communicate()
        counts = await csms.ask("counts")
    # That it did not last as long as it was to is all that is wrong with it.
    assert running.returncode == 1, out
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["faults"] == ["ended from outside, before the plan was done"], out
    assert all(each["is_held"] for each in content["limits"]), out
    assert counts["renewed"] == 0, "whose answer was lost comes again with the id that it had"
    ledger = rows(tmp_path / "ledger.csv")
    assert ledger == rows(csms.billed)
    assert len(ledger) == counts["transactions"] >= 60
    assert len({transaction for _, transaction, _ in ledger}) == len(ledger)
    bill = content["bill"]
    assert (bill["begun"], bill["acknowledged"]) == (len(ledger), len(ledger))
    assert bill["wh_made"] == bill["wh_acknowledged"] == sum(wh for *_, wh in ledger)


async def test_a_fleet_that_is_killed_and_started_again_with_its_store_owes_nothing_to_the_csms(
    tmp_path: Path,
) -> None:
    async with book_csms(tmp_path / "book", lose_answer_every=40) as csms:
        kept = ("--stations=40", f"--store={tmp_path / 'fleet.db'}")
        killed = await start_with_pipes(*command(csms, tmp_path, *kept, "--for=5m"))
        await csms.until(lambda counts: 10 <= counts["billed"] < counts["transactions"] - 3, WAIT_S)
        await csms.kill()
        # Sessions end meanwhile, and what they have to say waits.
        await asyncio.sleep(AWAY_LONG_S)
        killed.kill()
        await killed.communicate()
        (before,) = tmp_path.glob(".ledger.csv.*.part")
        await csms.start()
        owed = await csms.ask("counts")
        done = await ended(
            csms,
            *command(csms, tmp_path, *kept),
            when=lambda counts: (
                counts["transactions"] > owed["transactions"] + 5 and counts["accepted"] == 40
            ),
        )
        counts = await csms.ask("counts")
    assert done.status == 0, done
    found = re.search(r", (\d+) transactions taken over from ", done.out)
    assert found, done.out
    # What the CSMS does not know of yet may be owed as well.
    assert int(found[1]) >= owed["transactions"] - owed["billed"] > 0
    ledger = (tmp_path / "ledger.csv").read_text().splitlines()
    reasons = [row["reason"] for row in csv.DictReader(ledger)]
    assert 0 < reasons.count("PowerLoss") <= int(found[1])
    assert len(reasons) > int(found[1]), "and it goes on charging"
    both = {*rows(before), *rows(tmp_path / "ledger.csv")}
    billed = rows(csms.billed)
    assert both == {*billed}
    assert len(billed) == counts["transactions"] == counts["billed"], "none twice, none open"
    assert counts["renewed"] == 0, "whoever boots sends again with the id that it had"
    bill = json.loads((tmp_path / "report.json").read_text())["bill"]
    assert (bill["taken_over"], bill["begun"]) == (int(found[1]), bill["acknowledged"])


async def test_what_a_csms_loses_or_gives_out_twice_fails_the_run_and_is_named(
    tmp_path: Path,
) -> None:
    """Nobody shows a tag in this run: the CSMS begins each transaction itself."""
    plan = tmp_path / "plan.toml"
    plan.write_text("[sessions]\nremote_share = 1.0\n")
    faults = {"drop_stop_every": 3, "double_id_at": 5}
    async with book_csms(tmp_path / "book", starts_remotely=True, **faults) as csms:
        done = await ended(
            csms,
            *command(csms, tmp_path, f"--plan={plan}", "--stations=80"),
            when=lambda counts: counts["transactions"] >= 12,
        )
    assert done.status == 1, done
    said = " ".join(done.out.split())
    assert "RemoteStartTransaction" in said
    assert ",REMOTE," in (tmp_path / "ledger.csv").read_text()
    lost = set(rows(tmp_path / "ledger.csv")) - set(rows(csms.billed))
    assert f"FAIL {count(len(lost), 'transaction')} acknowledged and not billed" in said
    named = [each for each in lost if re.search(rf"\b{each[1]} of {each[0]}\b", said)]
    assert len(named) == min(len(lost), NAMED_MAX)
    assert "FAIL doubled is above 0: it is 1" in said
    assert re.search(r"given out twice: transactionId \d", said)


async def test_a_csms_that_is_not_there_or_accepts_nobody_has_tested_nothing(
    tmp_path: Path,
) -> None:
    async with book_csms(tmp_path / "book", silent_from="tcp") as csms:
        options = ("--stations=20", "--for=500ms", "--settle=500ms")
        silent = asyncio.create_task(cp_tui(*command(csms, tmp_path, *options)))
        absent = CsmsProcess(tmp_path / "none")
        absent.port = 1
        done = await cp_tui(*COMMON, f"--url={absent.url}", *options)
        assert (done.status, (await silent).status) == (3, 3), done
    assert "Accepted: 0 of 20" in done.out
