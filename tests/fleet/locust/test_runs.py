"""Real runs of Locust against a CSMS with a book: what they count is what the CSMS has.

A plain run tries two processes; a deep one every way in which a run begins and ends.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from tests.engine.certificates import authority
from tests.fleet.csms_process import CsmsProcess, book_csms
from tests.fleet.locust.runs import (
    LOCUSTFILE,
    RUN_TIMEOUT_S,
    LocustRun,
    locust,
    own_ports,
    row,
)
from tests.fleet.test_load_testing_paper import shown
from tests.ports import free_port
from tests.tiers import tier

TWENTY = ("-u", "20", "-r", "20")
TWO = ("--processes", "2")
Case = Callable[[Path], Awaitable[None]]


def papers(folder: Path, csms: CsmsProcess) -> tuple[str, ...]:
    """Give the options for all that a run can write and compare."""
    return (
        *("--host", csms.url, "--settle", "10s", "--billed", str(csms.billed)),
        *("--ledger", str(folder / "ledger.csv"), "--report", str(folder / "report.json")),
    )


def report(folder: Path) -> dict[str, Any]:
    """Read the report of a run."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return found


def ended(file: Path) -> list[tuple[str, ...]]:
    """Give each transaction of a table, of the run or of the CSMS, with its meter."""
    columns = ("transactionId", "chargePointId", "meterStart", "meterStop")
    rows = csv.DictReader(file.read_text().splitlines())
    return sorted(tuple(each[name] for name in columns) for each in rows)


async def same_closing(folder: Path, csms: CsmsProcess) -> None:
    """Assert that run, ledger and CSMS have the same transactions, all of them ended."""
    bill, counts = report(folder)["bill"], await csms.ask("counts")
    assert bill["begun"] == bill["acknowledged"] == counts["transactions"] == counts["billed"]
    assert (bill["lost"], bill["doubled"], bill["wh_made"]) == (0, 0, bill["wh_acknowledged"])
    assert ended(folder / "ledger.csv") == ended(csms.billed)


async def enough(run: LocustRun, csms: CsmsProcess) -> None:
    """Press Ctrl-C once the CSMS has seen enough of twenty: when that is, the machine decides."""
    await csms.until(
        lambda counts: (
            counts["accepted"] == 20 and min(counts["transactions"], counts["values"]) > 19
        ),
        RUN_TIMEOUT_S,
    )
    os.killpg(run.pid, signal.SIGINT)


async def two_processes_bill_what_the_csms_has(folder: Path) -> None:
    async with (
        book_csms(folder / "book") as csms,
        locust(folder, *papers(folder, csms), *TWENTY, *TWO, "--seed", "3", *own_ports()) as run,
    ):
        await enough(run, csms)
        code = await run.ended()
        assert code == 0, run.said
        await same_closing(folder, csms)
        counts = await csms.ask("counts")
        for each in ("CP0-00001", "CP1-00010"):
            assert (await csms.ask("station", id=each))["closed_properly"] == 1
    found = report(folder)
    assert (found["started"], found["accepted"], found["is_held"]) == (20, 20, True)
    assert min(counts["transactions"], found["bill"]["values_made"]) > 19
    assert row(run.said, "bill", "transaction acknowledged") == counts["billed"]
    assert row(run.said, "OCPP", "StopTransaction") == counts["StopTransaction"]
    assert counts["BootNotification"] == counts["connections"] == 20
    assert f"transactions: {counts['billed']} begun" in run.said
    assert "Traceback" not in run.said
    rows = csv.DictReader((folder / "ledger.csv").read_text().splitlines())
    assert {each["chargePointId"][:4] for each in rows} == {"CP0-", "CP1-"}


async def a_master_and_two_workers_come_to_the_same(folder: Path) -> None:
    """One of them brings no locustfile: the master hands it out. It has two processes."""
    port = free_port()
    place = ("--master-host", "127.0.0.1", f"--master-port={port}")
    bind = ("--master-bind-host", "127.0.0.1", f"--master-bind-port={port}")
    async with book_csms(folder / "book") as csms, AsyncExitStack() as stack:
        master = await stack.enter_async_context(
            locust(
                folder,
                *papers(folder, csms),
                *(*TWENTY, "--master", "--expect-workers", "3", *bind),
            )
        )
        workers = [
            await stack.enter_async_context(locust(folder, "--worker", *given, file=file))
            for file, given in (("-", (*place, *TWO)), ("depot.py", place))
        ]
        await enough(master, csms)
        codes = [await run.ended() for run in (master, *workers)]
        assert codes == [0, 0, 0], [run.said for run in (master, *workers)]
        await same_closing(folder, csms)
    assert report(folder)["started"] == 20


