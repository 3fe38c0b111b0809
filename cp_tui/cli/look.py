"""The table `[screen]`: looks and keys, checked against what the screen has.

Only the commands that show a screen import this: it takes as long as the screen itself.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from cp_tui.settings.load import read_screen, refuse
from cp_tui.settings.model import ScreenSettings
from cp_tui.settings.problem import Problem, SettingsError, Sources, unknown
from cp_tui.tui.actions.keymap_check import KEY_WORDS, clash, key_name
from cp_tui.tui.preferences import Look
from cp_tui.tui.registry import BY_ID
from cp_tui.tui.theme.themes import theme_names, user_themes


class ScreenOptions(Struct, frozen=True):
    """What the command line says about the screen."""

    config: Path | None = None
    theme: str | None = None
    colors: str | None = None
    ascii: bool = False


def load_look(options: ScreenOptions) -> Look:
    """Read and check what concerns the screen; raises `SettingsError`."""
    wrong_theme = []
    if (text := _unknown_theme(options.theme)) is not None:
        wrong_theme.append(f"--theme: {options.theme}: {text}")
    try:
        settings, sources, problems, wrong = read_screen(options.config)
    except SettingsError as error:
        raise SettingsError(*wrong_theme, *error.lines) from None
    wrong += wrong_theme
    if (text := _unknown_theme(settings.theme)) is not None:
        problems.append(Problem(("screen", "theme"), text))
    keymap, wrong_keys = _keymap(settings, sources)
    if wrong or problems or wrong_keys:
        refuse(sources, [*problems, *wrong_keys], wrong)
    return Look(
        theme=options.theme or settings.theme,
        colors=options.colors or settings.colors,
        is_ascii=options.ascii or settings.ascii,
        has_bell=settings.bell,
        flush_interval_s=1 / settings.updates_per_second,
        keymap=keymap,
    )


def _unknown_theme(name: str | None) -> str | None:
    """What is wrong with a theme that is asked for; to know it, all of them are read."""
    if name is None or name in (known := theme_names(user_themes())):
        return None
    ours = sorted(known, key=lambda name: (not name.startswith("cp-"), name))
    return unknown(name, known, what="theme", else_hint=f"allowed: {', '.join(ours)}")


def _keymap(
    settings: ScreenSettings, sources: Sources
) -> tuple[dict[str, list[str]], list[Problem]]:
    """Check the keymap as a whole; returns it in the names that Textual has for keys."""
    problems: list[Problem] = []
    named: dict[str, list[str]] = {}

    def refused(action_id: str, text: str) -> None:
        problems.append(Problem(_location(action_id, sources), text))

    for action_id, keys in settings.keymap.items():
        if action_id not in BY_ID:
            refused(action_id, unknown(action_id, BY_ID, what="action"))
            continue
        names = [(key, key_name(key)) for key in keys]
        for key, name in names:
            if name is None:
                refused(action_id, f"{key!r} is no key; allowed: {KEY_WORDS}")
        named[action_id] = [name for _key, name in names if name is not None]
    for action_id in named:
        if (text := clash(BY_ID, named, action_id)) is not None:
            refused(action_id, text)
    return named, problems


def _location(action_id: str, sources: Sources) -> tuple[str, ...]:
    """Give the place as it is written: `screen.zoom` without quotes is a table in a table."""
    written = sources.merged()["screen"]["keymap"]
    return ("screen", "keymap", *([action_id] if action_id in written else action_id.split(".")))
