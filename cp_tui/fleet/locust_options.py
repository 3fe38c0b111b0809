"""The options of the fleet on Locust's command line and in the form of its page.

Pure, so that whoever writes them down need not import Locust.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from cp_tui.fleet.limits import limits_of
from cp_tui.fleet.quantities import duration_s
from cp_tui.fleet.report.files import FORMS
from cp_tui.ocpp.printable import is_clean

PREFIX_MAX = 200
SEED_MAX = 2**53
CONNECTING_MAX = 10_000


class LoadOptions(Struct, frozen=True):
    """What a run is told, checked."""

    id_prefix: str = "CP"
    seed: int | None = None
    """None: drawn anew for each run."""
    settle_s: float = 30.0
    """How long is waited at the end for what is not acknowledged."""
    fail_if: tuple[str, ...] = ()
    """The limits, as `limits` reads them."""
    connecting: int = 100
    """Handshakes at once, in each process."""
    ca_file: Path | None = None
    report: Path | None = None
    """Written on the master."""
    ledger: Path | None = None
    """Written on the master: a line for each transaction."""
    billed: Path | None = None
    """What the CSMS has billed, read on the master after the end."""
    plan: Path | None = None


class OptionsError(ValueError):
    """Options that cannot be used, with a line for each reason."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


class LoadOption(Struct, frozen=True):
    """One option."""

    name: str
    usual: str
    words: str
    field: str
    """Of `LoadOptions`."""
    read: Callable[[str], Any]
    """Checks a text, or raises a ValueError that says what is allowed."""


def add_options(parser: Any) -> None:
    """Add the options; the URL of the CSMS is Locust's own --host."""
    for option in OPTIONS:
        # The parser takes a percent sign for the beginning of a value.
        words = option.words.replace("%", "%%")
        checked = _checked(option)
        parser.add_argument(f"--{option.name}", default=option.usual, help=words, type=checked)


def read_options(given: Any) -> LoadOptions:
    """Check what was given; raises `OptionsError`, which names every mistake."""
    found: dict[str, Any] = {}
    wrong = []
    for option in OPTIONS:
        text = getattr(given, option.name.replace("-", "_"), None)
        try:
            found[option.field] = option.read((option.usual if text is None else text).strip())
        except ValueError as error:
            wrong.append(f"--{option.name}: {error}")
    if wrong:
        raise OptionsError(wrong)
    return LoadOptions(**found)


def _checked(option: LoadOption) -> Callable[[str], str]:
    """Give what argparse checks an option with; it stays text, as the form of the page wants it."""

    def checked(text: str) -> str:
        try:
            option.read(text.strip())
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from None
        return text

    return checked


def _prefix(text: str) -> str:
    if len(text) > PREFIX_MAX or not is_clean(text):
        raise ValueError(f"must be at most {PREFIX_MAX} characters that can be seen")
    return text


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # More digits than the bound has are not worked out.
        number = int(text) if text.isdecimal() and len(text) <= len(f"{most}") else -1
        if not least <= number <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return number

    return read


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _limits(text: str) -> tuple[str, ...]:
    texts = tuple(filter(None, (part.strip() for part in text.split(","))))
    limits_of(texts)
    return texts


def _report(text: str) -> Path | None:
    if text and Path(text).suffix not in FORMS:
        raise ValueError(f"must end in {', '.join(FORMS)}")
    return _path(text)


OPTIONS: tuple[LoadOption, ...] = (
    LoadOption(
        "id-prefix",
        "CP",
        "how the ids of the charge points begin; the number of the worker and their own follow",
        "id_prefix",
        _prefix,
    ),
    LoadOption(
        "seed",
        "",
        "of all that is left to chance in the charge points; else one is drawn, and told",
        "seed",
        lambda text: _number(0, SEED_MAX)(text) if text else None,
    ),
    LoadOption(
        "settle",
        "30s",
        "how long to wait at the end for what is not acknowledged",
        "settle_s",
        duration_s,
    ),
    LoadOption(
        "fail-if",
        "",
        "limits, with commas between: BootNotification.p95>2s, failures>0.1%; lost>0, doubled>0"
        " and unaccepted>0 hold anyhow, unless the first is: none",
        "fail_if",
        _limits,
    ),
    LoadOption(
        "report",
        "",
        "file for all figures of the run: .json, .csv or .html; the master writes it",
        "report",
        _report,
    ),
    LoadOption(
        "connecting",
        "100",
        "how many handshakes each worker makes at once; one without an answer for 3 s does not"
        " count",
        "connecting",
        _number(1, CONNECTING_MAX),
    ),
    LoadOption(
        "ca-file",
        "",
        "PEM file with the roots to trust for wss; else those of the system",
        "ca_file",
        _path,
    ),
    LoadOption(
        "ledger",
        "",
        "CSV file with a line for each transaction; the master writes it",
        "ledger",
        _path,
    ),
    LoadOption(
        "billed",
        "",
        "CSV file of what the CSMS has billed, compared with the transactions after the end",
        "billed",
        _path,
    ),
    LoadOption(
        "plan",
        "",
        "plan file whose stages, storms, misbehaviour, seed and limits PlanShape follows",
        "plan",
        _path,
    ),
)
