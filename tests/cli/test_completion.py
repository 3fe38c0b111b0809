"""Completion as a shell asks for it: by the variables of argcomplete, answers on descriptor 8."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASK = (
    "import os, sys; from cp_tui.cli import main\n"
    "os.dup2(1, 8); os.dup2(2, 9)\n"
    "sys.argv[0] = 'cp-tui'; main([])"
)


def answers(line: str) -> set[str]:
    """What the shell could put in next."""
    environment = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line))}
    environment |= {"_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SUPPRESS_SPACE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return {answer.replace("\\", "") for answer in done.stdout.split("\n") if answer}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cp-tui s", {"serve", "screenshot"}),
        ("cp-tui completion ", {"bash", "zsh", "fish"}),
        ("cp-tui attach --re", {"--read-only"}),
        ("cp-tui attach --theme cp-", {"cp-dark", "cp-light"}),
        ("cp-tui attach --colors t", {"truecolor"}),
        ("cp-tui screenshot --screen m", {"messages", "maintenance"}),
        ("cp-tui ctl plug_", {"plug_in", "plug_out"}),
        ("cp-tui ctl data_transfer v", {"vendor_id="}),
        ("cp-tui ctl wa", {"wait"}),
        ("cp-tui ctl wait conn", {"connectors"}),
        ("cp-tui ctl tail mess", {"messages"}),
        ("cp-tui ctl raise_error connector_id=1 error_code=Gr", {"error_code=GroundFailure"}),
        ("cp-tui ctl set_network up=", {"up=true", "up=false"}),
        ("cp-tui ctl --csms set_b", {"set_behaviour"}),
        ("cp-tui csms --silent Status", {"StatusNotification"}),
        ("cp-tui serve --set Heart", {"HeartbeatInterval="}),
        ("cp-tui run --preset whole", {"whole-amperes"}),
        ("cp-tui demo --preset one", {"one-phase"}),
        ("cp-tui serve --url ", set()),
    ],
)
def test_what_can_be_typed_next_is_offered(line: str, expected: set[str]) -> None:
    assert {answer.strip() for answer in answers(line) if answer.strip() in expected} == expected
    if not expected:
        assert answers(line) == set()


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
