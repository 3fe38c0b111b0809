"""How a second screen finds a demo: an id that leads to its door for as long as it is there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cp_tui.cli import demo_folder
from cp_tui.cli.demo_folder import csms_beside, csms_socket_path, found_by_id, socket_path
from cp_tui.rpc.paths import default_socket, find_engine, running_engines


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The doors of a demo, which answer."""
    folder.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as door, socket.socket(socket.AF_UNIX) as csms:
        for listening, path in ((door, socket_path(folder)), (csms, csms_socket_path(folder))):
            path.unlink(missing_ok=True)
            listening.bind(str(path))
            listening.listen()
        with found_by_id(folder) as command:
            yield command


def test_demos_side_by_side_have_ids_of_their_own(tmp_path: Path) -> None:
    with demo(tmp_path / "a") as first:
        with demo(tmp_path / "b") as second:
            assert first == "cp-tui attach --id=DEMO-1"
            assert second == "cp-tui attach --id=DEMO-1.2"
            found = find_engine(None, "DEMO-1.2")
            assert csms_beside(found) == csms_socket_path(tmp_path / "b")
            assert running_engines().keys() == {"DEMO-1", "DEMO-1.2"}
        assert [*running_engines()] == ["DEMO-1"]
    assert running_engines() == {}
    assert [*default_socket("x").parent.iterdir()] == []


def test_one_that_was_killed_is_in_nobody_s_way(tmp_path: Path) -> None:
    with demo(tmp_path / "a"):
        link = default_socket("DEMO-1")
        left = link.readlink()
    link.symlink_to(left)
    with demo(tmp_path / "b") as command:
        assert command == "cp-tui attach --id=DEMO-1"
        assert link.readlink() == socket_path(tmp_path / "b")


def test_what_somebody_else_has_put_there_stays(tmp_path: Path) -> None:
    with demo(tmp_path / "a"):
        link = default_socket("DEMO-1")
        link.unlink()
        link.write_text("precious")
    assert link.read_text() == "precious"
    with demo(tmp_path / "b") as command:
        assert command == "cp-tui attach --id=DEMO-1.2"
    assert link.read_text() == "precious"


def test_without_a_place_for_sockets_it_is_found_by_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(demo_folder, "default_socket", lambda _: tmp_path / "file" / "x.sock")
    with demo(tmp_path / "a") as command:
        assert command == f"cp-tui attach --socket={socket_path(tmp_path / 'a')}"


def test_a_charge_point_of_its_own_has_no_csms_beside_it(tmp_path: Path) -> None:
    assert csms_beside(tmp_path / "CP001.sock") is None
    assert csms_beside(tmp_path / "door") is None
