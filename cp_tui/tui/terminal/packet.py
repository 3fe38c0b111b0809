"""What a terminal sent at once: keys that were read together belong together.

The thread that reads hands them on one by one, and on a busy machine the first of them has done
what it does before the second is there. What is told of those behind it holds for the late ones as
well, and nothing public says which those are.
"""

from __future__ import annotations

from textual.message import Message

_NAME = "_cp_tui_packet"


def mark_packet(message: Message, packet: object) -> None:
    """Know of a message that it came in this packet."""
    vars(message)[_NAME] = packet


def packet_of(message: Message) -> object:
    """In which packet it came; None where it came by itself."""
    return vars(message).get(_NAME)