async def a_worker_that_dies_takes_charge_points_along(folder: Path) -> None:
    async with (
        book_csms(folder / "book") as csms,
        locust(folder, *papers(folder, csms), *TWENTY, "-t", "8s", *TWO, *own_ports()) as run,
    ):
        await csms.until(lambda counts: counts.get("StartTransaction", 0) >= 20, 30)
        os.kill(run.workers[1], signal.SIGKILL)
        assert await run.ended() == 1
    found = report(folder)
    (fault,) = [each for each in found["faults"] if "not accounted for" in each]
    assert re.fullmatch(r"10 charge points of worker \d are not accounted for: .*", fault)
    assert (found["is_held"], found["bill"]["lost"]) == (False, 0)


async def a_csms_that_was_killed_is_owed_nothing(folder: Path) -> None:
    """Done with 200, all of them in the middle of something when it happens."""
    async with (
        book_csms(folder / "book") as csms,
        locust(
            folder,
            *(*papers(folder, csms), "-u", "200", "-r", "100", "-t", "30s"),
            *(*TWO, *own_ports()),
        ) as run,
    ):
        await csms.until(lambda counts: counts.get("StartTransaction", 0) >= 200, 30)
        await csms.kill()
        await asyncio.sleep(2)
        await csms.start()
        assert await run.ended() == 0, run.said
        bill = report(folder)["bill"]
        assert ended(folder / "ledger.csv") == ended(csms.billed)
    assert (bill["lost"], bill["doubled"], bill["wh_made"]) == (0, 0, bill["wh_acknowledged"])
    assert report(folder)["link"]["losses"] == report(folder)["link"]["back"]["count"] == 200


async def what_the_csms_does_wrong_makes_it_fail(folder: Path) -> None:
    for faults, words in (
        ({"drop_stop_every": 5}, r"acknowledged and not billed: \d+ of CP0-000\d\d"),
        ({"double_id_at": 5}, "doubled is above 0: it is 1"),
        ({"error_every": 5}, "lost is above 0"),
    ):
        async with (
            book_csms(folder / "book", **faults) as csms,
            locust(folder, *papers(folder, csms), "--settle=3s", *TWENTY) as run,
        ):
            await enough(run, csms)
            assert await run.ended() == 1, (faults, run.said)
        assert re.search(f"FAIL:? .*{words}", run.said), (faults, run.said)
        for file in folder.glob("book*"):
            file.unlink()


async def a_limit_and_an_absence_have_codes_of_their_own(folder: Path) -> None:
    nobody = f"ws://127.0.0.1:{free_port()}"
    for arguments, code, words in (
        (("--host", nobody, "-t", "2s", "--settle=1s"), 3, "no charge point was ever Accepted"),
        (("--host", nobody, "--fail-if", "speed>3"), 2, "--fail-if: no figure"),
        (("--host", nobody, "--plan", f"{folder}/none.toml"), 2, "follows a plan: add .*PlanShape"),
        (("--host", nobody, "--ca-file", f"{folder}/none.pem"), 2, "--ca-file: .*does not exist"),
        (("--host", nobody, "--report", f"{folder}/none/x.csv"), 2, "--report .*No such file"),
        ((), 2, "no CSMS: give --host"),
        (("--host", "http://127.0.0.1"), 2, "ws://"),
        (("--host", nobody, "--ledger", f"{folder}/none/x"), 2, "--ledger .*No such file"),
    ):
        async with locust(folder, *arguments, "-u", "2", "-r", "2") as run:
            assert await run.ended() == code, (arguments, run.said)
        assert re.search(words, run.said), (arguments, run.said)
    async with (
        book_csms(folder / "book") as csms,
        locust(
            folder,
            *(*papers(folder, csms), *TWENTY),
            *("--fail-if", "BootNotification.p95>0ms, accepted.p99>45s"),
        ) as run,
    ):
        await enough(run, csms)
        assert await run.ended() == 1
    verdicts = {each["limit"]: each["is_held"] for each in report(folder)["limits"]}
    assert (verdicts["BootNotification.p95>0s"], verdicts["accepted.p99>45s"]) == (False, True)


async def a_run_lasts_as_long_as_it_was_told_however_long_its_start_took(folder: Path) -> None:
    """And fails where a signal cut it short."""
    slow = (
        f"import time\n\nends = time.time() + 4\nwhile time.time() < ends:\n    pass\n{LOCUSTFILE}"
    )
    async with book_csms(folder / "book") as csms:
        async with locust(
            folder, *papers(folder, csms), *TWENTY, "-t", "3s", locustfile=slow
        ) as run:
            assert await run.ended() == 0, run.said
        assert report(folder)["elapsed_s"] > 2
        async with locust(folder, *papers(folder, csms)[:4], *TWENTY, "-t", "1h") as run:
            await run.until("All users spawned")
            run.signal(signal.SIGTERM)
            assert await run.ended() == 1, run.said
        assert re.search("FAIL the run was ended from outside after .* of 1h", run.said), run.said


