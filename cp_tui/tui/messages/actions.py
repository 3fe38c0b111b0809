"""The actions on the messages that went over the WebSocket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from textual.content import Content

from cp_tui.ocpp.printable import storable
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.actions.saving import save
from cp_tui.tui.frame.actions import send_to_clipboard
from cp_tui.tui.messages.details_text import frames_name, frames_text
from cp_tui.tui.messages.filter import MessageFilter, WrongFilter, message_filter
from cp_tui.tui.state.arrivals import Gap
from cp_tui.tui.state.message_log import LoggedFrame, MessageLog
from cp_tui.tui.text.gaps import since_words, what_words
from cp_tui.tui.text.meanings import Meaning

message_action = partial(action, screens="messages", pane="messages", when=conditions.with_messages)
"""What the actions on messages share."""


@message_action(
    "messages.pause",
    "Let the messages stand still, or follow again",
    means=Meaning.PAUSE,
    short="Pause",
    when=conditions.with_news,
)
async def pause(desk: Desk) -> None:
    """New ones are counted meanwhile; on the newest line the list follows by itself."""
    desk.frame.pause()


@message_action("messages.copy", "Copy a message")
async def copy(desk: Desk) -> None:
    """Send the selected frames as JSON to the clipboard of the terminal (OSC 52)."""
    exchange = desk.snapshot.message
    if exchange is None or not exchange.frames:
        desk.refuse(Content("no message is selected"))
    else:
        send_to_clipboard(desk, frames_name(exchange), frames_text(exchange))


@message_action("messages.export", "Export the messages", means=Meaning.EXPORT, short="Export")
async def export(desk: Desk) -> None:
    """Write what the filter shows to a file, one JSON object in each line."""
    log = desk.snapshot.messages
    try:
        wanted = message_filter(desk.filter if desk.screen == "messages" else "", desk.clock)
    except WrongFilter:
        wanted = MessageFilter()
    title = "Export the messages" if wanted.takes_all else f"Export what {desk.filter!r} shows"
    await save(desk, title, "messages", "jsonl", lambda _: exported(log, wanted), "*.jsonl")


@action("messages.of_connector", "Filter by the connector")
async def of_connector(desk: Desk) -> None:
    """Show the messages, filtered to the connector that is selected on the dashboard."""
    await desk.go_to("messages")
    if desk.screen == "messages":
        desk.frame.open_filter(f"conn:{desk.snapshot.connector_id}")


def exported(log: MessageLog, wanted: MessageFilter) -> Iterator[str]:
    """The frames that pass, oldest first, one JSON object in each line.

    Where some may be missing among them, one says from when to when, and how many are known to be.
    An empty piece for each exchange that is looked at first, so that nobody waits for all of them.
    """
    found: list[tuple[datetime, LoggedFrame | Gap]] = []
    for number in log.numbers:
        each = log.exchange(number)
        if each is not None and each.gap is not None and wanted.is_in_time(each):
            found.append((each.gap.lost_at, each.gap))
        elif each is not None and wanted.takes(each):
            found += [(frame.at, frame) for frame in each.frames]
        yield ""
    found.sort(key=lambda one: one[0])
    for _at, one in found:
        yield storable(_gap_line(one) if isinstance(one, Gap) else _line(one))


def _gap_line(gap: Gap) -> str:
    words = [*([] if gap.is_slow else [what_words(gap)]), since_words(gap)]
    told = {
        "time": gap.lost_at.isoformat(),
        "until": gap.back_at.isoformat(),
        # Of one that was started anew nobody knows how many it told before.
        "not_shown": None if gap.is_started_anew else gap.missed,
        "why": ", ".join(filter(None, words)),
    }
    return f"{json.dumps(told)}\n"


def _line(frame: LoggedFrame) -> str:
    # Put together by hand: the frame is JSON text already, and there may be 100,000 of them.
    latency = "null" if frame.latency_ms is None else f"{frame.latency_ms}"
    ignored = '"is_ignored":true,' if frame.is_ignored else ""
    return (
        f'{{"time":"{frame.at.isoformat()}","direction":"{frame.direction}","frame":{frame.wire},'
        f'"latency_ms":{latency},"result":{json.dumps(frame.result)},'
        f'{ignored}"reason":{frame.reason_json or "null"}}}\n'
    )
