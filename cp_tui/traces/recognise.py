"""Which program has written a log, told by its first lines: whichever fits first.

Each test wants a frame by its own rule in one line at least, as logs begin with banners.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import islice
from types import MappingProxyType
from typing import IO, Any

from msgspec import Struct

from cp_tui.traces.direction import DIRECTION_OF
from cp_tui.traces.documents import DocumentError, items_of
from cp_tui.traces.formats import (
    citrineos,
    csv_rows,
    debugkit,
    evcc,
    everest_mqtt,
    har,
    json_in_text,
    libocpp_html,
    libocpp_text,
    microocpp,
    mitmproxy,
    ocpp_go,
    open_ocpp_trace,
    own,
    plain_frames,
    python_logging,
    sap_simulator,
    shiv3,
    steve,
    tshark,
    vcp,
)
from cp_tui.traces.formats.json_records import decoded, holds_records
from cp_tui.traces.formats.table import delimiter_of, rows_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import BEGIN
from cp_tui.traces.lines import Line, lines_of
from cp_tui.traces.opening import TraceText
from cp_tui.traces.unwrap import Unwrap, wrapper_of

LINES_MAX = 2_000
"""That are looked at."""
CHARACTERS_MAX = 4 << 20
LAYERS_MAX = 3
"""Of collectors around each other."""
ITEMS_MAX = 50
"""Of a document, that are looked at."""

FORMATS: Mapping[str, TraceFormat] = MappingProxyType(
    {
        each.FORMAT.id: each.FORMAT
        for each in (
            *(own, open_ocpp_trace, debugkit, steve, evcc, python_logging, libocpp_text),
            *(libocpp_html, everest_mqtt, citrineos, har, mitmproxy, tshark, sap_simulator),
            *(csv_rows, ocpp_go, microocpp, vcp, shiv3, json_in_text, plain_frames),
        )
    }
)
"""Id -> format."""


class Recognised(Struct, frozen=True):
    """What a text is."""

    format: TraceFormat
    wrappers: tuple[Unwrap, ...] = ()
    """From the outermost on."""


_JSON_TESTS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("citrineos", citrineos.is_row),
    ("open-ocpp-trace", open_ocpp_trace.is_record),
    ("cp-tui", own.is_record),
    ("debugkit", debugkit.is_event),
    ("everest-mqtt", everest_mqtt.is_capture),
    ("shiv3", shiv3.is_message),
    ("tshark", tshark.is_packet),
    ("frames", plain_frames.is_frame),
)
"""Format -> whether a JSON value is a record of it; the first that fits one value."""

_FIXED_TEXTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("steve", steve.HOW.head),
    ("evcc", evcc.HOW.head),
    ("ocpp-go", ocpp_go.HOW.head),
    ("sap-simulator", sap_simulator.HOW.head),
    ("libocpp-text", libocpp_text.HOW.head),
    ("libocpp-text", libocpp_text.CONSOLE.head),
    ("python-logging", python_logging.HOW.head),
    ("microocpp", microocpp.HOW.head),
    ("vcp", vcp.HOW.head),
    ("mitmproxy", mitmproxy.HEAD),
    ("everest-mqtt", everest_mqtt.LINE),
    ("shiv3", shiv3.HOW.head),
)
"""Format -> the head of an entry with a frame; of several with as many hits the first."""

_THROUGH = har.THROUGH | debugkit.THROUGH | citrineos.THROUGH


def recognised(text: TraceText, wanted: str | None = None) -> Recognised | None:
    """Say what a text is; None: no frame was found in any way."""
    sample = _sample(text)
    found = _document(text, sample)
    if found is None:
        found = _by_lines(sample)
    if wanted is not None:
        return Recognised(FORMATS[wanted], found.wrappers if found else ())
    return found


def _sample(text: TraceText) -> list[Line]:
    sample: list[Line] = []
    left = CHARACTERS_MAX
    with text.open() as stream:
        for line in islice(lines_of(stream), LINES_MAX):
            left -= len(line.text)
            sample.append(line)
            if left < 0:
                break
    return sample


def _document(text: TraceText, sample: list[Line]) -> Recognised | None:
    """Say what a text is that is one JSON value."""
    filled = [line.text.strip() for line in sample if line.text.strip()][:2]
    if not filled or not filled[0].startswith(("{", "[")):
        return None
    value = decoded(filled[0])
    if value is not None and (len(filled) > 1 or not holds_records(value)):
        return None
    try:
        items = [
            (item.pattern, item.value)
            for item in islice(items_of(text.open(), _THROUGH), ITEMS_MAX)
        ]
    except DocumentError:
        return None
    head = [value for pattern, value in items if pattern == "/*"][:2]
    if head and head[0] in (2, 3, 4) and isinstance(head[-1], str | int):
        return Recognised(FORMATS["frames"])
    ids = (_of_item(pattern, value) for pattern, value in items)
    found = next((id for id in ids if id is not None), None)
    return None if found is None else Recognised(FORMATS[found])


def _of_item(pattern: str, value: Any) -> str | None:
    if pattern.startswith("/log/entries/*/_webSocketMessages"):
        return "har"
    return next((id for id, fits in _JSON_TESTS if fits(value)), None)


def _by_lines(sample: list[Line]) -> Recognised | None:
    """Say what a text is that has an entry a line, or several lines for each."""
    wrappers: list[Unwrap] = []
    lines = sample
    for _ in range(LAYERS_MAX + 1):
        id = _json_lines(lines)
        if id is not None:
            return Recognised(FORMATS[id], tuple(wrappers))
        wrapper = wrapper_of(lines)
        if wrapper is None or len(wrappers) == LAYERS_MAX:
            break
        wrappers.append(wrapper)
        lines = list(wrapper(iter(lines)))
    id = _table(lines) or _fixed_text(lines)
    return None if id is None else Recognised(FORMATS[id], tuple(wrappers))


def _json_lines(lines: list[Line]) -> str | None:
    """Say what lines of JSON are; one bad line at the end may be one that is being written."""
    filled = [line for line in lines if line.text.strip()]
    if not filled or not all(line.text.lstrip().startswith(("{", "[")) for line in filled[:20]):
        return None
    # Of a line that is too long only the beginning is here.
    values = [decoded(line.text) for line in filled if not line.is_cut]
    if sum(value is None for value in values[:-1]) > len(values) // 10:
        return None
    for id, fits in _JSON_TESTS:
        if any(fits(value) for value in values):
            return id
    return None


def _table(lines: list[Line]) -> str | None:
    """Say what a text is that has names of columns in its first line, or is a page of HTML."""
    if any(libocpp_html.TABLE in line.text for line in lines):
        return "libocpp-html"
    header = next((line.text for line in lines if line.text.strip()), "")
    if BEGIN.search(header):
        return None
    if tshark.is_header(header):
        return "tshark"
    if not all(name in header for name in citrineos.NEEDED):
        columns = _columns(lines, header)
        return "csv" if columns else None
    return "citrineos"


def _columns(lines: list[Line], header: str) -> bool:
    """Say whether the rows have as many cells as the header, and frames among them."""
    delimiter = delimiter_of(header)
    if delimiter not in header:
        return False
    rows = [*islice(rows_of(LogSource(_nothing, lambda: iter(lines))), csv_rows.SAMPLE)]
    fitting = [row for row in rows if len(row.cells) == len(row.names)]
    if len(fitting) * 10 < len(rows) * 9:
        return False
    return csv_rows.columns_of(fitting) is not None


def _nothing() -> IO[bytes]:
    return BytesIO()


def _fixed_text(lines: list[Line]) -> str | None:
    """Say what lines of text are, by the most heads of entries that fit."""
    hits: Counter[str] = Counter()
    for id, pattern in _FIXED_TEXTS:
        hits[id] += sum(pattern.search(line.text) is not None for line in lines)
    best, count = hits.most_common(1)[0]
    if count:
        return best
    if any(BEGIN.search(line.text) or json_in_text.QUOTED.search(line.text) for line in lines):
        return "json-in-text"
    return None


def actions_in(text: TraceText) -> Iterator[str]:
    """Give the actions that a log without frames speaks of."""
    words = re.compile(rf"\b(?:{'|'.join(DIRECTION_OF)})\b")
    seen: set[str] = set()
    for line in _sample(text):
        for found in words.finditer(line.text):
            if found[0] not in seen:
                seen.add(found[0])
                yield found[0]
