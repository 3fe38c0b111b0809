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
from docs.settings import rows, table_of
from docs.shapes import words

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


def fleet() -> str:
    """List every table with its keys, the figures of limits, and the kinds of misbehaviour."""
    parts = [HEAD, *(table_of(name, inspect.getdoc(kind), kind) for name, kind in TABLES)]
    tables = ", ".join(f"`[kind.{name}]`" for name in OF_A_CHARGE_POINT)
    about = f"{words(inspect.getdoc(KindTable))} They are {tables}."
    parts.append(f"### `[[kind]]`\n\n{about}\n\n{rows(KindTable, ['share'])}")
    return "\n".join([*parts, _limits(), _misbehaviour()])


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
