"""The table `[network]`: weathers that have a name, and weathers of one's own."""

from __future__ import annotations

import pytest

from cp_tui.network.weather import FaultKind, NetworkFault, Way, Weather
from cp_tui.network.weathers import WEATHERS
from tests.settings.conftest import BASE, AllRefused, Read

OWN = """
[network]
weather = "mine"
[network.weathers.mine]
about = "Authorize is lost half the time."
[[network.weathers.mine.faults]]
kind = "loss"
probability = 0.5
direction = "to_csms"
actions = ["Authorize"]
"""


def test_a_weather_is_chosen_by_name_and_one_of_ones_own_is_a_table(read: Read) -> None:
    assert read(BASE).engine.network.weather == "fair"
    made = read(BASE + OWN).engine.network
    assert (made.weather, made.seed) == ("mine", None)
    fault = NetworkFault(
        kind=FaultKind.LOSS, probability=0.5, direction=Way.TO_CSMS, actions=("Authorize",)
    )
    about = "Authorize is lost half the time."
    assert made.weathers["mine"] == Weather(name="mine", about=about, faults=(fault,))
    assert made.weathers.keys() > WEATHERS.keys()
    chosen = read(BASE + OWN, weather="lossy", seed=7).engine.network
    assert (chosen.weather, chosen.seed) == ("lossy", 7)


FAULT = "network.weathers.mine.faults.1"


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("0.5", "2", f"line 12: {FAULT}.probability: must be 0 or from 0.001 to 1, not 2"),
        ('"loss"', '"los"', f"line 11: {FAULT}.kind: must be 'delay', 'bandwidth', 'loss', "),
        ('"Authorize"', '"Auth"', f'line 14: {FAULT}.actions.1: no Action "Auth"; did you mean'),
        ("direction", "way", f"line 13: {FAULT}.way: unknown key; allowed: "),
        ('= "mine"', '= "mime"', "line 7: network.weather: unknown weather; did you mean "),
        (".mine", ".fair", "line 8: network.weathers.fair: is the network as it is; give "),
        (".mine", '."a b"', "line 8: network.weathers.a b: is no name: letters, digits, "),
        ('r = "mine"', 'r = "mine"\nseed = -1', "line 8: network.seed: must be greater than "),
    ],
)
def test_what_no_weather_can_be_is_refused_by_line_and_field(
    all_refused: AllRefused, before: str, after: str, line: str
) -> None:
    text = OWN.replace(before, after)
    if before == ".mine":
        text = text.replace('weather = "mine"', 'weather = "lossy"')
    (found,) = all_refused(BASE + text)
    assert found.startswith(line)


def test_each_of_several_faults_is_refused_once(all_refused: AllRefused) -> None:
    """What is wrong with one is no mistake of the next, which takes its place in between."""
    reset = '[[network.weathers.mine.faults]]\nkind = "reset"\n'
    lines = all_refused(f"{BASE}{OWN}\n{reset}{reset.replace('reset', 'rest')}")
    assert [line.partition(": must")[0].partition(": reset")[0] for line in lines] == [
        f"line 16: {FAULT[:-1]}2",
        f"line 19: {FAULT[:-1]}3.kind",
    ]


def test_an_option_that_names_no_weather_is_called_by_its_name(all_refused: AllRefused) -> None:
    assert all_refused(weather="train_tunel") == [
        '--weather: unknown weather; did you mean "train_tunnel"?'
    ]
