"""Files that nobody means well with: no line hangs a pattern, and nothing is kept of a long log."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from io import BytesIO

import pytest

from cp_tui.traces.lines import LINE_MAX
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_trace
from cp_tui.traces.writing import trace_lines
from tests.tiers import tier
from tests.traces.layouts import CALL, LAYOUTS, RESULT, read

LENGTH = 10_000
RUNS = ("A", " ", "[", "]", "{", '"', "\\", "-", ".", "=", "> ", "1", "a:", "ocpp:", "<td>", "[2,")
"""What a line may be full of, to make a pattern try again and again."""
GOOD = f"2026-10-05T08:00:00.100Z TX {CALL}\n2026-10-05T08:00:01.100Z RX {RESULT}\n"


@pytest.mark.parametrize("run", RUNS)
def test_no_line_hangs_a_pattern(run: str) -> None:
    """What takes the square of the length would take minutes here."""
    before = time.process_time()
    filling = run * (LENGTH // len(run))
    trace = read(f"{filling}\n2026-10-05T08:00:00Z TX {filling}[2,\n{filling}{CALL}\n{GOOD}")
    assert trace.counts.frames >= 1
    assert time.process_time() - before < 2


@pytest.mark.parametrize("run", ["A", " ", "["])
def test_no_line_of_a_known_format_hangs_its_pattern(run: str) -> None:
    before = time.process_time()
    filling = run * (LENGTH // len(run))
    for _, _, text in LAYOUTS.values():
        middle = text.find("\n") + 1
        try:
            read(f"{text[:middle]}{filling}\n{text[middle:]}{filling}\n")
        except UnreadableTrace:
            continue
    assert time.process_time() - before < 5


def test_what_is_nested_without_end_is_no_frame() -> None:
    deep = '[2,"d","DataTransfer",' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "]"
    assert read(f"2026-10-05T08:00:00Z TX {deep}\n{GOOD}").counts.frames == 2
    for text in ("[" * 30_000, '{"log":' * 10_000, "[2," * 10_000):
        with pytest.raises(UnreadableTrace):
            read(text)


def test_a_line_that_is_longer_than_any_frame_is_cut_and_the_next_is_read() -> None:
    long = '[2,"x","DataTransfer",{"vendorId":"V","data":"' + "A" * LINE_MAX + '"}]'
    trace = read(f"2026-10-05T08:00:00.000Z TX {long}\n{GOOD}")
    assert (trace.counts.frames, trace.counts.truncated) == (3, 1)
    assert [each.action for each in trace.records] == ["DataTransfer", "Heartbeat", "Heartbeat"]
    # The first one, where lines and one document look alike.
    trace = read(f"{long}\n{CALL}\n{RESULT}\n")
    assert (trace.counts.frames, trace.counts.truncated) == (3, 1)
    record = {"direction": "cp-to-csms", "messageType": "CALL", "messageId": "a", "action": "Boot"}
    lines = [json.dumps({**record, "payload": size * "A"}) for size in (LINE_MAX, 1)]
    assert read("\n".join(lines)).format == "open-ocpp-trace"


def test_a_log_may_have_any_number_of_actions() -> None:
    lines = [f'[2,"{n}","Own{n}",{{}}]\n[3,"{n}",{{}}]' for n in range(300)]
    actions = [each.action for each in read("\n".join(lines)).records]
    assert actions[:4] == ["Own0", "Own0", "Own1", "Own1"]
    assert actions[-2:] == ["Own299", ""], "of so many the answers have no name"


def test_halves_of_surrogate_pairs_are_read_in_every_shape() -> None:
    call = '[2,"\\ud800","DataTransfer",{"vendorId":"\\udc00"}]'
    for text in (
        f"2026-10-05T08:00:00Z TX {call}\n",
        f"[{call}\n]",
        f'{{"events":[{{"direction":"CS_TO_CSMS","message":{call},"timestamp":1791187200}}]}}',
        "".join(f"2026-10-05T08:00:0{n}Z TX {call}\n" for n in (9, 8, 7, 6)),
    ):
        trace = read(text)
        assert trace.counts.calls >= 1
        list(trace_lines(trace.records))


def test_bytes_that_are_no_text_spoil_their_line_only() -> None:
    trace = open_trace(BytesIO(b"\x80\xff\xfegarbage\n\x00\x01\x02\n" + GOOD.encode()[:-5]))
    assert trace.counts.frames == 2
    assert trace.counts.truncated == 1


def test_no_text_of_a_long_log_is_kept() -> None:
    """Sixteen megabytes; four are looked at to tell the format."""
    padding = "x" * 80_000
    text = "".join(
        f'2026-10-05T08:00:00Z TX [2,"{n}","DataTransfer",{{"vendorId":"V","data":"{padding}"}}]\n'
        for n in range(200)
    )
    stream = BytesIO(text.encode())
    tracemalloc.start()
    try:
        trace = open_trace(stream)
        assert sum(1 for _ in trace.records) == 200
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


PIECES = (
    b"[2,",
    b'"',
    b"}",
    b"]",
    b"\n",
    b"null",
    b"1e999",
    b"-1",
    b"[]",
    b"{}",
    b"\\ud800",
    b'""',
)


def damaged(data: bytearray, chance: random.Random) -> bytes:
    """Take pieces of a log away, double them, and put others in."""
    for _ in range(chance.choice((1, 3, 10, 50))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                del data[at : at + chance.randrange(40)]
            case 1:
                begin = chance.randrange(len(data) + 1)
                data[at:at] = data[begin : begin + chance.randrange(200)]
            case 2:
                data[at:at] = chance.choice(PIECES)
            case 3:
                data[at:at] = chance.randbytes(1)
    return bytes(data)


@pytest.mark.parametrize("seed", range(tier(40, deep=5_000)))
def test_a_log_that_is_damaged_anywhere_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    name = chance.choice([*LAYOUTS])
    try:
        trace = open_trace(BytesIO(damaged(bytearray(LAYOUTS[name][2].encode()), chance)))
    except UnreadableTrace:
        return
    assert sum(each.number > 0 for each in trace.records) == trace.counts.frames
    list(trace_lines(trace.records))


def test_a_line_of_which_nothing_is_left_is_told() -> None:
    record = json.dumps({"messageType": "CALL", "direction": "cp-to-csms", "raw": CALL})
    long = json.dumps({"direction": "cp-to-csms", "raw": "A" * LINE_MAX})
    trace = read(f"{record}\n{long}\n{record}\n")
    (note,) = (each for each in trace.notes if each.id == "log.truncated_frame")
    assert (trace.counts.frames, note.lines, note.count) == (2, (2,), 1)
    assert note.text == "A line is longer than 1 MiB; what stands behind that was left out."
