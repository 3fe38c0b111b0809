"""Hooks: a program or an HTTP request that has a CSMS do something, bounded in time and length."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import JsonValue

from cp_tui.scenarios.bench_settings import read
from cp_tui.scenarios.hooks import CommandHook, CsmsHooks, HookFailed, HttpHook, OwnHooks
from cp_tui.settings.problem import SettingsError
from tests.tui.quiet import let_time_pass

WORDS: dict[str, JsonValue] = {"id": "CP 1"}
LONG_S = 600
WAIT_S = 30.0
"""Less than what is left behind goes on for; only a test that fails waits so long."""


def carry_out(hook: CommandHook | HttpHook, **payload: JsonValue) -> None:
    hooks = OwnHooks({"Reset": hook})
    assert hooks.has("Reset")
    assert not hooks.has("ReserveNow")
    asyncio.run(hooks.carry_out("Reset", payload, WORDS))


def test_a_program_gets_what_its_names_stand_for(tmp_path: Path) -> None:
    told = tmp_path / "told"
    line = f"echo {{id}} {{connector_id}} > {told}; cat >> {told}"
    carry_out(CommandHook(command=line), connectorId=1)
    assert told.read_text() == 'CP 1 1\n{"connectorId": 1}'
    carry_out(CommandHook(command=["/bin/sh", "-c", 'echo "$0" > "$1"', "{id}", str(told)]))
    assert told.read_text() == "CP 1\n"


def test_what_a_program_gets_is_no_command_to_the_shell(tmp_path: Path) -> None:
    carry_out(CommandHook(command="true {id_tag}"), idTag=f"; touch {tmp_path}/broken")
    assert not (tmp_path / "broken").exists()


def test_a_program_that_fails_and_prints_much_is_told_in_short() -> None:
    line = "head -c 1000000 /dev/zero | tr '\\0' x; exit 3"
    with pytest.raises(HookFailed, match=r"ended with status 3: x+ \(cut\)") as failed:
        carry_out(CommandHook(command=line))
    assert len(str(failed.value)) < 5_000


def run_out_of_time(line: str, child: Path) -> None:
    """Have a hook run that ends by its limit, which is over as soon as its child is known."""

    async def run() -> None:
        hooks = OwnHooks({"Reset": CommandHook(command=line, timeout_s=LONG_S)})
        carrying = asyncio.create_task(hooks.carry_out("Reset", {}, WORDS))
        async with asyncio.timeout(WAIT_S):
            while not (child.exists() and child.read_text().endswith("\n")):
                await asyncio.sleep(0.01)
        let_time_pass(LONG_S)
        with pytest.raises(HookFailed, match=f"hook Reset was ended after {LONG_S} s"):
            await carrying

    asyncio.run(run())


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    run_out_of_time(f"sleep 60 & echo $! > {child}; wait", child)
    number, end = int(child.read_text()), time.monotonic() + WAIT_S
    while _runs(number):
        assert time.monotonic() < end, "the child of the hook goes on"
        time.sleep(0.02)


def _runs(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc/self").exists()


@pytest.mark.parametrize("is_ended", [False, True])
def test_what_leaves_for_a_session_of_its_own_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_ended: bool
) -> None:
    """As a CSMS does that a hook starts anew: it keeps the pipe, and goes on."""
    monkeypatch.setattr("cp_tui.scenarios.hook_program.LEFT_S", 0.05)
    child = tmp_path / "child"
    line = f"setsid sleep 60 & echo $! > {child}; "
    begun = time.monotonic()
    try:
        if is_ended:
            run_out_of_time(f"{line} exec sleep 60", child)
        else:
            carry_out(CommandHook(command=f"{line} exit 0"))
        assert time.monotonic() - begun < WAIT_S
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(child.read_text()), signal.SIGKILL)


def test_the_charge_point_is_id_whatever_the_payload_calls_so(tmp_path: Path) -> None:
    told = tmp_path / "told"
    line = f"printf '%s|' {{id}} {{payload.id}} {{odd}} {{nothing}} > {told}"
    carry_out(CommandHook(command=line), id=4, odd="{id}; x")
    assert told.read_text() == "CP 1|4|{id}; x|{nothing}|"


def test_what_only_the_csms_has_is_not_sent_as_it_stands(tmp_path: Path) -> None:
    told = r"hook Reset: your CSMS has its own firmware url: say firmware_url in \[values\]"
    with pytest.raises(HookFailed, match=told):
        carry_out(CommandHook(command="true"), firmware={"location": "{firmware url}"})


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(HookFailed, match="hook Reset: No such file"):
        carry_out(CommandHook(command=["/nowhere/at-all"]))


class _Handler(BaseHTTPRequestHandler):
    seen: tuple[str, str, bytes] = ("", "", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen = (self.path, self.headers["X-Key"] or "", body)
        self.send_response(500 if "wrong" in self.path else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_request_is_made_and_its_answer_read() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    serving = Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    base = f"http://127.0.0.1:{server.server_port}"
    try:
        carry_out(HttpHook(url=f"{base}/{{type}}", headers={"X-Key": "{id}"}), type="Hard")
        assert _Handler.seen == ("/Hard", "CP 1", b'{"type": "Hard"}')
        carry_out(HttpHook(url=f"{base}/a", body={"n": "{connector_id}"}), connectorId=1)
        assert _Handler.seen[2] == b'{"n": 1}'
        carry_out(HttpHook(url=f"{base}/a", body="id={id}"))
        assert _Handler.seen[2] == b"id=CP 1"
        with pytest.raises(HookFailed, match="was answered 500"):
            carry_out(HttpHook(url=f"{base}/wrong"))
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    with pytest.raises(HookFailed, match="refused"):
        carry_out(HttpHook(url=f"{base}/a"))
    with pytest.raises(HookFailed, match="must begin with http"):
        carry_out(HttpHook(url="{file}"), file="file:///etc/passwd")


def test_what_a_table_lacks_is_asked_of_our_own_csms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def ask(self: CsmsHooks, name: str, *_: object) -> None:
        asked.append(name)

    monkeypatch.setattr(CsmsHooks, "carry_out", ask)
    file = tmp_path / "bench.toml"
    file.write_text('[hooks.Reset]\ncommand = "true"\n')
    assert not read(file, "ws://127.0.0.1:9/x", "A").hooks.has("ReserveNow")
    monkeypatch.setattr("cp_tui.scenarios.bench_settings.is_answering", lambda door: True)
    hooks = read(file, "ws://127.0.0.1:9/x", "A").hooks
    for name in ("Reset", "ReserveNow"):
        assert hooks.has(name)
        asyncio.run(hooks.carry_out(name, {}, WORDS))
    assert asked == ["ReserveNow"]
    asyncio.run(hooks.end())


def test_hooks_and_tags_stand_beside_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "bench.toml"
    file.write_text(
        '[csms]\nurl = "ws://127.0.0.1:9/x"\n[charge_point]\nid = "A"\n'
        '[tags]\ntag = "T"\n[hooks.Reset]\ncommand = "true"\n'
        '[values]\nfirmware_url = "http://127.0.0.1:9/f"\n'
    )
    settings = read(file, None, None)
    assert settings.hooks.has("Reset")
    assert settings.words == {"tag": "T", "firmware url": "http://127.0.0.1:9/f"}
    settings.check_hooks([])
    assert settings.charge_point().charge_point.charge_point_id == "A"
    misspelt = 'line 2: hooks.Rest: unknown key; did you mean "Reset"'
    file.write_text('[hooks.Reset]\ncommand = "x"\n[hooks.Rest]\ncommand = "x"\n')
    with pytest.raises(SettingsError, match=misspelt.replace("2", "3")):
        read(file, "ws://127.0.0.1:9/x", "A").check_hooks([])
    file.write_text('[values]\nfirmware = "x"\n')
    with pytest.raises(SettingsError, match=r'line 2: values\.firmware: .* mean "firmware_url"'):
        read(file, "ws://127.0.0.1:9/x", "A")
    file.write_text('[hooks.Reset]\nurl = "ftp://x"\n')
    with pytest.raises(SettingsError, match=r"line 2: hooks\.Reset\.url: string should match"):
        read(file, "ws://127.0.0.1:9/x", "A")
    file.write_text("[hooks.Reset]\ncomand = 'true'\n")
    with pytest.raises(SettingsError) as wrong:
        read(file, "ws://127.0.0.1:9/x", "A")
    assert wrong.value.lines == (
        f"{file}, line 1: hooks.Reset.command: field required",
        f'{file}, line 2: hooks.Reset.comand: unknown key; did you mean "command"?',
    )
    file.write_text('hooks = "cp-tui csms"\n')
    with pytest.raises(SettingsError, match="no `cp-tui csms` answers at"):
        read(file, "ws://127.0.0.1:9/x", "A")
    with pytest.raises(SettingsError, match="no CSMS URL"):
        read(None, None, "A")
    with pytest.raises(SettingsError, match=r"none\.toml: no such file"):
        read(tmp_path / "none.toml", None, "A")
