"""What a log comes in: pipes with and without a name, packed and packed again, ends of lines."""

from __future__ import annotations

import gzip
import io
import os
import threading
import zipfile
from pathlib import Path

import pytest

from cp_tui.traces import opening
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_traces
from tests.traces.layouts import CALL, RESULT, read

LOG = f"2026-10-05T08:00:00.100Z TX {CALL}\n2026-10-05T08:00:01.100Z RX {RESULT}\n".encode()


def zipped(**members: bytes) -> bytes:
    """Pack files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


# Named, because packed data says when it was packed: each worker would have tests of its own.
@pytest.mark.parametrize(
    "data", [LOG, gzip.compress(LOG), zipped(log=LOG)], ids=["plain", "gzip", "zip"]
)
def test_a_pipe_with_a_name_gives_its_bytes_once_and_is_read_as_any_other(
    data: bytes, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # The end of a test must not wait for a pipe that nobody reads.
    threading.Thread(target=pipe.write_bytes, args=[data], daemon=True).start()
    (trace,) = open_traces(pipe)
    assert trace.counts.frames == 2
    reading, writing = os.pipe()
    with open(writing, "wb") as into:
        into.write(data)
    try:
        assert open_traces(f"/dev/fd/{reading}")[0].counts.frames == 2
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress(gzip.compress(LOG)), "-"),
        (zipped(**{"log.gz": gzip.compress(LOG)}), "-:log.gz"),
        (zipped(**{"in.zip": zipped(log=gzip.compress(LOG))}), "-:in.zip:log"),
        (gzip.compress(zipped(**{"in.zip": zipped(log=LOG)})), "-:in.zip:log"),
    ],
    ids=["gzip in gzip", "gzip in zip", "gzip in zip in zip", "zip in zip in gzip"],
)
def test_what_is_packed_and_packed_again_is_taken_out(data: bytes, name: str) -> None:
    (trace,) = open_traces(io.BytesIO(data))
    assert (trace.file, trace.counts.frames, trace.notes) == (name, 2, ())


def test_what_is_packed_without_end_is_refused_or_told_beside_the_rest() -> None:
    deep = LOG
    for _ in range(4):
        deep = gzip.compress(deep)
    with pytest.raises(UnreadableTrace, match=r"^-: it is packed more than 3 times over"):
        read(deep)
    (trace,) = open_traces(io.BytesIO(zipped(deep=deep, log=LOG, readme=b"nothing", cut=deep[:20])))
    assert trace.counts.frames == 2
    assert [(note.id, note.text) for note in trace.notes] == [
        (
            "log.damaged",
            "Passed over: -:deep: it is packed more than 3 times over; unpack it first.",
        ),
        (
            "log.damaged",
            "Passed over: -:cut: it is packed, and cannot be unpacked to its end: it is cut off.",
        ),
    ]


def test_files_and_bytes_are_bounded_for_all_that_is_packed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "MEMBERS_MAX", 3)
    # The inner zip and its two logs are three.
    inner = zipped(a=LOG, b=LOG)
    traces = open_traces(io.BytesIO(zipped(**{"in.zip": inner}, late=LOG)))
    assert [trace.file for trace in traces] == ["-:in.zip:a", "-:in.zip:b"]
    assert "only the first 3 files were looked at" in traces[0].notes[0].text
    monkeypatch.setattr(opening, "UNPACKED_MAX", 2 * len(LOG))
    traces = open_traces(io.BytesIO(zipped(a=LOG, b=LOG, c=LOG)))
    assert [trace.counts.frames for trace in traces] == [2, 2]
    assert "-:c: only the first" in traces[0].notes[0].text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_return_alone_ends_a_line_where_there_is_nothing_else(encoding: str) -> None:
    text = LOG.decode().replace("\n", "\r").encode(encoding)
    for data in (text, gzip.compress(text)):
        trace = read(data)
        assert trace.counts.frames == 2
        assert [each.source.line for each in trace.records] == [1, 2]
