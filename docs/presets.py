"""The page about charge points of other kinds: presets, habits, and the keys that describe one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cp_tui.charge_point.described import DESCRIBING_KEYS, SPANS, check_described
from cp_tui.charge_point.quirks import Quirks
from cp_tui.ocpp.key_spec import KeySpec, KeyType
from cp_tui.settings.load import every_preset
from cp_tui.settings.preset import OURS, Preset
from cp_tui.tui.dashboard.preset_text import sets
from docs.shapes import notes_of, words

HEAD = """\
# Charge points of other kinds

Made from the code by `python docs/make.py`. A CSMS meets charge points of many makes. cp-tui is one
that has everything and keeps to the letter, until you say otherwise.

## Presets

`cp-tui run --preset NAME` (also `serve`, `check`, `demo`), `preset` under `[charge_point]` or in
the head of a [scenario](scenarios.md), or `Charger(preset=...)` in a [test](testing-a-backend.md).
What you set yourself wins over a preset. `cp-tui presets` lists them, and so does the menu of the
screen.

"""
OWN = """\

One of your own is a file of the same shape as `cp-tui.toml`, with a line `about` above the first
table. In the folder `presets` beside `cp-tui.toml` it is found by its name, anywhere else by its
path. It may hold everything but where a charge point stands and how it is looked at: `[csms]`,
`[network]`, `[screen]`, id, folder, socket.

```toml
about = "a wallbox of the first series: whole amperes, one phase, and it answers late"
[station]
connectors = 1
phases = 1
[quirks]
whole_amperes = true
answers_late_s = 5
```

## Habits

Under `[quirks]`, one by one. Whatever a habit has changed says so: a frame, a limit or a status has
it in its reason, with the name of the habit as the value `quirk`.

"""
KEYS = """\

## Keys that describe a charge point

A CSMS reads them and never writes them. Under `[keys]`, or with `--set KEY=VALUE`, they make the
charge point so: it refuses what is more, in the way of the standard. What is not among the allowed,
cp-tui cannot be, and a start with it is refused. `charge_point.unsupported = ["GetLog"]` lets it
answer NotSupported to a request of the CSMS.

"""


def presets_page() -> str:
    """Write the whole page."""
    return "".join(
        [
            HEAD,
            *_table("Preset", "What it does", "What it sets", rows=_presets()),
            OWN,
            *_table("Habit", "What it does", rows=_habits()),
            KEYS,
            *_table("Key", "Allowed", "What it says", "Section", rows=map(_key, DESCRIBING_KEYS)),
        ]
    )


def _table(*head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |\n"


def _presets() -> Iterator[tuple[str, ...]]:
    for name, preset in every_preset(OURS).items():
        assert isinstance(preset, Preset), preset
        yield (
            f"`{name}`",
            words(preset.about),
            ", ".join(f"`{each}`" for each in sets(preset.tables)),
        )


def _habits() -> Iterator[tuple[str, ...]]:
    for name, note in notes_of(Quirks).items():
        yield f"`{name}`", words(note)


def _key(spec: KeySpec) -> tuple[str, ...]:
    return f"`{spec.name}`", _allowed(spec), words(spec.effect), spec.source


def _allowed(spec: KeySpec) -> str:
    if (span := SPANS.get(spec.name)) is not None:
        return f"{span.minimum:,} to {span.maximum:,}"
    if spec.type is KeyType.BOOLEAN:
        return " or ".join(each for each in ("true", "false") if _can_be(spec, each))
    return words(spec.constraint)


def _can_be(spec: KeySpec, value: str) -> bool:
    try:
        return bool(check_described(spec, value))
    except ValueError:
        return False
