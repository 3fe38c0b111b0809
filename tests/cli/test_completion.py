"""Completion as a shell asks for it: by the variables of argcomplete, answers on descriptor 8."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXPECTED: dict[str, set[str]] = {
    "cp-tui s": {"serve", "screenshot"},
    "cp-tui completion ": {"bash", "zsh", "fish"},
    "cp-tui attach --re": {"--read-only"},
    "cp-tui attach --theme cp-": {"cp-dark", "cp-light"},
    "cp-tui attach --colors t": {"truecolor"},
    "cp-tui screenshot --screen m": {"messages", "maintenance"},
    "cp-tui ctl plug_": {"plug_in", "plug_out"},
    "cp-tui ctl data_transfer v": {"vendor_id="},
    "cp-tui ctl wa": {"wait"},
    "cp-tui ctl wait conn": {"connectors"},
    "cp-tui ctl tail mess": {"messages"},
    "cp-tui ctl raise_error connector_id=1 error_code=Gr": {"error_code=GroundFailure"},
    "cp-tui ctl set_network up=": {"up=true", "up=false"},
    "cp-tui ctl --csms set_b": {"set_behaviour"},
    "cp-tui ctl --fleet start_storm kind=p": {"kind=power"},
    "cp-tui ctl --fleet get variable=o": {"variable=outline"},
    "cp-tui csms --silent Status": {"StatusNotification"},
    "cp-tui serve --set Heart": {"HeartbeatInterval="},
    "cp-tui run --preset whole": {"whole-amperes"},
    "cp-tui demo --preset one": {"one-phase"},
    "cp-tui serve --weather tr": {"train_tunnel"},
    "cp-tui ctl set_weather weather=half": {"weather=half_open"},
    "cp-tui fleet --misbehave s": {"silent=", "slow="},
    "cp-tui fleet --storm re": {"reconnect@"},
    "cp-tui fleet --fail-if BootN": {"BootNotification.p99"},
    "cp-tui fleet --set Heart": {"HeartbeatInterval="},
    "cp-tui fleet --id ": set(),
    "cp-tui serve --url ": set(),
}
"""A line -> some of what can come next; nothing: nothing can."""
ASK = """
import importlib, os, sys
from cp_tui.cli import main
for name in ("cli.completion", "cli.parser", "cli.ctl", "tui.registry"):
    importlib.import_module(f"cp_tui.{name}")
os.dup2(2, 9)
sys.argv[0] = "cp-tui"
for number, line in enumerate(sys.stdin.read().split("\\n")):
    if (process_id := os.fork()) == 0:
        os.dup2(os.open(f"{number}.txt", os.O_WRONLY | os.O_CREAT), 8)
        os.environ |= {"COMP_LINE": line, "COMP_POINT": str(len(line))}
        main([])
    os.waitpid(process_id, 0)
"""
"""Answers each line as a process of its own, which has made its imports only once."""


def test_what_can_be_typed_next_is_offered(tmp_path: Path) -> None:
    environment = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n"}
    subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | environment | {"_ARGCOMPLETE_SUPPRESS_SPACE": "1"},
        cwd=tmp_path,
        input="\n".join(EXPECTED),
        text=True,
        check=True,
    )
    for number, (line, expected) in enumerate(EXPECTED.items()):
        text = (tmp_path / f"{number}.txt").read_text().replace("\\", "")
        offered = {answer.strip() for answer in text.split("\n") if answer}
        assert (offered & expected if expected else offered) == expected, line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_code_for_a_shell_is_printed(shell: str) -> None:
    command = [sys.executable, "-m", "cp_tui", "completion", shell]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "_ARGCOMPLETE" in done.stdout
    assert "cp-tui" in done.stdout


def test_bash_can_read_its_code() -> None:
    script = f'eval "$({sys.executable} -m cp_tui completion bash)" && complete -p cp-tui'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert "_python_argcomplete" in done.stdout
