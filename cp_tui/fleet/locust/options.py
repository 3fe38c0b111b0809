"""The options of the fleet on Locust's command line and in the form of its page."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from cp_tui.fleet.limits import FleetLimit, limits_of
from cp_tui.fleet.quantities import duration_s
from cp_tui.ocpp.printable import is_clean

PREFIX_MAX = 200
SEED_MAX = 2**53


class LoadOptions(Struct, frozen=True):
    """What a run is told, checked."""

    id_prefix: str = "CP"
    seed: int = 0
    settle_s: float = 30.0
    """How long is waited at the end for what is not acknowledged."""
    limits: tuple[FleetLimit, ...] = ()
    connecting: int = 100
    """Handshakes at once, in each process."""
    ca_file: Path | None = None
    ledger: Path | None = None
    """Written on the master: a line for each transaction."""
    billed: Path | None = None
    """What the CSMS has billed, read on the master after the end."""
    plan: Path | None = None


class OptionsError(ValueError):
    """Options that cannot be used, with a line for each reason."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def add_options(parser: Any) -> None:
    """Add the options; the URL of the CSMS is Locust's own --host."""
    for name, default, words in (
        ("--id-prefix", "CP", "how the ids of the charge points begin; worker and number follow"),
        ("--seed", "0", "whatever is left to chance in the charge points comes from it"),
        ("--settle", "30s", "how long to wait at the end for what is not acknowledged"),
        (
            "--fail-if",
            "",
            "limits with commas between, such as 'BootNotification.p95>2s, failures>0.1%%';"
            " lost>0, doubled>0 and unaccepted>0 hold anyhow, unless the first is none",
        ),
        ("--connecting", "100", "how many handshakes each worker makes at once"),
        ("--ca-file", "", "PEM file with the roots to trust for wss; else those of the system"),
        ("--ledger", "", "CSV file for every transaction; the master writes it"),
        ("--billed", "", "CSV file of what the CSMS has billed, compared after the end"),
        ("--plan", "", "plan file, for PlanShape: its stages and storms"),
    ):
        parser.add_argument(name, default=default, help=words, type=_checked(name[2:]))


def read_options(given: Any) -> LoadOptions:
    """Check what was given; raises `OptionsError`, which names every mistake."""
    found: dict[str, Any] = {}
    wrong = []
    for name, read in _READERS.items():
        text = f"{getattr(given, name.replace('-', '_'), '') or ''}".strip()
        try:
            found[_FIELDS.get(name, name.replace("-", "_"))] = read(text)
        except ValueError as error:
            wrong.append(f"--{name}: {error}")
    if wrong:
        raise OptionsError(wrong)
    return LoadOptions(**found)


def _checked(name: str) -> Callable[[str], str]:
    """Give what argparse checks an option with; it stays text, as the form of the page wants it."""

    def checked(text: str) -> str:
        try:
            _READERS[name](text.strip())
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from None
        return text

    return checked


def _prefix(text: str) -> str:
    if len(text) > PREFIX_MAX or not is_clean(text):
        raise ValueError(f"must be at most {PREFIX_MAX} characters that can be seen")
    return text


def _number(least: int, most: int, usual: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if text.isdecimal() else -1 if text else usual
        if not least <= number <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return number

    return read


def _path(text: str) -> Path | None:
    return Path(text) if text else None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "id-prefix": _prefix,
    "seed": _number(0, SEED_MAX, 0),
    "settle": lambda text: duration_s(text or "30s"),
    "fail-if": lambda text: limits_of(filter(None, text.split(","))),
    "connecting": _number(1, 10_000, 100),
    "ca-file": _path,
    "ledger": _path,
    "billed": _path,
    "plan": _path,
}
_FIELDS = {"settle": "settle_s", "fail-if": "limits"}
