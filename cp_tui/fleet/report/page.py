"""The report as one page of HTML with plots: no script, and nothing is fetched from anywhere.

What comes from outside, such as reasons and status words, is escaped like all other text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from cp_tui.fleet.report import words
from cp_tui.fleet.report.fleet_report import FleetReport, TimelinePoint
from cp_tui.fleet.report.plot import Series, plot, spreads
from cp_tui.fleet.report.words import Grid

STYLE = """\
:root{color-scheme:light dark;--line:#8884;--ok:#1a7f37;--bad:#c62828;--c0:#1f6feb;--c1:#bf5700;
--c2:#7d4cdb}
body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5rem 0}
th,td{padding:.15rem .6rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left}
.ok b{color:var(--ok)}.bad b{color:var(--bad)}
svg{width:100%;height:auto;display:block}svg text{font-size:12px;fill:currentColor}
.grid{stroke:var(--line);fill:none}.line{fill:none;stroke-width:1.5}.bar{stroke-width:9;opacity:.75}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}
ul{list-style:none;padding:0}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_page(report: FleetReport) -> str:
    """Write the page."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>cp-tui fleet, {escape(report.began_at)}</title>",
            f"<style>{STYLE}</style></head><body>",
            f"<h1>{escape(words.head(report))}</h1>",
            f"<p>{escape(words.accepted(report))}. Begun {escape(report.began_at)},"
            f" cp-tui {escape(report.version)}.</p>",
            _verdicts(report),
            *_section("Requests of charge points", words.actions(report.actions)),
            *_section("Times", words.spans(report)),
            *_plots(report),
            *_section("Requests of the CSMS", words.commands(report)),
            _list("Connections", words.link(report)),
            _list("Bill", words.bill(report)),
            _list("Misbehaving charge points", words.misbehaving(report)),
            _list("The fleet itself", (*words.itself(report), *words.hints(report))),
            "</body></html>\n",
        )
    )


def _verdicts(report: FleetReport) -> str:
    # As text and not as style, so that it is found and copied.
    items = [
        f'<li class="{"ok" if is_held else "bad"}"><b>{"ok" if is_held else "FAIL"}</b>'
        f" {escape(text)}</li>"
        for is_held, text in words.verdicts(report)
    ]
    return f"<p><strong>{escape(words.conclusion(report))}</strong></p><ul>{''.join(items)}</ul>"


def _section(title: str, grid: Grid) -> Iterator[str]:
    if len(grid) < 2:
        return
    yield f"<h2>{escape(title)}</h2>"
    rows = [
        f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in row)}</tr>"
        for tag, row in zip(("th", *("td" for _ in grid[1:])), grid, strict=True)
    ]
    yield f"<table>{''.join(rows)}</table>"


def _list(title: str, lines: Iterable[str]) -> str:
    items = [f"<li>{escape(line)}</li>" for line in lines]
    return f"<h2>{escape(title)}</h2><ul>{''.join(items)}</ul>" if items else ""


def _plots(report: FleetReport) -> Iterator[str]:
    answers = [(each.action, each.answer) for each in report.actions if each.answer is not None]
    if answers:
        title = "Answers: bar from p50 to p99, line to the longest"
        yield _figure(title, spreads(title, answers))
    if len(report.timeline) < 2:
        return
    for title, lines in _over_time(report.timeline):
        yield _figure(title, plot(title, lines))


def _figure(title: str, drawing: str) -> str:
    return f"<h2>{escape(title)}</h2>{drawing}"


def _over_time(timeline: Sequence[TimelinePoint]) -> Iterator[tuple[str, list[Series]]]:
    yield (
        "Charge points",
        [
            Series("with power", [(each.at_s, each.on) for each in timeline]),
            Series("connected", [(each.at_s, each.open) for each in timeline]),
            Series("Accepted", [(each.at_s, each.accepted) for each in timeline]),
        ],
    )
    yield (
        "Transactions that run, and messages that wait",
        [
            Series("transactions", [(each.at_s, each.transactions) for each in timeline]),
            Series("waiting messages", [(each.at_s, each.queue) for each in timeline]),
        ],
    )
    yield (
        "Requests answered in a second",
        [
            Series(
                "requests",
                [
                    (later.at_s, (later.messages - earlier.messages) / (later.at_s - earlier.at_s))
                    for earlier, later in pairwise(timeline)
                    if later.at_s > earlier.at_s
                ],
            )
        ],
    )
    yield (
        "The fleet itself: how late its timers are, and how busy its core is",
        [
            Series("late, ms", [(each.at_s, each.lag_max_s * 1_000) for each in timeline]),
            Series("of a core, %", [(each.at_s, each.cpu_share * 100) for each in timeline]),
        ],
    )
