"""The report of a run: table, page, CSV and JSON, and the figures that limits name."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from cp_tui.fleet.report import words
from cp_tui.fleet.report.figures import figure_of
from cp_tui.fleet.report.files import FORMS, report_json, write_report
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.page import report_page
from cp_tui.fleet.report.plot import POINTS_MAX, Series, plot
from cp_tui.fleet.report.rows import report_rows
from cp_tui.fleet.report.text import report_lines
from cp_tui.fleet.report.timeline import every
from cp_tui.ocpp.printable import is_clean
from tests.fleet.reports import ACTIONS, BILL, HOSTILE, TIMES, report


def test_the_table_has_all_that_a_run_is_judged_by() -> None:
    lines = list(report_lines(report(faults=("something broke",))))
    text = "\n".join(lines)
    assert lines[:2] == [
        "2000 charge points of 2001, ws://127.0.0.1:9000/ocpp, 16m5s, seed 7",
        "Accepted: 1980 of 1980 that behave",
    ]
    assert lines[3:6] == [
        "request          count error t-out lost per s  p50  p95   p99   max",
        "BootNotification  2000     3     1   40  33.3 12ms 40ms 210ms 1.50s",
        "StopTransaction    500     0     0    0   0.5 12ms 40ms 210ms 1.50s",
    ]
    assert "age of StopTransaction  2000 100ms 3.00s 40.0s 90.0s" in lines
    assert "transactions: 412 begun, 411 acknowledged, 1 open, 1 lost, 0 doubled" in lines
    assert "energy: 92.12 kWh made, 92.00 kWh acknowledged" in lines
    assert "recovery (more than 10 % lost, to 99 % Accepted): 21.3s" in lines
    assert "FAIL something broke" in lines
    assert "FAIL lost is above 0: it is 1 (transactions that the CSMS has not" in text
    assert "ok   doubled is not above 0: it is 0" in text
    assert words.AT_LIMIT[:40] in text
    # Half of all would have to wait where connections were lost meanwhile.
    assert words.CLOSED_LOOP[:40] not in text
    assert max(map(len, lines)) <= 80
    assert all(is_clean(line) for line in lines)


def test_a_slow_csms_is_told_from_a_lost_connection() -> None:
    made = report()
    unbroken = replace(made, link=replace(made.link, back=None))
    waited = replace(ACTIONS[1], age=replace(TIMES, p50_s=2.0))
    assert words.CLOSED_LOOP in [*words.hints(unbroken)]
    assert words.CLOSED_LOOP not in [*words.hints(made)]
    assert words.CLOSED_LOOP in [*words.hints(report(actions=(waited,)))]


def test_a_run_of_those_that_misbehave_says_what_it_has_not_tested() -> None:
    def told(**fields: int) -> str:
        return next(text for _, text in words.verdicts(replace(report(accepted=0), **fields)))

    assert told() == "nothing was tested: no charge point that behaves was ever Accepted"
    assert told(behaving=0) == "nothing was tested: all charge points misbehave"


def test_a_reason_that_is_too_long_says_so() -> None:
    made = report()
    link = replace(made.link, loss_reasons={"x" * 60: 2, "y" * 61: 1})
    told = "\n".join(words.link(replace(made, link=link)))
    assert f"(2 {'x' * 60}, 1 {'y' * 59}…)" in told


def test_energy_that_differs_is_seen_to_differ() -> None:
    (_, line, *_) = words.bill(report(bill=replace(BILL, wh_made=5_001, wh_acknowledged=5_000)))
    assert line == "energy: 5001 Wh made, 5000 Wh acknowledged"


def test_the_table_says_nothing_of_what_there_was_not() -> None:
    nothing = report(actions=(), accepted=0, is_away=True)
    text = "\n".join(report_lines(replace(nothing, commands=(), misbehaving=None)))
    assert "request of the CSMS" not in text
    assert "misbehaving" not in text
    assert words.CLOSED_LOOP[:40] not in text
    assert "at the end more than 10 % were still missing" in text
    assert "FAIL nothing was tested: no charge point was ever Accepted" in text
    assert "ok " not in text, "what was not tested has not held"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0.0, "0.00ms"),
        (0.000_42, "0.42ms"),
        (0.009_94, "9.9ms"),
        (0.012, "12ms"),
        (0.9994, "999ms"),
        (0.9996, "1.00s"),
        (9.994, "9.99s"),
        (9.996, "10.0s"),
        (99.94, "99.9s"),
        (99.96, "1m40s"),
        (3_599.6, "1h00m"),
    ],
)
def test_a_time_has_three_digits(seconds: float, written: str) -> None:
    assert words.brief(seconds) == written


def test_the_page_is_whole_by_itself_and_runs_nothing() -> None:
    page = report_page(report(faults=("something broke",)))
    # As XML it would not be read if one text were not escaped.
    body = ET.fromstring(page[page.index("<body>") : page.index("</html>")])
    assert {"script", "link", "img", "iframe"} & {each.tag for each in body.iter()} == set()
    assert not any(
        name.startswith("on") or name in ("href", "src") for e in body.iter() for name in e.attrib
    )
    assert "http" not in page.replace("http-equiv", "").replace("ws://", "")
    assert "default-src 'none'" in page
    assert HOSTILE not in page
    assert "\x1b" not in page
    assert len(body.findall("svg")) == 5
    text = " ".join(" ".join(body.itertext()).split())
    assert "failed: 2 of 4" in text
    assert "FAIL lost is above 0" in text
    assert "ok doubled is not above 0" in text
    assert len(report_page(report(points=1))) < len(page)


def test_a_plot_keeps_its_peaks_however_many_points_there_are() -> None:
    points = [(float(at), 1_000.0 if at == 7_777 else 1.0) for at in range(20_000)]
    drawing = ET.fromstring(plot("a plot", [Series("line", points)]))
    (line,) = drawing.findall("polyline")
    drawn = [tuple(map(float, each.split(","))) for each in line.attrib["points"].split()]
    assert len(drawn) == POINTS_MAX
    assert min(y for _, y in drawn) == 24
    assert ET.fromstring(plot("empty", [Series("line", [])])).find("polyline") is not None


def test_rows_have_every_figure_and_no_formula() -> None:
    text = "".join(report_rows(report(points=2)))
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["section", "name", "figure", "value"]
    assert {len(row) for row in rows} == {4}
    found = {tuple(row[:3]): row[3] for row in rows}
    assert found["request", "BootNotification", "answer.p95_s"] == "0.04"
    assert found["request", "StopTransaction", "age.p99_s"] == "40"
    assert found["bill", "", "lost"] == "1"
    assert found["limit", "lost>0", "held"] == "false"
    assert found["moment", "1.000", "messages"] == "7"
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert "\x1b" not in text


def test_json_is_the_report_itself() -> None:
    made = report(points=2)
    text = report_json(made)
    assert text.isascii()
    content = json.loads(text)
    assert content["bill"].pop("lost") == 1
    assert content.pop("is_held") is False
    assert msgspec.convert(content, FleetReport) == made
    assert json.loads(report_json(report(bill=BILL, accepted=0)))["is_held"] is False


def test_a_report_is_written_in_the_form_of_its_name(tmp_path: Path) -> None:
    for ending, begins in ((".json", "{"), (".csv", "section"), (".html", "<!doctype")):
        path = tmp_path / f"report{ending}"
        assert write_report(report(points=2), path) == ""
        assert path.read_text().startswith(begins)
    assert len(FORMS) == 3
    assert "No such file" in write_report(report(), tmp_path / "none" / "report.csv")


@dataclass(frozen=True)
class Asked:
    """A figure, and what a report must give for it."""

    name: str
    value: float | None
    of: Callable[[], FleetReport] = report


SILENT = replace(ACTIONS[0], timeouts=ACTIONS[0].count, answer=None)


def nobody_is_back() -> FleetReport:
    made = report()
    return replace(made, link=replace(made.link, back=None))


@pytest.mark.parametrize(
    "asked",
    [
        Asked("lost", 1),
        Asked("doubled", 0),
        Asked("unaccepted", 3, lambda: report(accepted=1_977)),
        Asked("refused", 74),
        Asked("errors", 1),
        Asked("failures", 44 / 2_500),
        Asked("failures", None, lambda: report(actions=())),
        Asked("BootNotification.failures", 44 / 2_000),
        Asked("cpu", 0.34),
        Asked("recovery", 21.3),
        Asked("recovery", inf, lambda: report(is_away=True)),
        Asked("lag.p99", 0.023),
        Asked("lag.max", 0.211),
        Asked("connect.p50", 0.0123),
        Asked("back.p99", 0.21),
        Asked("accepted.max", 1.5),
        Asked("charging.p99", None),
        Asked("BootNotification.p95", 0.04),
        Asked("BootNotification.max", inf),
        Asked("BootNotification.p50", inf, lambda: report(actions=(SILENT,))),
        Asked("StopTransaction.max", 1.5),
        Asked("back.p99", inf, nobody_is_back),
        Asked("StopTransaction.age.p99", 40.0),
        Asked("BootNotification.age.p99", None),
        Asked("Heartbeat.p95", None),
    ],
    ids=lambda asked: asked.name,
)
def test_a_limit_finds_its_figure(asked: Asked) -> None:
    assert figure_of(asked.of(), asked.name) == asked.value


def test_energy_that_is_not_acknowledged_is_lost_though_all_transactions_are() -> None:
    whole = replace(BILL, begun=3, acknowledged=3, wh_made=10, wh_acknowledged=10)
    assert whole.lost == 0
    assert replace(whole, wh_acknowledged=9).lost == 1
    assert not report().is_held
    assert report(bill=whole).is_held
    assert not report(bill=whole, faults=("one",)).is_held
    assert ACTIONS[0].failures == 44


def test_a_time_series_is_as_dense_as_it_is_wanted() -> None:
    """What was late between two points is not left out."""
    timeline = report(points=25).timeline
    late = (*timeline[:13], replace(timeline[13], lag_max_s=9.0), *timeline[14:])
    found = every(late, 10.0)
    assert [(point.at_s, point.lag_max_s) for point in found] == [
        (9.0, 0.01),
        (19.0, 9.0),
        (24.0, 0.01),
    ]
    assert every(late, None) == ()
    assert every(late, 0.0) == late
