"""What is printed, harmless for the terminal that shows it."""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from cp_tui.cli import main
from cp_tui.cli.output import complain, told_without_waiting
from cp_tui.ocpp.printable import clean


@pytest.mark.parametrize(
    "hostile", ["\x1b]52;c;x\x07", "a\rb", "a\nb", "\x9b31m", "\u202eabc", "\x7f", "\ud800"]
)
def test_a_complaint_is_one_harmless_line(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert complain(f"name {hostile}") == 2
    with told_without_waiting() as tell:
        tell(f"name {hostile}")
    told = capsys.readouterr()
    for said, begin in ((told.err, "cp-tui: name "), (told.out, "name ")):
        assert said.startswith(begin)
        assert said.count("\n") == 1
        assert said.rstrip("\n").isprintable()


def test_words_of_every_language_stay_readable() -> None:
    assert clean("Straße 東京 é") == "Straße 東京 é"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("scenario list", 3),
        ("scenario list --json", 3),
        ("presets", 1),
        ("weathers", 1),
        ("completion zsh", 1),
        ("fleet --print-locustfile", 1),
        ("explain --rules", 2),
        ("ctl swipe --help", 1),
        ("--version", 1),
    ],
)
@pytest.mark.parametrize("buffering", [1, -1], ids=["lines", "blocks"])
def test_where_output_goes_nowhere_one_line_says_so(
    arguments: str, status: int, buffering: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", buffering) as full, redirect_stdout(full):
        assert main(arguments.split()) == status
    said = capsys.readouterr().err
    assert said.startswith("cp-tui: ")
    assert said.endswith(": No space left on device\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize(("arguments", "lines"), [("presets", 0), ("scenario list", 1)])
def test_a_reader_who_has_seen_enough_is_no_error_inside(
    arguments: str, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as gone, redirect_stdout(gone):
        assert main(arguments.split()) in (1, 3)
    assert capsys.readouterr().err.count("\n") == lines
