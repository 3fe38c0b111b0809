"""What a run needs of the machine is said before it begins, and a smaller one never is."""

from __future__ import annotations

import resource

import pytest

from cp_tui.engine.errors import CannotBegin
from cp_tui.fleet.shell.machine import (
    SPARE_FILES,
    Load,
    Machine,
    check_load,
    raise_files,
    resident_kib,
    this_machine,
)

LARGE = Machine(files=100_000, ports=28_232, memory_kib=8_000_000)


def load(charge_points: int, *, source_addresses: int = 1, is_secure: bool = False) -> Load:
    """Make what a run asks of the machine."""
    return Load(charge_points, charge_points, is_secure, source_addresses)


def lines(load: Load, machine: Machine) -> tuple[str, ...]:
    """Give the reasons why it does not begin."""
    with pytest.raises(CannotBegin) as refused:
        check_load(load, machine)
    return refused.value.lines


def test_what_fits_begins() -> None:
    check_load(load(10_000), LARGE)
    check_load(load(1_000), Machine(1_000 + SPARE_FILES, 1_000, None))
    check_load(load(28_232 * 2, source_addresses=2), LARGE)


def test_what_does_not_fit_is_told_with_the_number_that_would_do() -> None:
    (files,) = lines(load(1_000), Machine(1_063, 28_232, None))
    assert files.startswith("1,000 connections need 1,064 file descriptors, and this process may")
    (ports,) = lines(load(60_000), LARGE)
    assert "there are 28,232: give --source-address 3-fold" in ports
    (ports,) = lines(load(60_000, source_addresses=2), LARGE)
    assert "there are 56,464: give --source-address 3-fold" in ports
    (memory,) = lines(load(10_000), Machine(100_000, 28_232, 512 * 1024))
    assert "10,000 charge points need about 743 MiB, and 512 MiB are free" in memory
    (memory,) = lines(load(10_000, is_secure=True), Machine(100_000, 28_232, 900 * 1024))
    assert "about 1,524 MiB" in memory, "TLS takes its share"
    assert len(lines(load(60_000), Machine(1_024, 28_232, 1_000))) == 3, "all at once"


def test_this_machine_says_what_it_has() -> None:
    machine = this_machine()
    assert machine.files > 100
    assert 1_000 < machine.ports <= 65_536
    assert machine.memory_kib is None or machine.memory_kib > 1_000
    assert 1_000 < resident_kib() < 64_000_000


def test_the_soft_limit_of_files_is_raised_to_the_hard_one() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        raise_files(100)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 256, "it is enough"
        raise_files(256)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 256 + SPARE_FILES
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
