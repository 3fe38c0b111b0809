"""Which word of a line names the charge point, where no format says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from cp_tui.traces.naming import headed, naming_place
from tests.traces.layouts import read

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
Frame = tuple[str, str, list[Any]]
"""Name, which way, and the frame."""


def talk(names: Sequence[str], serials: Sequence[str | None], boots: int = 2) -> Iterable[Frame]:
    """Charge points that boot and beat, both with the same message ids."""
    for beat in range(3):
        for at, (name, serial) in enumerate(zip(names, serials, strict=True)):
            more = {} if serial is None else {"chargePointSerialNumber": serial}
            is_boot = beat == 0 and at < boots
            call = ["BootNotification", {**BOOT, **more}] if is_boot else ["Heartbeat", {}]
            yield name, "sent", [2, f"{beat}", *call]
            yield name, "received", [3, f"{beat}", {"status": "Accepted"}]


def place_in(frames: Iterable[Frame], line: str) -> int | None:
    heads = (line.format(name=name, way=way) for name, way, _ in frames)
    texts = (json.dumps(frame) for _, _, frame in frames)
    found = (headed(head, text) for head, text in zip(heads, texts, strict=True))
    return naming_place(each for each in found if each is not None)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("2026-11-03T13:00:00.000Z {name} -> ", 0),
        ("2026-11-03 13:00:00 INFO [{name}] {way} message: ", 2),
        ("13:00:00 cp={name} dir={way} ", 2),
        ("/ocpp/{name}: ", 0),
        ("2026-11-03T13:00:00.000Z {way} ", None),
        ("INFO thread-{name} ", None),
    ],
)
def test_it_is_the_word_that_a_call_shares_with_its_answer(line: str, place: int | None) -> None:
    frames = [*talk(("NIGHT-1", "NIGHT-2"), ("a", "b"))]
    assert place_in(frames, line) == place


def test_what_is_the_same_charge_point_again_is_no_second_one() -> None:
    line = "13:00:00 {name} "
    assert place_in([*talk(("x-1", "x-2"), (None, None))], line) == 0
    assert place_in([*talk(("x-1", "x-2"), ("same", "same"))], line) is None
    assert place_in([*talk(("x-1", "x-2"), (None, None), boots=1)], line) is None
    assert place_in([*talk(("only",), ("a",))], line) is None
    crossed = [(name, way, [3, "nobody", {}] if frame[0] == 3 else frame)
               for name, way, frame in talk(("x-1", "x-2"), ("a", "b"))]  # fmt: skip
    assert place_in(crossed, line) is None


def test_a_text_log_of_two_has_two_charge_points() -> None:
    lines = "".join(
        f"2026-11-03T13:00:{second:02}.000Z [{name}] {way} {json.dumps(frame)}\n"
        for second, (name, way, frame) in enumerate(talk(("NIGHT-1", "NIGHT-2"), ("a", "b")))
    )
    trace = read(lines)
    assert trace.format == "json-in-text"
    assert set(trace.chargers) == {"NIGHT-1", "NIGHT-2"}
    assert not trace.is_mixed
    mixed = read(lines.replace("NIGHT-1", "both").replace("NIGHT-2", "both"))
    assert mixed.is_mixed
