"""Sockets of engines: where they are, and which one is meant."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from cp_tui.rpc.paths import (
    SocketPathError,
    default_socket,
    find_engine,
    is_answering,
    running_engines,
    runtime_folder,
    sweep_dead_sockets,
)


@pytest.fixture
def runtime(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    runtime_folder().mkdir()
    return runtime_folder()


def listen(path: Path, stack: ExitStack) -> None:
    listener = stack.enter_context(socket.socket(socket.AF_UNIX))
    listener.bind(str(path))
    listener.listen()


@pytest.mark.parametrize("charge_point_id", ["CP001", "RDAM 123", "../../etc", ".", "ä/ö", "a%2Fb"])
def test_any_id_makes_a_file_directly_in_the_runtime_folder(
    runtime: Path, charge_point_id: str
) -> None:
    path = default_socket(charge_point_id)
    assert path.parent == runtime
    assert ".." not in path.parts


def test_different_ids_have_different_sockets(runtime: Path) -> None:
    ids = ["a/b", "a%2Fb", "a b", "a+b", "A/B"]
    assert len({default_socket(each) for each in ids}) == len(ids)


def test_only_live_engines_are_listed_by_their_id_and_dead_ones_swept_away(runtime: Path) -> None:
    with ExitStack() as stack:
        listen(default_socket("CP 1"), stack)
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(str(default_socket("CP 2")))
        dead.close()
        (runtime / "file.sock").write_text("")
        assert running_engines() == {"CP 1": default_socket("CP 1")}
        sweep_dead_sockets()
        assert {*runtime.iterdir()} == {default_socket("CP 1"), runtime / "file.sock"}
        assert running_engines() == {"CP 1": default_socket("CP 1")}


def test_the_one_engine_that_runs_needs_no_name(runtime: Path) -> None:
    with ExitStack() as stack:
        listen(default_socket("CP1"), stack)
        assert find_engine(None, None) == default_socket("CP1")


def test_several_engines_are_named_in_the_error(runtime: Path) -> None:
    with ExitStack() as stack:
        listen(default_socket("CP1"), stack)
        listen(default_socket("CP2"), stack)
        with pytest.raises(SocketPathError, match=r"CP1, CP2.*--id"):
            find_engine(None, None)
        assert find_engine(None, "CP2") == default_socket("CP2")


def test_no_engine_at_all_says_how_to_start_one(runtime: Path) -> None:
    with pytest.raises(SocketPathError, match="cp-tui serve"):
        find_engine(None, None)
    with pytest.raises(SocketPathError, match="CP9"):
        find_engine(None, "CP9")
    with pytest.raises(SocketPathError, match="nothing"):
        find_engine(runtime / "nothing", None)


def test_a_missing_runtime_folder_is_no_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "nowhere"))
    assert running_engines() == {}


def test_a_socket_that_nobody_serves_does_not_answer(folder: Path) -> None:
    assert not is_answering(folder / "nothing")
    (folder / "file").write_text("")
    assert not is_answering(folder / "file")