async def ctrl_c_closes_the_run_and_a_second_one_waits_for_nothing(folder: Path) -> None:
    """The terminal tells all processes of a run."""
    for times, code in ((1, 0), (2, 1)):
        async with (
            book_csms(folder / "book") as csms,
            locust(folder, *papers(folder, csms), *TWENTY, *TWO, *own_ports()) as run,
        ):
            await csms.until(lambda counts: counts.get("StartTransaction", 0) >= 20, 30)
            await run.until("All users spawned|Spawning is complete")
            if times == 2:
                await csms.kill()
            for _ in range(times):
                os.killpg(run.pid, signal.SIGINT)
                await asyncio.sleep(0.5)
            assert await run.ended() == code, run.said
            if times == 1:
                await same_closing(folder, csms)
        assert report(folder)["started"] == 20
        for file in folder.glob("book*"):
            file.unlink()


async def a_worker_of_another_run_takes_no_part(folder: Path) -> None:
    """Its own master could not listen, for the port is that of the first run."""
    ports = own_ports()
    async with (
        book_csms(folder / "book") as csms,
        locust(folder, *papers(folder, csms), *TWENTY, "-t", "12s", *TWO, *ports) as run,
    ):
        await run.until("All users spawned|Spawning is complete")
        async with locust(folder, "--host", csms.url, *TWENTY, *TWO, *ports) as other:
            assert await other.ended() != 0
            assert await run.ended() == 0, run.said
        await same_closing(folder, csms)
    assert report(folder)["started"] == 20


async def a_worker_of_another_version_is_sent_away(folder: Path) -> None:
    port = free_port()
    bind = ("--master-bind-host", "127.0.0.1", f"--master-bind-port={port}")
    place = ("--master-host", "127.0.0.1", f"--master-port={port}")
    other = folder / "other"
    other.mkdir()
    old = f"import cp_tui\n\ncp_tui.__version__ = '0.0.9'\n{LOCUSTFILE}"
    async with (
        book_csms(folder / "book") as csms,
        locust(
            folder,
            *(*papers(folder, csms), *TWENTY, "-t", "6s"),
            *("--master", "--expect-workers", "2", *bind),
        ) as run,
        locust(folder, "--worker", *place),
        locust(other, "--worker", *place, locustfile=old) as sent_away,
    ):
        assert await run.ended() == 1, run.said
        assert await sent_away.ended() == 2
    found = report(folder)
    why = "cannot take part: it runs cp-tui 0.0.9, and the master"
    assert any(why in each for each in found["faults"]), found["faults"]
    assert found["bill"]["begun"] == found["bill"]["acknowledged"] > 0


async def misbehaving_charge_points_stand_apart(folder: Path) -> None:
    """And a plan says how many there are, and what comes over them."""
    plan = folder / "plan.toml"
    kinds = {"garbage": 0.2, "twin": 0.1, "wrong_password": 0.1}
    tables = [f'[[misbehave]]\nkind = "{each}"\nshare = {kinds[each]}\n' for each in kinds]
    plan.write_text(PLAN + "".join(tables))
    locustfile = LOCUSTFILE.replace("Station\n", "Station, PlanShape\n")
    both = locustfile.replace("    @task", f"    misbehave = {kinds}\n\n    @task")
    nowhere = ("--host", "ws://127.0.0.1:9", "--plan", str(plan))
    async with locust(folder, *nowhere, locustfile=both) as run:
        assert await run.ended() == 2, run.said
    assert "both the plan and class Depot say who misbehaves" in run.said
    async with (
        book_csms(folder / "book") as csms,
        locust(
            folder,
            *(*papers(folder, csms), "--plan", str(plan), "--seed=0", *TWO, *own_ports()),
            locustfile=locustfile,
        ) as run,
    ):
        assert await run.ended() == 0, run.said
    found = report(folder)
    assert (found["started"], found["behaving"], found["accepted"]) == (20, 12, 12)
    assert found["misbehaving"]["begun"] > 0
    assert found["bill"]["lost"] == 0
    assert found["link"]["losses"] > 0
    assert row(run.said, "misbehaving OCPP", "BootNotification") > 0


