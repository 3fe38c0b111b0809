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
from cp_tui.scenarios.verdict import ScenarioOutcome, Verdict
from cp_tui.settings.load import every_preset
from cp_tui.settings.preset import OURS
from cp_tui.settings.problem import SettingsError
from tests.demo.fast_time import FastClock, in_fast_time
from tests.scenarios.bench import named, own_csms
from tests.tiers import tier

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
    some = plan('needs = ["Core", "heartbeatinterval", "not answers_late_s"]', plug)
    assert why(narrow, some) == ""
    late = bench(tmp_path, "[quirks]\nanswers_late_s = 3\n")
    assert why(late, some).endswith("has the habit answers_late_s: it leaves 3 s late")


@pytest.mark.parametrize("preset", tier(("answers-late", "core-only"), deep=[*every_preset(OURS)]))
def test_a_charge_point_of_any_kind_puts_no_blame_on_a_csms_that_is_right(
    preset: str, tmp_path: Path
) -> None:
    @in_fast_time
    async def play() -> tuple[ScenarioOutcome, ...]:
        async with own_csms(tmp_path) as (csms, runner):
            file = tmp_path / "bench.toml"
            file.write_text(f'[charge_point]\npreset = "{preset}"\n')
            make = read(file, csms.url, "CP1").charge_point
            runner = Runner(make, runner._around, clock=FastClock())
            some = named("plug-first", "tx-profile")
            return await runner.run_all(tier(some, deep=[*built_in()]))

    outcomes = play()
    assert {each.verdict for each in outcomes} <= {Verdict.PASSED, Verdict.SKIPPED}, outcomes


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
    with pytest.raises(SettingsError, match=r"^t\.toml, line 2: preset: preset 'none': unknown"):
        settings.charge_point(plan('preset = "none"'))
    with pytest.raises(SettingsError, match=r"^t\.toml, line 3: keys\.HeartbeatInterval: .-1"):
        settings.charge_point(plan("[keys]\nheartbeatinterval = -1\n"))


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
