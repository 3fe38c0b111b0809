"""`cp-tui explain` as it is typed: what it prints, and the status with which it ends."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cp_tui.cli.explain import run
from cp_tui.cli.parser import parse
from cp_tui.traces.opening import TSHARK
from cp_tui.traces.times import zone_of

SAMPLES = Path(__file__).parent.parent / "data" / "traces"
FAULTY = SAMPLES / "steve_two_chargers.log"
HEALTHY = SAMPLES / "open_ocpp_trace_session.jsonl"


def explained(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Give status, output and complaints."""
    status = run(parse(["explain", *map(str, arguments)]))
    out, err = capsys.readouterr()
    return status, out, err


def test_a_fault_is_told_with_place_party_and_section(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = explained(capsys, FAULTY)
    assert (status, err) == (1, "")
    words = " ".join(out.split())
    assert "Format steve, 40 frames of KESTREL-11, KESTREL-12" in words
    assert "error: tx.meter_stop_below_start (S 4.10, 7.31), at fault: the charge point" in words
    assert "KESTREL-12, line 42 at 2026-11-10 06:16:22 (with line 30)" in words
    assert "88210 Wh" in words
    assert out.endswith("1 error, 0 warnings, 0 notes.\n")


def test_the_status_follows_the_gravest_of_all_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(capsys, HEALTHY)[0] == 0
    assert explained(capsys, HEALTHY, FAULTY)[0] == 1
    assert explained(capsys, HEALTHY, "--fail-on", "error")[0] == 0
    # A log that states no direction has a note about it.
    assert explained(capsys, SAMPLES / "plain_frames.txt", "--fail-on", "note")[0] == 1
    status, out, err = explained(capsys, "/dev/null", FAULTY)
    assert status == 2
    assert err == "cp-tui: /dev/null: it is empty\n"
    assert "tx.meter_stop_below_start" in out


def test_json_has_an_object_for_each_log(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = explained(capsys, FAULTY, HEALTHY, "--json")
    assert status == 1
    faulty, healthy = (json.loads(line) for line in out.splitlines())
    assert healthy["findings"] == []
    assert faulty["chargers"] == ["KESTREL-11", "KESTREL-12"]
    assert (faulty["first"], faulty["format"]) == ("2026-11-10T05:14:58.520Z", "steve")
    assert faulty["counts"]["frames"] == 40
    found: dict[str, Any] = faulty["findings"][0]
    assert (found["id"], found["at_fault"]) == ("tx.meter_stop_below_start", "charger")
    assert found["frames"][0] == {"number": 33, "line": 42, "at": "2026-11-10T06:16:22.016Z"}


def test_a_pipe_and_what_is_packed_are_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FAULTY.read_bytes())))
    assert explained(capsys, "-")[0] == 1
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(FAULTY.read_bytes()))
    assert explained(capsys, packed)[0] == 1
    archive = tmp_path / "logs.zip"
    with zipfile.ZipFile(archive, "w") as into:
        into.writestr("../README", "nothing here")
        into.writestr("a/steve.log", FAULTY.read_bytes())
    status, out, _ = explained(capsys, archive)
    assert status == 1
    assert "/a/steve.log\nFormat steve" in out.replace("logs.zip:", "/")


