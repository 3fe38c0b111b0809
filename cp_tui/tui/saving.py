"""Writing what a screen knows to a file that somebody names, without holding up the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic

from textual.content import Content

from cp_tui.tui.desk import Desk, Form, FormField, Job
from cp_tui.tui.outcome import Outcome, finished
from cp_tui.tui.safe_text import safe_text
from cp_tui.tui.store import Snapshot

SLICE_S = 0.01
"""So long it writes before keys are heard again."""
BREATH_S = 0.005
PROGRESS_INTERVAL_S = 0.5
MEGABYTE = 1_000_000


async def save(
    desk: Desk,
    title: str,
    stem: str,
    suffix: str,
    pieces: Callable[[Path], Iterable[str]],
    hint: str,
) -> None:
    """Let a path be filled in, write the pieces of a text to a new file and say where it is."""

    def write(values: Mapping[str, str]) -> Job | str:
        if not values["path"]:
            return "the path must not be empty"
        path = Path(values["path"]).expanduser()

        async def job(tell: Callable[[str], None]) -> Outcome | str:
            try:
                await write_new(path, pieces(path), tell)
            except OSError as error:
                why = f"{path}: {(error.strerror or 'cannot be written').lower()}"
                desk.tell(safe_text(why, "$text-error"))
                return why
            outcome = finished("written", f"{path.resolve()}")
            desk.tell(Content.assemble(outcome.summary, " ", safe_text(f"{path.resolve()}")))
            return outcome

        return job

    value = f"{stem}-{_file_name(desk.snapshot)}-{desk.clock.now:%Y%m%d-%H%M%S}.{suffix}"
    field = FormField("path", "File", value=value, placeholder=hint)
    intro = (safe_text(f"A relative path starts at {Path.cwd()}."),)
    await desk.fill(Form(title, (field,), "Write", write, intro))


async def write_new(path: Path, pieces: Iterable[str], tell: Callable[[str], None]) -> None:
    """Write a file that is not there yet, in slices; one that is not finished is taken away.

    Raises `OSError`; tells now and then how far it is.
    """
    # Never over a file that is there already.
    with path.open("x", encoding="utf-8", newline="") as file:
        try:
            slice_began = told_at = monotonic()
            written = 0
            for piece in pieces:
                written += file.write(piece)
                now = monotonic()
                if now - told_at > PROGRESS_INTERVAL_S:
                    told_at = now
                    tell(f"{written / MEGABYTE:.1f} MB so far")
                if now - slice_began > SLICE_S:
                    await asyncio.sleep(BREATH_S)
                    slice_began = monotonic()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _file_name(snapshot: Snapshot) -> str:
    """The charge point id, as far as it can stand in the name of a file."""
    name = snapshot.identity.charge_point_id if snapshot.identity is not None else "cp-tui"
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)
