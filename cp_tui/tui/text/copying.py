"""What can be copied of where the cursor is: each value as it is read, and the whole as JSON. Pure.

It is what stands on the screen, or what the charge point has told: a secret is in neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from textual.content import Content

from cp_tui.charge_point.codec import builtins_of
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact

NAMELESS = "Text"
"""What lines without a label are called where each needs a name."""


class CopiedField(Struct, frozen=True):
    """A value with what it is called, without the pictures that stand beside it on the screen."""

    label: str
    text: str


class Copyable(Struct, frozen=True):
    """What there is to copy of one thing."""

    fields: tuple[CopiedField, ...]
    whole: str
    """All of it, as JSON."""
    whole_name: str = "all of it, as JSON"
    first: str = ""
    """The label of the value that is meant as a rule; empty: the first one."""


def fields_of_facts(facts: Iterable[Fact]) -> list[CopiedField]:
    """Facts as values; lines without a label go on with the one before."""
    found: list[CopiedField] = []
    for fact in facts:
        text = (fact.text.plain if fact.said is None else fact.said).strip()
        if not text:
            continue
        if found and found[-1].label and not fact.label:
            before = found.pop()
            found.append(CopiedField(before.label, f"{before.text}\n{text}"))
        else:
            found.append(CopiedField(fact.label, text))
    return found


def fields_of_row(columns: Sequence[Column[Any]], record: object) -> list[CopiedField]:
    """The cells of a row as values, whole, also those that the table has no room for."""
    cells = ((column.title, _said(column, record)) for column in columns)
    return [CopiedField(title, text) for title, text in cells if title and text]


def with_facts(cells: Sequence[CopiedField], facts: Iterable[Fact]) -> list[CopiedField]:
    """The values of a row, then what its details say; where both tell of one, these in full."""
    titles = {cell.label for cell in cells}
    told = (
        CopiedField(f"{each.label}, in full" if each.label in titles else each.label, each.text)
        for each in fields_of_facts(facts)
        if each not in cells
    )
    return [*cells, *told]


def _said(column: Column[Any], record: object) -> str:
    return (column.said(record) if column.said else column.cell(record).plain).strip()


def copyable(
    fields: Iterable[CopiedField], record: object = None, *, first: str = ""
) -> Copyable | None:
    """What can be copied of a record, whose values may be said several times; None: nothing."""
    each_once = tuple(dict.fromkeys(fields))
    if not each_once:
        return None
    whole: object = builtins_of(record) if isinstance(record, Struct) else _object_of(each_once)
    return Copyable(each_once, json.dumps(whole, ensure_ascii=False, indent=2), first=first)


def copied_json(value: object) -> str:
    """A value of the charge point as JSON."""
    return json.dumps(builtins_of(value), ensure_ascii=False, indent=2)


def _object_of(fields: Iterable[CopiedField]) -> dict[str, str]:
    """An object of all values; those with the same label in one."""
    found: dict[str, str] = {}
    for field in fields:
        label = field.label or NAMELESS
        before = found.get(label)
        found[label] = field.text if before is None else f"{before}\n{field.text}"
    return found


def shown_field(field: CopiedField) -> Content:
    """A value in a line of a list."""
    text = " ".join(field.text.split())
    return Content.assemble((f"{field.label}  " if field.label else "", "bold"), text)