def test_a_data_folder_is_the_log_of_its_charge_point(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, err = explained(capsys, tmp_path)
    assert (status, out) == (2, "")
    assert err == f"cp-tui: {tmp_path}: no charge point has its trace there\n"
    lines = HEALTHY.read_bytes().splitlines(keepends=True)
    (tmp_path / "trace.jsonl.1").write_bytes(b"".join(lines[:10]))
    (tmp_path / "trace.jsonl").write_bytes(b"".join(lines[10:]))
    _, whole, _ = explained(capsys, HEALTHY, "--json")
    status, out, err = explained(capsys, tmp_path, "--json", "--to-trace", tmp_path / "t.jsonl")
    assert (status, err) == (0, "")
    assert json.loads(out) == json.loads(whole) | {"file": f"{tmp_path}"}
    assert len((tmp_path / "t.jsonl").read_bytes().splitlines()) == len(lines)


def test_what_cannot_be_read_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    for data, words in (
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", TSHARK),
        (b"PK\x03\x04 but no zip", "cannot be unpacked"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, "no frame of OCPP-J was found"),
        (b"12:35 sent StatusNotification Preparing\n", "it speaks of StatusNotification"),
        (b"5:hello,4:size;1:x,", "mitmdump -nr FILE"),
    ):
        bad.write_bytes(data)
        status, out, err = explained(capsys, bad)
        assert (status, out) == (2, "")
        assert words in err
        assert err.count("\n") == 1
        assert err.isprintable() or err[:-1].isprintable()
    assert explained(capsys)[2].startswith("cp-tui: which log?")
    assert "such as +02:00" in explained(capsys, FAULTY, "--zone", "Mars/Base")[2]
    assert "there are: cp-tui," in explained(capsys, FAULTY, "--format", "x")[2]


def test_no_secret_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    key = "0011223344556677"
    change = f'{{"key":"AuthorizationKey","value":"{key}"}}'
    for text in (
        f'[2,"1","ChangeConfiguration",{change}]\n[3,"1",{{"status":"Accepted"}}]\n',
        f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","valu":"{key}"}}]\n',
        f'[2,"1","GetConfiguration",{{}}]\n[3,"1",{{"configurationKey":[{change}]}}]\n',
        f'[2,"1","ChangeConfiguration",{change}\n',
        f'[2,"1","ChangeConfiguration",{{}}]\n[3,"1",{{"status":"password={key}"}}]\n',
        f'[2,"1","Authorize",{{"idTag":"T","ftp://me:{key}@h":1}}]\n',
        f"authorization: Basic {key}\n",
        f"wss://me:{key}@csms.example/ocpp\n",
    ):
        log.write_text(text)
        for options in ((), ("--json",), ("--show-tags",)):
            _, out, err = explained(capsys, log, *options)
            assert key not in out + err, text


def test_zones_are_offsets_and_names() -> None:
    assert str(zone_of("Europe/Berlin")) == "Europe/Berlin"
    assert str(zone_of("+02:00")) == "UTC+02:00"
    assert str(zone_of("-0330")) == "UTC-03:30"
    for text in ("", "+99", "../etc", "Nowhere"):
        with pytest.raises(ValueError, match=r"^$"):
            zone_of(text)


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = explained(capsys, "--rules")
    assert status == 0
    assert "tx.meter_stop_below_start: error (S 4.10, 7.31)" in out
    assert "    call_timeout: 30\n" in out


def test_for_others_the_log_is_written_without_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out_file = tmp_path / "trace.jsonl"
    status, out, _ = explained(capsys, FAULTY, "--to-trace", out_file, "--anonymous")
    assert status == 1
    text = out_file.read_text()
    for private in ("KESTREL", "PARKCARD", "KS2-0011", "5102"):
        assert private not in text + out.partition("\n")[2]
    assert "CP-2, line 42" in out
    again = explained(capsys, out_file)
    assert "tx.meter_stop_below_start" in again[1]
    assert "File exists" in explained(capsys, FAULTY, "--to-trace", out_file)[2]


def test_tags_are_shortened_unless_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    tag = "04A2B3C4D5E6F7081920AB"  # Two characters too long.
    log.write_text(f'[2,"1","Authorize",{{"idTag":"{tag}"}}]\n[3,"1",{{}}]\n')
    assert tag not in explained(capsys, log)[1]
    assert tag not in explained(capsys, log, "--json")[1]


def test_a_fault_of_ours_is_told_in_a_line_without_what_the_log_holds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_: object) -> None:
        raise KeyError("a secret of the log")

    monkeypatch.setattr("cp_tui.cli.explain.explain", stumble)
    status, out, err = explained(capsys, HEALTHY)
    assert (status, out) == (2, "")
    assert "a fault of ours (KeyError at test_explain:" in err
    assert "secret" not in err
    assert err.count("\n") == 1


def test_the_frames_of_several_files_are_in_one_trace_with_one_stand_in_for_a_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, single = tmp_path / "all.jsonl", tmp_path / "one.jsonl"
    status, out, err = explained(
        capsys, HEALTHY, FAULTY, HEALTHY, "--anonymous", "--to-trace", file
    )
    assert (status, err) == (1, "")
    assert "CP-3, line 42" in out
    assert explained(capsys, HEALTHY, "--anonymous", "--to-trace", single)[0] == 0
    lines, alone = file.read_text().splitlines(), single.read_text().splitlines()
    assert lines[: len(alone)] == lines[-len(alone) :] == alone
    assert len(lines) == 2 * len(alone) + 40
    # Nothing is left of a log that cannot be read, and what was there stays.
    assert explained(capsys, "/dev/null", "--to-trace", tmp_path / "none")[0] == 2
    assert not (tmp_path / "none").exists()
    assert explained(capsys, HEALTHY, "--to-trace", single)[0] == 2


def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cp_tui", "explain", str(FAULTY)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "cp-tui: what was found cannot be written: No space left on device\n"
