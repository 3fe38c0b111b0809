"""What is wrong with a disk, in words that a technician can use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.lock import prepare_folder, what_is_wrong_with_disk


def pretend(monkeypatch: pytest.MonkeyPatch, *, blocks: int, free: int, flag: int) -> None:
    found = os.statvfs_result((4096, 4096, blocks, free, free, 10, 10, 10, flag, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: found)


@pytest.mark.parametrize(
    ("blocks", "free", "flag", "words"),
    [
        (1_000, 500, 0, None),
        (1_000, 3, 0, "the disk is full"),
        (1_000, 500, os.ST_RDONLY, "the file system is read only"),
        # Some file systems know no number of blocks.
        (0, 0, 0, None),
    ],
)
def test_a_disk_that_is_full_or_read_only_is_named(
    monkeypatch: pytest.MonkeyPatch, blocks: int, free: int, flag: int, words: str | None
) -> None:
    pretend(monkeypatch, blocks=blocks, free=free, flag=flag)
    assert what_is_wrong_with_disk(Path("/x")) == words


def test_a_folder_on_a_read_only_disk_is_no_matter_of_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    pretend(monkeypatch, blocks=1_000, free=500, flag=os.ST_RDONLY)
    with pytest.raises(EngineStartError, match="the file system is read only"):
        prepare_folder(tmp_path)
    pretend(monkeypatch, blocks=1_000, free=500, flag=0)
    with pytest.raises(EngineStartError, match="no rights to write"):
        prepare_folder(tmp_path)
