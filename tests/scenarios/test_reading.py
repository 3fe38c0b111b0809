"""Scenario files: what is wrong is told with file, line, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.scenarios.reading import read_file, read_text
from cp_tui.settings.problem import SettingsError

HEAD = 'about = "A test."\n'
STEP = '[[step]]\ndo = "plug_in"\nwith = { connector_id = 1 }\n'


def test_a_step_is_read_with_its_head() -> None:
    plan = read_text(f"{HEAD}connectors = 2\n[keys]\nHeartbeatInterval = 5\n{STEP}", "a.toml", "a")
    assert (plan.name, plan.connectors, plan.keys) == ("a", 2, {"HeartbeatInterval": "5"})
    assert [step.words for step in plan.step] == ["plug_in connector_id 1"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            f"{HEAD}[[step]]\ndance = 1\n",
            "a.toml, line 2: step.1: unknown step; a step has exactly",
        ),
        (
            f'{HEAD}{STEP}[[step]]\ndo = "x"\nsee = "y"\n',
            "a.toml, line 5: step.2: do and see are two steps",
        ),
        (
            f'{HEAD}[[step]]\ndo = "plug_inn"\n',
            'a.toml, line 3: step.1.do: plug_inn: unknown command; did you mean "plug_in"?',
        ),
        (
            f'{HEAD}[[step]]\nexpect = "StartTransactoin"\n',
            "a.toml, line 3: step.1.expect: StartTransactoin: unknown action; did you mean",
        ),
        (
            f'{HEAD}[[step]]\nsee = "connectors"\n',
            "a.toml, line 3: step.1.see: connectors: must be PLACE=VALUE",
        ),
        (
            f'{HEAD}[[step]]\nsee = "conectors.1.status=Charging"\n',
            'a.toml, line 3: step.1.see: conectors: unknown variable; did you mean "connectors"?',
        ),
        (
            f'{HEAD}[[step]]\nweather = "lossi"\n',
            'a.toml, line 3: step.1.weather: lossi: unknown weather; did you mean "lossy"?',
        ),
        (
            f'{HEAD}{STEP}[[weathers.x.faults]]\nkind = "loss"\nprobability = 2\n',
            "a.toml, line 7: weathers.x.faults.1.probability: must be 0 or from 0.001 to 1, not 2",
        ),
        (
            f'{HEAD}{STEP}[[weathers.x.faults]]\nkindd = "loss"\n',
            "a.toml, line 5: weathers.x.faults.1.kind: is missing",
        ),
        (
            f'{HEAD}{STEP}[[weathers.x.faults]]\nkind = "loss"\nlatency = 2\n',
            'a.toml, line 7: weathers.x.faults.1.latency: unknown key; did you mean "latency_s"?',
        ),
        (
            f'{HEAD}{STEP}[weathers.x]\nabuot = "wet"\n',
            'a.toml, line 6: weathers.x.abuot: unknown key; did you mean "about"?',
        ),
        (
            f"{HEAD}connectors = true\n{STEP}",
            "a.toml, line 2: connectors: must be a valid integer",
        ),
        (
            f"{HEAD}{STEP}within_s = true\n",
            "a.toml, line 5: step.1.within_s: must be a valid number",
        ),
        (
            f'{HEAD}{STEP}forbid = ["Strat"]\n',
            "a.toml, line 5: step.1.forbid: Strat: unknown action",
        ),
        (
            f"{HEAD}{STEP}within = 3\n",
            'a.toml, line 5: step.1.within: unknown key; did you mean "within_s"?',
        ),
        (
            f"{HEAD}{STEP}within_s = -1\n",
            "a.toml, line 5: step.1.within_s: must be greater than 0",
        ),
        (
            f"{HEAD}colour = 1\n{STEP}",
            "a.toml, line 2: colour: unknown key; allowed: about, begins, cases",
        ),
        (
            f"{HEAD}clock = 1e15\n{STEP}",
            "a.toml, line 2: clock: must be less than or equal to 31536000",
        ),
        (
            f'{HEAD}[[step]]\nweather = "lossy"\nseed = {10**18}\n',
            "a.toml, line 4: step.1.seed: must be less than or equal to 9007199254740992",
        ),
        (
            f'{HEAD}[[step]]\ndo = "swipe"\nwith = {{ id_tag = "{{tagg}}" }}\n',
            'a.toml, line 4: step.1.with: {tagg}: unknown name in braces; did you mean "tag"?',
        ),
        (
            f'{HEAD}[[step]]\nsee = "connectors.1.id_tag={{Tag}}"\n',
            "a.toml, line 3: step.1.see: {Tag}: unknown name in braces",
        ),
        (
            f'{HEAD}[[step]]\ndo = "swipe"\ngives = {{ outcomee = "Accepted" }}\n',
            'a.toml, line 4: step.1.gives.outcomee: unknown field; did you mean "outcome"?',
        ),
        (
            f'{HEAD}[[step]]\nexpect = "StartTransaction"\nsave = {{ transaction = "nosuch" }}\n',
            "a.toml, line 4: step.1.save.transaction: unknown field; allowed: idTagInfo, trans",
        ),
        (
            f'{HEAD}[[step]]\nexpect = "MeterValues"\nanswer = {{ status = "Accepted" }}\n',
            "a.toml, line 4: step.1.answer.status: unknown field; it has no fields",
        ),
        (
            f'{HEAD}[[step]]\nsame = "StartTransaction"\nfield = "id"\n',
            "a.toml, line 4: step.1.field: unknown field",
        ),
        (STEP, "a.toml: about: is missing"),
        (HEAD, "a.toml: step: must be one [[step]] table or more"),
        (f"{HEAD}[[step\n", "a.toml, line 2: not TOML: "),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read_text(text, "a.toml", "a")
    assert wrong.value.lines[0].startswith(line)


def test_what_may_stand_in_braces_is_known_from_where_it_is_said() -> None:
    save = '[[step]]\nexpect = "StartTransaction"\nsave = { mine = "transactionId" }\n'
    use = '[[step]]\nexpect = "StopTransaction"\nwhere = { transactionId = "{mine}" }\n'
    ask = '[[step]]\nask = "UpdateFirmware"\nwith = { location = "{firmware url}" }\n'
    swipe = '[[step]]\ndo = "swipe"\nwith = { id_tag = "{vip}" }\n'
    read_text(f"{HEAD}{save}{use}{ask}{swipe}", "a.toml", "a", {"vip"})
    for text in (f"{use}{save}", swipe, ask.replace("ask", "expect").replace("with", "where")):
        with pytest.raises(SettingsError, match="unknown name in braces"):
            read_text(f"{HEAD}{text}", "a.toml", "a")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: No such file"):
        read_file(tmp_path / "none.toml")
    (tmp_path / "wrong.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"wrong\.toml: not UTF-8"):
        read_file(tmp_path / "wrong.toml")
    (tmp_path / "long.toml").write_text("#" * 300_000)
    with pytest.raises(SettingsError, match=r"long\.toml: 300000 bytes; at most 262144"):
        read_file(tmp_path / "long.toml")
