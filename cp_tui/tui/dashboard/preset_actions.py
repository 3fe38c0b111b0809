"""The presets on the screen: what kinds of charge points there are, and how one is started."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.content import Content

from cp_tui.engine.thread import in_daemon_thread
from cp_tui.settings.problem import SettingsError
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.dashboard.preset_text import (
    preset_choices,
    preset_copy,
    preset_facts,
    start_command,
)
from cp_tui.tui.text.paths import words_first
from cp_tui.tui.text.safe_text import safe_text

if TYPE_CHECKING:
    from cp_tui.settings.preset import Preset

READ_S = 2.0
"""For the files; a disk that hangs is not waited for."""


@action("charge_point.presets", "Presets: charge points of other kinds")
async def show_presets(desk: Desk) -> None:
    """What each does that others do not, what it sets, and the command that starts one."""
    try:
        async with asyncio.timeout(READ_S):
            presets = await in_daemon_thread(_read)
    except TimeoutError:
        desk.refuse(Content("the files of the presets cannot be read: the disk does not answer"))
        return
    snapshot = desk.snapshot
    identity, is_demo = snapshot.identity, snapshot.csms.is_ours
    name = await desk.choose("Presets", preset_choices(presets, identity))
    if name is None:
        return
    preset = presets[name]
    if isinstance(preset, SettingsError):
        desk.refuse(safe_text(words_first(preset.lines[0])))
        return
    command = start_command(name, identity, is_demo=is_demo)
    facts = preset_facts(name, preset, command, identity)
    title = f"Preset {name}"
    desk.show(title, lambda _now, _clock: facts, copied=lambda _now, _clock: preset_copy(facts))


def _read() -> dict[str, Preset | SettingsError]:
    # What reads settings is imported when somebody asks, and takes a while.
    from cp_tui.settings.load import every_preset

    return every_preset()
