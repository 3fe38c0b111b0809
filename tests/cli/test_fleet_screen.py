"""The fleet behind its screen: started with what was typed, found again; its lines for none."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cp_tui.cli.fleet_options import PLAN_OPTIONS, PLAN_SWITCHES
from cp_tui.cli.fleet_progress import progress
from cp_tui.cli.fleet_screen import arguments
from cp_tui.cli.parser import parse
from cp_tui.rpc import paths
from cp_tui.rpc.paths import SocketPathError, find_engine, find_fleet, fleet_sockets
from tests.tui import fleet_world

LOOKS = frozenset({"config", "theme", "colors", "ascii"})
"""Of the screen alone."""
FLAGS = {"keys": "--set"} | {each.dest: each.flag for each in (*PLAN_OPTIONS, *PLAN_SWITCHES)}
SWITCHES = frozenset(each.dest for each in PLAN_SWITCHES)
OF_THE_PARENT = frozenset({"seed", "behind", "no_screen", "print_locustfile", "command"})
"""The seed is drawn and handed on; the others say where the screen is."""


def test_the_process_of_the_fleet_is_told_all_that_was_typed() -> None:
    everything: list[str] = ["fleet"]
    known = vars(parse(["fleet"]))
    for name, value in known.items():
        if name in LOOKS | OF_THE_PARENT:
            continue
        flag = FLAGS.get(name) or f"--{name.replace('_', '-')}"
        if name in SWITCHES:
            everything.append(flag)
        elif isinstance(value, list):
            everything += [f"{flag}=one", f"{flag}=two words"]
        else:
            everything.append(f"{flag}=7")
    typed = parse(everything)
    told = parse(["fleet", *arguments(typed)])
    assert vars(told) == vars(typed)
    left_out = {name for name, value in vars(told).items() if value is None or value == []}
    assert left_out == {"seed", "behind", "config", "theme", "colors"}


def test_a_fleet_is_found_by_its_first_id_or_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "runtime_folder", lambda: tmp_path)
    with pytest.raises(SocketPathError, match="start one with `cp-tui fleet`"):
        find_fleet(None, None)
    first, second, *rest = fleet_sockets("A/1")
    assert (first.name, second.name, len(rest)) == ("A%2F1.fleet", "A%2F1-2.fleet", 7)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other,
    ):
        one.bind(str(first))
        one.listen()
        assert find_fleet(None, None) == find_fleet(first, None) == find_fleet(None, "A/1") == first
        with pytest.raises(SocketPathError, match="but fleets: A/1; add --fleet"):
            find_engine(None, None)
        with pytest.raises(SocketPathError, match="begins with B runs; there are: A/1"):
            find_fleet(None, "B")
        other.bind(str(second))
        other.listen()
        with pytest.raises(SocketPathError, match="several fleets run: A/1-2, A/1; choose"):
            find_fleet(None, None)
        with pytest.raises(SocketPathError, match="no fleet answers"):
            find_fleet(tmp_path / "none", None)


def test_a_line_without_a_screen_fits_a_terminal() -> None:
    told = fleet_world.storm()
    assert progress(told.view()) == (
        "  2m10s  Accepted 100 of 200  charging 61  billed 230 of 402  queue 132  core 7%"
    )
    told.lag_p99_s, told.failures = 1.5, 2
    assert progress(told.view()).endswith("core 7%  late 1.50s  errors inside 2")
