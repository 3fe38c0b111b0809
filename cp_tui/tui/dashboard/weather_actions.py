"""The weather of the network, chosen on the screen."""

from __future__ import annotations

from textual.content import Content

from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Desk, Form, FormField
from cp_tui.tui.dashboard.weather_text import FAIR, weather_choices
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import drawn, safe_text


@action(
    "charge_point.weather",
    "Bad network: choose its weather",
    means=Meaning.WEATHER,
    short="Weather",
    screens="dashboard,maintenance",
    when=conditions.weather,
)
async def choose_weather(desk: Desk) -> None:
    """Have frames, connections and attempts to connect go wrong as the weather of that name wants,
    from a seed; the charge point itself does not change. Fair weather ends it.
    """
    network = desk.snapshot.network
    assert network is not None, "the condition"
    name = await desk.choose("The weather of the network", weather_choices(network))
    if name is None:
        return
    call = CommandCall("set_weather", {"weather": name})
    if name == FAIR:
        await desk.command(call)
        return
    about = next(each.about for each in network.weathers if each.name == name)
    seed = "" if network.seed is None or name != network.weather else f"{network.seed}"
    field = FormField("seed", value=seed, placeholder="empty: one is drawn, and shown")
    intro = (safe_text(about), Content("The same seed makes the same trouble again."))
    await desk.fill(Form(f"Weather {drawn(name)}", (field,), "Set", call, intro))
