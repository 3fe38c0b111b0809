"""Which charge point plays a scenario, and which scenario a charge point cannot play."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.scenarios.bench_settings import BenchSettings, read
from cp_tui.scenarios.hooks import OwnHooks
from cp_tui.scenarios.needs import lacking
from cp_tui.scenarios.plan import Plan
from cp_tui.scenarios.reading import built_in, read_text
from cp_tui.scenarios.runner import Runner
from cp_tui.scenarios.steps import Surroundings
from cp_tui.scenarios.verdict import Verdict
from cp_tui.settings.problem import SettingsError
from tests.demo.fast_time import in_fast_time
from tests.scenarios.bench import named

ASK = '[[step]]\nask = "GetLog"\n'


@pytest.fixture(autouse=True)
def _nobodys_presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def bench(tmp_path: Path, text: str) -> BenchSettings:
    file = tmp_path / "bench.toml"
    file.write_text(text)
    return read(file, "ws://127.0.0.1:9", "CP1")


def plan(head: str, steps: str = ASK) -> Plan:
    return read_text(f'about = "A test."\n{head}\n{steps}', "t.toml", "t")


def why(settings: BenchSettings, scenario: Plan) -> str:
    return lacking(scenario, settings.charge_point(scenario).charge_point)


@in_fast_time
async def test_what_a_charge_point_cannot_play_is_skipped_with_the_reason(tmp_path: Path) -> None:
    narrow = bench(tmp_path, '[charge_point]\npreset = "core-only"\nunsupported = ["GetLog"]\n')
    runner = Runner(narrow.charge_point, Surroundings(OwnHooks({})))
    (outcome,) = await runner.run_all(named("tx-profile"))
    assert (outcome.verdict, outcome.reason) == (
        Verdict.SKIPPED,
        "the charge point has no feature profile SmartCharging",
    )
    assert why(narrow, plan("")) == "the charge point does not support GetLog"
    assert why(narrow, plan('needs = ["Reservation"]')).endswith("support GetLog")
    plug = '[[step]]\ndo = "plug_in"\n'
    assert why(narrow, plan('needs = ["Reservation"]', plug)).endswith("profile Reservation")
    assert why(narrow, plan('needs = ["LocalAuthListEnabled"]', plug)).endswith(
        "no configuration key LocalAuthListEnabled"
    )
    assert why(narrow, plan('needs = ["Core", "heartbeatinterval"]', plug)) == ""


def test_a_usual_charge_point_lacks_nothing_for_ours(tmp_path: Path) -> None:
    usual = bench(tmp_path, "")
    assert [each.name for each in built_in() if why(usual, each)] == []


def test_its_preset_goes_below_its_keys_and_above_that_of_the_settings(tmp_path: Path) -> None:
    settings = bench(tmp_path, '[charge_point]\npreset = "whole-amperes"\n')
    own = plan('preset = "small-lists"\n[keys]\nSendLocalListMaxLength = 7\n')
    made = settings.charge_point(own).charge_point
    assert (made.preset, made.charge_point_id) == ("small-lists", "CP1")
    assert (made.described["SendLocalListMaxLength"], made.quirks.whole_amperes) == ("7", False)
    assert made.described["GetConfigurationMaxKeys"] == "5"
    assert settings.charge_point(plan("")).charge_point.quirks.whole_amperes
    with pytest.raises(SettingsError, match=r"^t: preset 'none': unknown preset"):
        settings.charge_point(plan('preset = "none"'))


@pytest.mark.parametrize(
    ("head", "steps", "told"),
    [
        ('needs = ["SmartCharge"]', ASK, 'needs: SmartCharge: unknown .*mean "SmartCharging"'),
        ("", '[[step]]\nonce = "Authorise"\n', "step.1.once: Authorise: unknown action"),
    ],
)
def test_what_there_is_not_is_named(head: str, steps: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        plan(head, steps)
