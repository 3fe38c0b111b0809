"""Exports of the configuration, and files to compare with."""

from __future__ import annotations

import csv
import json
from datetime import UTC
from pathlib import Path

import pytest
from msgspec.structs import replace

from cp_tui.tui.configuration import file as configuration_file
from cp_tui.tui.configuration.file import (
    Difference,
    differences,
    read,
    to_csv,
    to_json,
)
from cp_tui.tui.state.key_lens import SavedConfiguration, SavedKey
from cp_tui.tui.text.paths import UnusableInput
from cp_tui.tui.text.words import Clock
from tests.tui import key_world, worlds

CLOCK = Clock(worlds.NOW, UTC)

ENTRIES = key_world.entries()


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_an_export_holds_every_key_and_no_secret(tmp_path: Path) -> None:
    secret = replace(ENTRIES[2], value="0123456789abcdef")
    assert secret.key == "AuthorizationKey"
    entries = (*ENTRIES[:2], secret, *ENTRIES[3:])
    as_json, as_csv = to_json(entries, worlds.identity(), CLOCK), to_csv(entries)
    assert "0123456789abcdef" not in as_json + as_csv
    found = json.loads(as_json)
    assert found["charge_point_id"] == "CP001"
    assert found["exported_at"] == "2026-01-05T14:03:27Z"
    assert [record["key"] for record in found["keys"]] == [entry.key for entry in ENTRIES]
    assert found["keys"][2]["is_secret"] is True
    assert found["keys"][2]["value"] is None
    rows = list(csv.DictReader(as_csv.splitlines()))
    assert [row["key"] for row in rows] == [entry.key for entry in ENTRIES]
    assert (rows[2]["is_secret"], rows[2]["value"], rows[0]["read_only"]) == ("true", "", "false")


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_an_export_is_like_what_it_was_made_from(tmp_path: Path, suffix: str) -> None:
    text = to_csv(ENTRIES) if suffix == "csv" else to_json(ENTRIES, None, CLOCK)
    saved = read(written(tmp_path / f"export.{suffix}", text))
    assert len(saved.keys) == len(ENTRIES)
    assert differences(ENTRIES, saved) == []


ANSWER = {
    "configurationKey": [
        {"key": "HeartbeatInterval", "readonly": False, "value": "900"},
        {"key": "fanlevel", "readonly": False, "value": "3"},
        {"key": "Foreign", "readonly": True},
    ],
    "unknownKey": ["NoSuchKey"],
}


@pytest.mark.parametrize("content", [ANSWER, [3, "id-1", ANSWER]], ids=["payload", "frame"])
def test_an_answer_to_get_configuration_is_compared(tmp_path: Path, content: object) -> None:
    saved = read(written(tmp_path / "conf.json", json.dumps(content)))
    some = tuple(e for e in ENTRIES if e.key in ("HeartbeatInterval", "FanLevel", "SiteName"))
    assert differences(some, saved) == [
        Difference("HeartbeatInterval", "60", "900", "86400", is_here=True, is_there=True),
        Difference("SiteName", "Depot north", None, "Depot north", is_here=True, is_there=False),
        Difference("Foreign", None, None, None, is_here=False, is_there=True),
    ]


def test_secrets_are_not_compared(tmp_path: Path) -> None:
    keys = {"keys": [{"key": "AuthorizationKey", "value": "other"}]}
    saved = read(written(tmp_path / "export.json", json.dumps(keys)))
    assert differences((), saved) == []
    assert differences((ENTRIES[2],), SavedConfiguration("empty")) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", b"not json", "neither JSON nor *.csv"),
        ("a.json", b"[" * 100_000, "neither JSON nor *.csv"),
        ("a.json", b'{"other": 1}', "neither an export of cp-tui nor an answer"),
        ("a.json", b'{"keys": []}', "no configuration key stands in it"),
        ("a.json", b'{"keys": [{"key": "A", "value": "1"}, {"value": "2"}]}', "key number 2, key"),
        ("a.json", b'{"keys": [{"key": "A", "value": 5}]}', "key number 1, value"),
        ("a.json", b'{"keys": ["A"]}', "key number 1, it"),
        ("a.csv", b"name,text\nA,1\n", "key number 1, key"),
        ("a.csv", b"", "no configuration key stands in it"),
        ("a.json", b"\xff\xfe\x00", "not text in UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnusableInput, match=words.replace("*", r"\*")):
        read(path)


def test_a_file_that_is_not_there_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnusableInput, match="no such file"):
        read(tmp_path / "none.json")
    monkeypatch.setattr(configuration_file, "FILE_BYTES_MAX", 10)
    with pytest.raises(UnusableInput, match="larger than"):
        read(written(tmp_path / "big.json", " " * 11))


def test_more_keys_than_any_charge_point_has_are_refused(tmp_path: Path) -> None:
    many = [{"key": f"K{n}"} for n in range(configuration_file.KEYS_MAX + 1)]
    with pytest.raises(UnusableInput, match="5001 keys are more than 5000"):
        read(written(tmp_path / "many.json", json.dumps({"keys": many})))


def test_an_unset_key_and_an_empty_one_are_the_same() -> None:
    """GetConfiguration.conf leaves a value out where there is none."""
    here = replace(worlds.entry("Empty", ""), default=None)
    saved = SavedConfiguration("x", {"empty": SavedKey(key="Empty")})
    assert differences((here,), saved) == []