async def over_tls_the_server_is_held_against_the_roots(folder: Path) -> None:
    ca = authority(folder)
    ca.server("csms", "IP:127.0.0.1")
    both = folder / "both.pem"
    both.write_text((folder / "csms.pem").read_text() + (folder / "csms.key").read_text())
    secret = "planted-secret-77"
    locustfile = LOCUSTFILE.replace("    @task", f'    password = "{secret}"\n\n    @task')
    shown = (f"--certificate={both}", f"--password={secret}")
    async with book_csms(folder / "book", *shown) as csms:
        for arguments, code in ((("--ca-file", str(ca.certificate)), 0), ((), 3)):
            async with locust(
                folder,
                *(*papers(folder, csms), "--settle=2s", *TWENTY, "-t", "3s", *arguments),
                locustfile=locustfile,
            ) as run:
                assert await run.ended() == code, run.said
                assert secret not in run.said
            assert secret not in (folder / "report.json").read_text()
            found = report(folder)
            assert found["link"]["opened"] == (20 if code == 0 else 0)
            assert found["bill"]["acknowledged"] == found["bill"]["begun"]
        assert found["link"]["refused"].keys() == {"TLS"}


async def the_paper_runs_as_printed(folder: Path) -> None:
    plan = folder / "depot.toml"
    plan.write_text(shown("toml")[0])
    (line,) = [line for block in shown("sh") for line in block.splitlines() if "-t 20s" in line]
    async with book_csms(folder / "book") as csms:
        given = [csms.url if each.startswith("ws://") else each for each in line.split()[3:]]
        given.remove("--headless")
        for arguments, locustfile, started in (
            (given, shown("python")[0], 50),
            (
                ("--host", csms.url, "--plan", str(plan)),
                LOCUSTFILE.replace("Station\n", "Station, PlanShape\n"),
                40,
            ),
        ):
            async with locust(
                folder, *papers(folder, csms)[2:], *arguments, locustfile=locustfile
            ) as run:
                assert await run.ended() == 0, run.said
            found = report(folder)
            assert (found["started"], found["accepted"]) == (started, started)
            assert found["bill"]["acknowledged"] > 20


async def a_second_start_from_the_page_begins_anew(folder: Path) -> None:
    port = free_port()
    place = f"http://127.0.0.1:{port}"
    async with (
        book_csms(folder / "book") as csms,
        locust(
            folder,
            *(*papers(folder, csms), *TWO, *own_ports(), "--headful"),
            *("--web-host", "127.0.0.1", f"--web-port={port}"),
        ) as run,
    ):
        await run.until("2 workers connected")
        for users in (10, 14):
            form = {"user_count": users, "spawn_rate": 20, "host": csms.url, "id_prefix": "W"}
            async with AsyncClient() as page:
                assert "settle" in (await page.get(place)).text
                assert (await page.post(f"{place}/swarm", data=form)).json()["success"]
                await run.until(f'{{"Depot": {users}}}')
                await page.post(f"{place}/stop", timeout=30)
            found = report(folder)
            assert (found["started"], found["accepted"], found["is_held"]) == (users, users, True)
        counts = await csms.ask("counts")
        assert counts["BootNotification"] == 24
        run.signal(signal.SIGTERM)
        assert await run.ended() == 0


ODD = {"garbage": 0.2, "twin": 0.1, "wrong_password": 0.1}
PLAN = """
[fleet]
stations = 20

[[stage]]
stations = 10
over = "1s"
hold = "2s"

[[stage]]
stations = 20
over = "storm"
hold = "6s"

[[stage]]
stations = 5
over = "1s"
hold = "2s"

[[storm]]
at = "5s"
kind = "network"
share = 0.5
down = "1s"
backoff = "0s"

[[storm]]
at = "8s"
kind = "power"
share = 0.5
down = "500ms"
backoff = "0s"
"""
CASES: list[Case] = [
    two_processes_bill_what_the_csms_has,
    a_master_and_two_workers_come_to_the_same,
    a_worker_that_dies_takes_charge_points_along,
    a_csms_that_was_killed_is_owed_nothing,
    what_the_csms_does_wrong_makes_it_fail,
    a_limit_and_an_absence_have_codes_of_their_own,
    a_run_lasts_as_long_as_it_was_told_however_long_its_start_took,
    ctrl_c_closes_the_run_and_a_second_one_waits_for_nothing,
    a_worker_of_another_run_takes_no_part,
    a_worker_of_another_version_is_sent_away,
    misbehaving_charge_points_stand_apart,
    over_tls_the_server_is_held_against_the_roots,
    the_paper_runs_as_printed,
    a_second_start_from_the_page_begins_anew,
]


@pytest.mark.parametrize("case", tier(CASES[:1], deep=CASES), ids=lambda case: case.__name__)
async def test_on_locust(case: Case, tmp_path: Path) -> None:
    await case(tmp_path)
