"""Notices that a theme of the user has changed, so that one can be written with the screen open.

It looks at the times of the files: a look costs a few system calls and no byte on the line. To be
told by the system instead would need another dependency for one small folder. All of it blocks as
long as the disk does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cp_tui.tui.theme.themes import FileTheme, read_theme, theme_files

LOOK_INTERVAL_S = 2.0

Stamp = tuple[int, int]
"""Time of the last change, in ns, and size."""


class ThemeWatch:
    """The files of some folders, as they were at the last look; at first as if none was there."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self._known: dict[Path, Stamp] = {}
        self._names: dict[Path, str] = {}
        """Of the themes, as their files said last."""
        self._wrong: dict[Path, tuple[str, list[str]]] = {}

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is wrong in the files as they are now, by the name of the theme, in words."""
        return dict(self._wrong.values())

    def first(self) -> tuple[list[FileTheme], list[str]]:
        """All themes as far as they are right, and what is wrong in them, to start with."""
        known = self._stamps()
        themes: dict[str, FileTheme] = {}
        problems: list[str] = []
        wrong: dict[Path, tuple[str, list[str]]] = {}
        for path in (path for folder in self.folders for path in theme_files(folder)):
            theme, found = read_theme(path)
            problems += found
            if found:
                wrong[path] = (theme.name if theme else path.stem, found)
            if theme is not None:
                themes[theme.name] = theme
                self._names[path] = theme.name
        # Only now: what was not read to the end in time counts as changed at the next look.
        self._known, self._wrong = known, wrong
        return list(themes.values()), problems

    def changed(self) -> tuple[list[FileTheme], list[str]]:
        """The themes whose files have changed since, and what is wrong in the broken ones.

        Of a broken file nothing is taken: a file that is only half written may be one.
        """
        themes: list[FileTheme] = []
        problems: list[str] = []
        before, self._known = self._known, self._stamps()
        wrong = {path: each for path, each in self._wrong.items() if path in self._known}
        for path, stamp in self._known.items():
            if before.get(path) == stamp:
                continue
            theme, found = read_theme(path)
            problems += found
            if theme is not None:
                self._names[path] = theme.name
            if found:
                wrong[path] = (self._names.get(path, path.stem), found)
            else:
                wrong.pop(path, None)
                if theme is not None:
                    themes.append(theme)
        self._wrong = wrong
        return themes, problems

    def _stamps(self) -> dict[Path, Stamp]:
        stamps: dict[Path, Stamp] = {}
        for path in (path for folder in self.folders for path in theme_files(folder)):
            try:
                state = path.stat()
            except OSError:
                # Gone between the two looks; then it is not there.
                continue
            stamps[path] = (state.st_mtime_ns, state.st_size)
        return stamps
