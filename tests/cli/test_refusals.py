"""What is wrong is said in one line, with status 2, and nothing is half-started."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cp_tui.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """A command hides what it imported from the collector: here others have to live with that."""
    yield
    gc.unfreeze()


def refusal(capsys: Capture, *arguments: str) -> str:
    """Give what a command says that is refused."""
    status = main(arguments)
    said = capsys.readouterr()
    assert (status, said.out) == (2, ""), said
    return said.err


def assert_refused(capsys: Capture, *arguments: str, named: tuple[str, ...], lines: int = 1) -> str:
    """A line for each mistake on standard error, that name all of these."""
    said = refusal(capsys, *arguments)
    assert said.startswith("cp-tui: ")
    assert said.count("\n") == lines, said
    for name in named:
        assert name in said
    return said


def serve(folder: Path, url: str = "ws://127.0.0.1:9/x", *further: str) -> tuple[str, ...]:
    return (
        *("serve", f"--url={url}", "--id=CP1", f"--data-dir={folder / 'data'}"),
        f"--socket={folder / 'door'}",
        *further,
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[csms\n", ("line 1",)),
        ("[csms]\nurll = 3\n", ("line 2", "csms.urll", "url")),
        ("[station]\nphases = 7\n", ("line 2", "station.phases", "3")),
        ("[keys]\nNumberOfConnectors = 300\n", ("line 2", "NumberOfConnectors", "100")),
    ],
)
def test_a_wrong_file_starts_nothing(
    tmp_path: Path, capsys: Capture, text: str, named: tuple[str, ...]
) -> None:
    file = tmp_path / "cp-tui.toml"
    file.write_text(text)
    assert_refused(capsys, *serve(tmp_path), f"--config={file}", named=(str(file), *named))
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--url=http://h"], ("--url", "ws://")),
        (["--set=Nonsense=1"], ("--set Nonsense",)),
        (["--connectors=0"], ("--connectors",)),
    ],
)
def test_wrong_options_start_nothing(
    tmp_path: Path, capsys: Capture, arguments: list[str], named: tuple[str, ...]
) -> None:
    assert_refused(capsys, *serve(tmp_path), *arguments, named=named)
    assert list(tmp_path.iterdir()) == []


def test_a_service_without_settings_is_told_how_to_get_some(
    tmp_path: Path, capsys: Capture
) -> None:
    missing = ("--url", "--id", "cp-tui.toml", "cp-tui run")
    assert_refused(capsys, "serve", f"--data-dir={tmp_path}", named=missing, lines=2)
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_obeys_no_name_from_a_file(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "cp-tui.toml"
    file.write_text('[csms]\n"\\u001b]52;c;x\\u0007" = 3\n')
    said = assert_refused(capsys, *serve(tmp_path), f"--config={file}", named=("\\x1b",))
    assert "\x1b" not in said


def test_a_file_in_place_of_the_socket_is_left_alone(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "door").write_text("precious")
    assert_refused(capsys, *serve(tmp_path), named=("no socket",))
    assert (tmp_path / "door").read_text() == "precious"


def test_a_socket_path_that_is_too_long_is_refused(tmp_path: Path, capsys: Capture) -> None:
    door = f"--socket={tmp_path / ('x' * 200)}"
    assert_refused(capsys, *serve(tmp_path), door, named=("too long", "--socket"))


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "data").write_text("")
    assert_refused(capsys, *serve(tmp_path), named=(str(tmp_path / "data"),))
    assert not (tmp_path / "door").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root has all rights")
def test_a_data_folder_without_rights_is_refused(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    assert_refused(capsys, *serve(tmp_path), named=(str(tmp_path / "data"),))


def test_a_taken_port_of_the_csms_is_said(capsys: Capture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(capsys, "csms", f"--port={port}", named=(str(port), "in use"))


def test_a_damaged_folder_of_the_csms_is_said_with_the_way_out(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "certificates").mkdir()
    wrong = "csms", "--port=0", "--profile=1", f"--folder={tmp_path}"
    missing = f"{tmp_path}/certificates/csms_root.pem is missing"
    assert_refused(capsys, *wrong, named=(missing, "--new-certificates makes everything"))
    file = tmp_path / "file"
    file.write_text("")
    wrong = "csms", "--port=0", "--profile=1", f"--folder={file}"
    assert_refused(capsys, *wrong, named=(str(file), "exists"))


@pytest.mark.parametrize(
    "wrong",
    [(), ("nonsense",), ("serve", "--nonsense"), ("demo", "--seconds=x"), ("csms", "--port=x")],
)
def test_wrong_use_shows_how_it_is_right(capsys: Capture, wrong: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert "usage: cp-tui" in capsys.readouterr().err


def test_check_refuses_what_serve_and_what_the_screen_would_refuse(
    tmp_path: Path, capsys: Capture
) -> None:
    url = ("check", "--url=http://h", "--id=A", f"--data-dir={tmp_path}")
    assert_refused(capsys, *url, named=("--url",))
    file = tmp_path / "cp-tui.toml"
    file.write_text('[csms]\nurl = "http://h"\n[screen]\ntheme = "nope"\nkeymap = { nope = "w" }\n')
    said = refusal(capsys, "check", f"--config={file}", "--id=A")
    places = [line.split("toml, ")[-1].split(": ")[0] for line in said.splitlines()]
    assert places == ["line 2", "line 4", "line 5"]
