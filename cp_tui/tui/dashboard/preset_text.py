"""Presets in words: what each does and sets, and how a charge point of its kind starts. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from textual.content import Content

from cp_tui.charge_point.variables import Identity
from cp_tui.ocpp.redaction import shown_text, shown_value
from cp_tui.settings.problem import SettingsError
from cp_tui.tui.actions.desk import Choice
from cp_tui.tui.text.copying import Copyable, copyable, fields_of_facts
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.paths import words_first
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import joined

if TYPE_CHECKING:
    from cp_tui.settings.preset import Preset

START = "Start"


def preset_choices(
    presets: Mapping[str, Preset | SettingsError], identity: Identity | None
) -> list[Choice]:
    """A line for each: its name and what it does, or why it cannot be used."""
    present = identity.preset if identity is not None else ""
    return [
        Choice(
            name,
            safe_text(name if isinstance(each, SettingsError) else f"{name}: {each.about}"),
            Content("this one" if name == present else ""),
            _about(each),
            why_not=words_first(each.lines[0]) if isinstance(each, SettingsError) else "",
        )
        for name, each in presets.items()
    ]


def _about(preset: Preset | SettingsError) -> Content | None:
    if isinstance(preset, SettingsError):
        return None
    return safe_text(f"{preset.about}: {'; '.join(sets(preset.tables))}")


def sets(tables: Mapping[str, Any], within: str = "") -> Iterator[str]:
    """Each value that a preset sets, by its whole name; secrets are masked."""
    for name, value in tables.items():
        place = f"{within}{name}"
        if isinstance(value, Mapping):
            yield from sets(value, f"{place}.")
        else:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            yield f"{place} = {shown_text(shown_value(name, text))}"


def start_command(name: str, identity: Identity | None, *, is_demo: bool) -> str:
    """The command that starts a charge point of this kind, with the address and id of this one."""
    preset = f"--preset={shlex.quote(name)}"
    if is_demo:
        return f"cp-tui demo {preset}"
    if identity is None:
        return f"cp-tui run {preset}"
    url = shlex.quote(identity.url.rpartition("/")[0])
    return f"cp-tui run --url={url} --id={shlex.quote(identity.charge_point_id)} {preset}"


def preset_facts(name: str, preset: Preset, command: str, identity: Identity | None) -> list[Fact]:
    """All about a preset, and how to start with it: a kind is not changed while it runs."""
    facts = [
        Fact("Does", safe_text(preset.about)),
        Fact("Sets", joined([safe_text(each) for each in sets(preset.tables)])),
        Fact("File", safe_text(str(preset.path))),
        Fact(START, safe_text(command)),
    ]
    if identity is not None and identity.preset == name:
        said = "this charge point is of that kind"
    else:
        said = "a charge point gets its kind when it starts"
    return [*facts, Fact("", Content.styled(f"{said}; y copies the command", "$text-muted"))]


def preset_copy(facts: list[Fact]) -> Copyable | None:
    """What can be copied of it, the command first."""
    return copyable(fields_of_facts(fact for fact in facts[:-1]), first=START)
