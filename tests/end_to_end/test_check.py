"""`cp-tui check` and the first start: the way to the CSMS is tested before anything runs on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.end_to_end.leftovers import kill_leftovers
from tests.end_to_end.processes import Serve, cp_tui, cp_tui_anew
from tests.end_to_end.terminal import in_terminal
from tests.peer import PeerCsms


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder by which every process of a test is known; none survives it."""
    with TemporaryDirectory(prefix="cp-tui-check-") as name:
        yield Path(name)
        kill_leftovers(Path(name))


def verdicts(out: str) -> dict[str, str]:
    """The first words of the lines that name a step."""
    lines = [line.split() for line in out.splitlines() if not line.startswith(" ")]
    return {words[0]: words[1] for words in lines}


async def test_a_good_way_ends_with_status_0(csms: PeerCsms, folder: Path) -> None:
    target = (f"--url={csms.url}", "--id=CP 1", f"--data-dir={folder}")
    done = await cp_tui_anew("check", *target)
    assert done.status == 0
    assert verdicts(done.out) == {
        **dict.fromkeys(("Settings", "Address", "DNS", "TCP", "HTTP", "Subprotocol"), "ok"),
        "TLS": "note",
        "Profiles": "ok",
    }
    assert "2: wss://" in done.out
    assert "would fail: SecurityProfile 2 needs an AuthorizationKey first" in done.out
    assert csms.actions() == []
    done = await cp_tui("check", "--boot", "--weather=lossy", *target)
    assert "Network      note    the weather lossy is set; what is tried here is the" in done.out
    assert verdicts(done.out)["Boot"] == "ok"
    assert csms.actions() == ["BootNotification"]


async def test_the_last_line_is_a_verdict_on_the_profile_that_was_asked_for(
    csms: PeerCsms, folder: Path
) -> None:
    target = (f"--url={csms.url}", "--id=CP 1", f"--data-dir={folder}")
    done = await cp_tui("check", "--profile=0", *target)
    assert (done.status, done.out.splitlines()[-1].split()) == (
        0,
        ["Result", "ok", "profile", "0,", "in", "force:", "comes", "up"],
    )
    done = await cp_tui("check", "--profile=2", *target)
    assert done.status == 1
    assert verdicts(done.out)["TLS"] == "FAILED"
    assert "use ws://" not in done.out
    assert done.out.splitlines()[-1].split()[:4] == ["Result", "FAILED", "profile", "2:"]
    done = await cp_tui("check", "--profile=3", *target)
    assert done.status == 1
    assert "HTTP" not in verdicts(done.out)
    assert "3 is not tried: SecurityProfile 3 needs a certificate of the charge" in done.out
    assert csms.actions() == []


async def test_a_failed_step_is_the_last_line_and_status_1(folder: Path) -> None:
    done = await cp_tui("check", "--url=ws://127.0.0.1:1/", "--id=A", f"--data-dir={folder}")
    assert done.status == 1
    assert list(verdicts(done.out).items())[-1] == ("TCP", "FAILED")
    assert "check the port in csms.url" in done.out.splitlines()[-1]


async def test_a_connected_engine_is_not_disturbed_unless_forced(
    csms: PeerCsms, serve: Serve
) -> None:
    target = (f"--url={csms.url}", "--id=CP 1", f"--data-dir={serve.data_dir}")
    done = await cp_tui("check", *target)
    assert done.status == 2
    assert "a charge point runs already" in done.err
    assert "--force" in done.err
    assert (await cp_tui("check", "--force", *target)).status == 0


async def test_a_start_without_any_settings_asks_tests_saves_and_runs(
    csms: PeerCsms, folder: Path
) -> None:
    home, runtime = str(folder), folder / "run"
    runtime.mkdir(mode=0o700)
    async with in_terminal("run", HOME=home, XDG_RUNTIME_DIR=str(runtime)) as screen:
        await screen.see("the first start", "Save and start", "will be in")
        screen.press(csms.url, "enter")
        await screen.see("the charge point id is missing")
        screen.press("CP 1", "enter")
        await screen.see("Subprotocol ok", "All went well")
        assert csms.actions() == []
        screen.press("enter")
        await screen.see("● Accepted", "Connectors")
        file = folder / ".config" / "cp-tui" / "cp-tui.toml"
        assert f'url = "{csms.url}"' in file.read_text()
        screen.press("q")
        await screen.see("Stop it")
        screen.press("s")
        assert await screen.ended() == 0
