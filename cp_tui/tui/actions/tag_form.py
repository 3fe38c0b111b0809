"""The two fields of every form that is about a tag: which one, and at which connector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from cp_tui.charge_point.command_fields import TAG_LENGTH_MAX
from cp_tui.tui.actions.command_form import filled
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Desk, FormField


def of_tag(
    desk: Desk, command: CommandCall, first: Sequence[str], where: FormField
) -> tuple[tuple[FormField, ...], Callable[[Mapping[str, str]], CommandCall | str]]:
    """Give the fields for a tag and a connector, and what makes a call of them.

    `first` are tags to be offered before those that were typed, or are in transactions.
    """
    typed = (*desk.remembered("id_tag"), *(t.id_tag for t in desk.snapshot.transactions))
    recent = tuple(dict.fromkeys([*first, *typed]))
    connectors = tuple(str(c.connector_id) for c in desk.snapshot.connectors if c.connector_id)

    def call(values: Mapping[str, str]) -> CommandCall | str:
        tag = values["id_tag"]
        if not tag:
            return "the tag must not be empty"
        if len(tag) > TAG_LENGTH_MAX:
            return f"a tag has at most {TAG_LENGTH_MAX} characters, this one {len(tag)}"
        desk.remember("id_tag", tag)
        return filled(command, values)

    tag = FormField("id_tag", "Tag", next(iter(recent), ""), "id of the tag", recent)
    return (tag, replace(where, choices=connectors)), call
