"""What is printed, harmless for the terminal that shows it."""

from __future__ import annotations

import pytest

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
