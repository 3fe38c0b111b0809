"""What a network is told of the frames that pass."""

from __future__ import annotations

from typing import Any
from unittest.mock import AsyncMock, Mock

from cp_tui.engine.passage import Passage
from cp_tui.network.weather import Way


async def test_a_frame_is_as_long_as_its_bytes_and_not_as_its_characters() -> None:
    network = Mock(**{"frame.return_value": (0.0,), "next_break.return_value": None})
    ways: Any = dict.fromkeys(("leave", "cut", "stop_reading"), Mock())
    passage = Passage(network, enter=AsyncMock(), **ways)
    assert passage.send('[3,"1",{"data":"für"}]')
    for frame in ('[3,"1",{"data":"für"}]', b"[]"):
        await passage.receive(frame)
    assert [call.args[:2] for call in network.frame.call_args_list] == [
        (Way.TO_CSMS, 23),
        (Way.TO_CHARGE_POINT, 23),
        (Way.TO_CHARGE_POINT, 2),
    ]
