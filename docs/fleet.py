"""The plan of a fleet as tables: what it may hold, what a limit can name, how to misbehave."""

from __future__ import annotations

import inspect

from pydantic import BaseModel

from cp_tui.fleet import limits
from cp_tui.fleet.misbehaviour import KINDS
from cp_tui.fleet.reading.plan_tables import (
    OF_A_CHARGE_POINT,
    FleetTable,
    KindTable,
    LimitsTable,
    MisbehaveTable,
    SessionsTable,
    StageTable,
    StormTable,
)
from cp_tui.fleet.report.fleet_report import FleetReport
from docs.settings import rows, table_of
from docs.shapes import shapes_in, words

HEAD = f"""\
What `cp-tui fleet --plan FILE` reads. All of it can be left out but `fleet.url`, and most of it can
be said with an option, which wins. A time is text such as `500ms`, `60s`, `5m` or `1h30m`, a share
a number such as `0.02` or text such as `2%`. These tables are as in [`cp-tui.toml`](#settings), for
all charge points: {", ".join(f"`[{name}]`" for name in OF_A_CHARGE_POINT)}; and so
are `ca_file` and `check_hostname` under `[csms]`.
"""
TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("fleet", FleetTable),
    ("sessions", SessionsTable),
    ("[stage]", StageTable),
    ("[storm]", StormTable),
    ("[misbehave]", MisbehaveTable),
    ("limits", LimitsTable),
)


EXAMPLE = """\
[fleet]
url = "ws://127.0.0.1:9016"
id = "DEPOT-{:04d}"
seed = 7

[station]
connectors = 2
[keys]
MeterValueSampleInterval = "10"

[[kind]]                    # a fifth of them charge with DC
share = 0.2
[kind.station]
kind = "DC"
max_current = 200

[sessions]
per_hour = 60               # one number, or 24
length = "20s..60s"
energy_kwh = "1..5"

[[stage]]                   # in order; the next one begins when the last has had its time
stations = 20
over = "10s"
hold = "30s"
[[stage]]
stations = 50
over = "storm"              # all at once, as after a power cut
hold = "60s"

[[storm]]
at = "60s"
kind = "network"            # the cable is out
share = 0.5
down = "10s"
backoff = "1s+3s"

[[misbehave]]
kind = "silent"
share = "5%"

[limits]
fail_if = ["BootNotification.p95 > 2s", "recovery > 60s"]
settle = "30s"
"""
"""A plan that runs as it is printed, against `cp-tui csms`."""
REPORT = """\
`--report FILE` writes one JSON object, a [FleetReport](#fleetreport), where the name ends in
`.json`; `is_held` beside its fields says whether the run has passed, and `lost` in its `bill` how
many transactions are not acknowledged in full. In CSV each figure is a line of its own: `section`,
`name`, `figure`, `value`. A page of HTML has the table and plots in one file, without a script.
With `--every 1s` JSON and CSV have the time series, a point for each second.

The ledger has a line for each transaction that was acknowledged in full, of charge points that
behave. A cell that a program for tables would take for a formula begins with an apostrophe. The
table that `--billed` reads is a CSV with a head; it needs `transactionId`, and `meterStart` and
`meterStop`, or `Wh`, or `kWh`, in any order and spelling, and may have `chargePointId`. Energy has
to agree to the last digit that is written.
"""


def fleet(shapes: dict[str, type]) -> str:
    """List every table with its keys, the figures of limits, and the kinds of misbehaviour.

    `shapes` gets those of which a report is made.
    """
    shapes_in(FleetReport, shapes)
    example = f"```toml\n{EXAMPLE}```\n"
    parts = [HEAD, example, *(table_of(name, inspect.getdoc(kind), kind) for name, kind in TABLES)]
    tables = ", ".join(f"`[kind.{name}]`" for name in OF_A_CHARGE_POINT)
    about = f"{words(inspect.getdoc(KindTable))} They are {tables}."
    parts.append(f"### `[[kind]]`\n\n{about}\n\n{rows(KindTable, ['share'])}")
    return "\n".join([*parts, _limits(), _misbehaviour(), "### What a report holds\n\n" + REPORT])


def _limits() -> str:
    lines = [
        "### Figures of limits\n\nA limit is `FIGURE>BOUND`. Of what has a `p50`, `p95`, `p99` and"
        " `max` the bare name is the `p99`.\n",
        "| Figure | Bound | |",
        "|---|---|---|",
    ]
    for bound, figures in (("number", limits.COUNTS), ("share", limits.SHARES)):
        lines += [f"| `{name}` | {bound} | {about} |" for name, about in figures.items()]
    lines += [f"| `{name}` | time | {about} |" for name, about in limits.TIMES.items()]
    lines += [f"| `{name}.p99` | time | {about} |" for name, about in limits.SPREADS.items()]
    lines += [
        "| `ACTION.p95` | time | from a request on the wire to its answer |",
        "| `ACTION.age.p95` | time | of messages of transactions, from the event to its"
        " acknowledgement, however long they waited in the charge point |",
    ]
    return "\n".join(lines) + "\n"


def _misbehaviour() -> str:
    lines = [
        "### Misbehaviour\n\nWhat a charge point of a kind does; its figures are apart, and make no"
        " run fail.\n",
        "| Kind | What it does | What it finds in a CSMS |",
        "|---|---|---|",
        *(
            f"| `{kind}` | {words(text.does)} | {words(text.finds)} |"
            for kind, text in KINDS.items()
        ),
    ]
    return "\n".join(lines) + "\n"
