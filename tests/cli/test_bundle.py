"""One file for support: what is in it, what never is, and what it says where it cannot be made."""

from __future__ import annotations

import json
import os
import zipfile
from argparse import Namespace
from pathlib import Path

import pytest

from cp_tui.charge_point.variables import NotedFrame
from cp_tui.cli import bundle, main
from cp_tui.cli.bundling import bundled
from cp_tui.engine.config import TraceConfig
from cp_tui.engine.recorder import Recorder
from cp_tui.engine.tag_mask import TagMask
from tests.engine.test_recorder import HEARTBEAT, record

SECRETS = ("charge_point.sqlite", "keys/private.pem", "trace.key", "downloads/firmware.bin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of a charge point that ran once."""
    folder = tmp_path / "data"
    folder.mkdir()
    recorder = Recorder(folder, "CP1", TraceConfig(masks_id_tags=True))
    recorder.put("messages", NotedFrame(record(1), HEARTBEAT))
    recorder.close()
    (folder / "cp-tui.log").write_text("it ran\n")
    (folder / "cp-tui.log.2").write_text("it ran before\n")
    for name in SECRETS:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("SECRET")
    return folder


def test_of_one_that_does_not_run_the_trace_and_the_logs(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    assert main(["bundle", f"--data-dir={folder}", str(file)]) == 0
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        content = b"".join(map(archive.read, names))
        summary = json.loads(archive.read("summary.json"))
    assert {"trace/trace.jsonl", "log/cp-tui.log", "log/cp-tui.log.2", "summary.json"} <= names
    assert b"SECRET" not in content
    assert (summary["runs"], summary["data_folder"]) == (False, str(folder))
    assert file.stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir()} == {"data", "b.zip"}


@pytest.mark.parametrize("is_asked", [True, False])
def test_of_one_that_masks_tags_variables_and_screens_name_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, is_asked: bool
) -> None:
    masks: list[TagMask | None] = []

    async def told(path: Path) -> dict[str, object]:
        connectors = [{"authorized_id_tag": "ZEBRA", "cause": "tag ZEBRA may start"}]
        return {"identity": {"data_folder": str(folder)}, "connectors": connectors}

    def shown(path: Path, options: Namespace, mask: TagMask | None) -> dict[str, str]:
        masks.append(mask)
        return {}

    monkeypatch.setattr(bundle, "_variables", told)
    monkeypatch.setattr(bundle, "_screens", shown)
    if not is_asked:
        (folder / "trace.key").unlink()
    parts = bundle._of_running(folder / "door", Namespace())
    connectors = parts["variables/connectors.json"]
    assert isinstance(connectors, bytes)
    assert (b"ZEBRA" in connectors) is not is_asked
    assert [mask is not None for mask in masks] == [is_asked]


def test_what_cannot_be_made_leaves_nothing_behind(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", f"--data-dir={tmp_path / 'none'}"]) == 2
    assert "no charge point has its data there" in capsys.readouterr().err
    file = tmp_path / "missing" / "b.zip"
    assert main(["bundle", f"--data-dir={folder}", str(file)]) == 1
    assert "No such file or directory" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    (tmp_path / "empty").mkdir()
    assert main(["bundle", f"--data-dir={tmp_path / 'empty'}"]) == 2


def test_nothing_that_is_there_is_replaced(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, fifo, link, place = (tmp_path / name for name in ("text", "fifo", "link", "place"))
    text.write_text("mine")
    os.mkfifo(fifo)
    link.symlink_to(text)
    place.mkdir()
    for file in (text, fifo, link, place):
        assert main(["bundle", f"--data-dir={folder}", str(file)]) == 1
        assert "File exists" in capsys.readouterr().err
    assert text.read_text() == "mine"
    assert link.is_symlink()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"data", "text", "fifo", "link", "place"}


async def test_a_screen_is_told_why_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no charge point"):
        await bundled(tmp_path / "door", tmp_path / "all.zip")
