"""Every way out of the program, against what must not get out: by character, and by secret."""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from cp_tui.charge_point.effects import Save, Send
from cp_tui.charge_point.events import FrameReceived
from cp_tui.charge_point.variables import MessageRecord
from cp_tui.cli.output import complain
from cp_tui.csms.event_log import TurnedAway
from cp_tui.csms.outcome import read_composed
from cp_tui.csms.serve import describe
from cp_tui.engine.hub import Hub
from cp_tui.engine.log import LOG_FILE, open_log
from cp_tui.ocpp import frame
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.printable import clean, is_clean, is_unicode, storable
from cp_tui.rpc.protocol import encode_response
from cp_tui.tui.text.safe_text import drawn
from tests.charge_point.rig import rig

OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
HOSTILE = (
    *("\x1b]52;c;x\x07", "a\rb", "a\nb", "\x9b31m", "\x7f", "\x00"),
    *("\u202eabc", "\u2066a", "\u200b", "\ufeff", "\u2028", "\ud800", "\U000e0041", "\ue000"),
)


def logged(text: str) -> str:
    read = StringIO()
    log = open_log(Path.cwd(), logging.INFO, read)
    log.logger.info("%s", text)
    log.close()
    assert (Path.cwd() / LOG_FILE).read_text() == read.getvalue()
    return read.getvalue().removesuffix("\n")


def complained(text: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        said = StringIO()
        patch.setattr("sys.stderr", said)
        complain(text)
    return said.getvalue().removesuffix("\n")


CHARACTERS_GO_OUT: dict[str, Callable[[str], str]] = {
    "screen": drawn,
    "log": logged,
    "command line": complained,
    "CSMS": lambda text: describe(TurnedAway(datetime(2026, 1, 5, tzinfo=UTC), text, "unknown")),
    "door": lambda text: encode_response({"result": text}).decode("ascii").removesuffix("\n"),
    "wire": lambda text: frame.encode(frame.CallResult("1", {"status": text})),
}


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
@pytest.mark.parametrize("way", CHARACTERS_GO_OUT)
def test_nothing_that_a_terminal_obeys_gets_out(
    way: str, hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = CHARACTERS_GO_OUT[way](f"Depot {hostile} north")
    assert "Depot" in shown
    assert "north" in shown
    assert not OBEYED & {unicodedata.category(each) for each in shown}, ascii(shown)


@given(st.text(st.characters(codec=None)))
def test_what_is_cleaned_is_clean_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    assert is_clean(cleaned)
    assert not OBEYED & set(map(unicodedata.category, cleaned))
    assert is_unicode(storable(text))
    assert storable(text) == text or not is_unicode(text)


def test_words_of_every_language_stay_as_they_are() -> None:
    words = "Straße 東京 é\u00a0Ελλάδα"
    assert clean(words) == words
    assert (clean("\x1b"), clean("\u202e"), clean("\U000e0041")) == (
        r"\x1b",
        r"\u202e",
        r"\U000e0041",
    )


SECRET = "0123456789abcdefSECRET"
URL = f"ftp://user:{SECRET}@127.0.0.1/in"
SIGNED = f"https://127.0.0.1/in?signature={SECRET}"
MOMENT = "2026-01-05T08:00:00Z"
FRAMES = (
    ["ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}],
    ["ChangeConfiguration", {"key": " authorizationKEY ", "value": SECRET}],
    ["ChangeConfiguration", {"key": 7, "value": SECRET}],
    ["GetDiagnostics", {"location": URL}],
    ["GetDiagnostics", {"location": SIGNED}],
    ["UpdateFirmware", {"location": URL, "retrieveDate": MOMENT}],
    ["GetLog", {"log": {"remoteLocation": URL}, "logType": "SecurityLog", "requestId": 1}],
    ["SignedUpdateFirmware", {"requestId": 1, "firmware": {"location": URL}}],
    ["NoSuchAction", {"location": URL}],
)
MISTAKEN = (
    ["UpdateFirmware", {"location": [URL], "retrieveDate": MOMENT}],
    ["UpdateFirmware", {"LOCATION": URL}],
    ["changeconfiguration", {"key": "AuthorizationKey", "value": SECRET}],
    ["ChangeConfiguration", {"KEY": "AuthorizationKey", "VALUE": SECRET}],
    ["ChangeConfiguration", {"key": "AuthorizationKey", "value": 1.5e3, "Value": SECRET}],
    ["ChangeConfiguration", {"payload": {"key": "AuthorizationKey", "value": SECRET}}],
    ["ChangeConfiguration", {"key": "Authorization Key", "value": SECRET}],
    ["SetChargingProfile", {"key": "AuthorizationKey", "value": SECRET}],
    ["DataTransfer", {"vendorId": "v", "data": f"AuthorizationKey={SECRET}"}],
)
"""A CSMS that gets a name, the case or the depth wrong sends the right secret all the same."""
TEXTS = tuple(json.dumps([2, "1", *each]) for each in (*FRAMES, *MISTAKEN))
STRAY = json.dumps([3, "1", {"key": "AuthorizationKey", "value": SECRET}])
BROKEN = (
    STRAY,
    TEXTS[0] + "]",
    TEXTS[3][:-2],
    TEXTS[0].replace("[2,", '["2",'),
    f'{{"a": "{URL}"}}',
)


def records(text: str) -> str:
    """What the charge point tells those who watch, and what its log says."""
    made = rig()
    made.effects.clear()
    made.receive(text)
    hub = Hub()
    seen = [event for name, event in made.events if name == "messages"]
    assert seen
    for event in seen:
        assert isinstance(event, MessageRecord)
        hub.emit("messages", event)
    kept = (each for each in made.effects if not isinstance(each, Save | Send))
    return f"{seen!r} {hub.history('messages')!r} {[*kept]!r} {made.variables!r}"


def exceptions(text: str) -> str:
    """What a traceback may show."""
    try:
        return f"{FrameReceived(text)!r} {frame.parse(text)!r}"
    except OcppError as error:
        return f"{error!r} {error}"


SECRETS_GO_OUT: dict[str, Callable[[str], str]] = {
    "records": records,
    "exceptions": exceptions,
    "composed at the CSMS": lambda text: f"{read_composed(text).shown!r}",
}


@pytest.mark.parametrize("number", range(len(TEXTS)))
@pytest.mark.parametrize("way", SECRETS_GO_OUT)
def test_no_secret_of_a_frame_gets_out(way: str, number: int) -> None:
    assert SECRET in TEXTS[number]
    assert SECRET not in SECRETS_GO_OUT[way](TEXTS[number])


@pytest.mark.parametrize("number", range(len(BROKEN)))
@pytest.mark.parametrize("way", ["records", "exceptions"])
def test_no_secret_of_a_broken_frame_gets_out(way: str, number: int) -> None:
    assert SECRET in BROKEN[number]
    assert SECRET not in SECRETS_GO_OUT[way](BROKEN[number])
