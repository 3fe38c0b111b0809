"""What the CSMS of the demo saw, in words: a line for each exchange, and both frames in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.content import Content

from cp_tui.demo.csms_variables import (
    Exchange,
    ExchangeKind,
)
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.json_text import value_line
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.words import Clock

DIRECTIONS: Mapping[ExchangeKind, str] = {
    ExchangeKind.RECEIVED: "in",
    ExchangeKind.CALLED: "out",
    ExchangeKind.COMPOSED: "out",
    ExchangeKind.CONNECTION: "link",
    ExchangeKind.MALFORMED: "in",
    ExchangeKind.NOTE: "note",
}


def exchange_columns(exchanges: Iterable[Exchange], clock: Clock) -> list[Column[Exchange]]:
    """The columns of the log of exchanges."""
    return [
        time_column("Time", clock.brief, exchanges, lambda e: e.at, 8),
        Column("Dir", 4, lambda e: Content(DIRECTIONS[e.kind])),
        Column("Action", 24, _action),
        Column("The CSMS says", 32, verdict, is_flexible=True, said=lambda e: drawn(e.verdict)),
        Column("Charge point", 14, lambda e: safe_text(e.charge_point_id, QUIET), rank=1),
    ]


def _action(exchange: Exchange) -> Content:
    if exchange.action:
        return safe_text(exchange.action)
    words = {
        ExchangeKind.CONNECTION: "connection",
        ExchangeKind.MALFORMED: "malformed",
        ExchangeKind.NOTE: "the CSMS itself",
    }
    return Content.styled(words.get(exchange.kind, "raw frame"), QUIET)


def verdict(exchange: Exchange) -> Content:
    """What the checks of the CSMS came to; a sign tells good from bad without a colour."""
    sign = Content("  ") if exchange.is_good else Content.styled("! ", "bold $text-warning")
    return Content.assemble(sign, safe_text(exchange.verdict))


def exchange_facts(exchange: Exchange, clock: Clock) -> list[Fact]:
    """Everything about an exchange."""
    way = {
        ExchangeKind.RECEIVED: "the charge point asked, the CSMS answered",
        ExchangeKind.CALLED: "the CSMS asked, the charge point answered",
        ExchangeKind.COMPOSED: "composed at this screen, sent as it stands",
        ExchangeKind.CONNECTION: "the connection",
        ExchangeKind.MALFORMED: "something that is no OCPP",
        ExchangeKind.NOTE: "beside the messages",
    }[exchange.kind]
    facts = [
        Fact("Action", Content.assemble(_action(exchange), Content.styled(f" · {way}", QUIET))),
        Fact("Time", Content(clock.time(exchange.at))),
        Fact("Who", safe_text(exchange.charge_point_id or "unknown")),
        Fact("Verdict", verdict(exchange), drawn(exchange.verdict)),
    ]
    if exchange.request is not None:
        facts.append(Fact("Request", value_line(exchange.request)))
    if exchange.answer is not None:
        facts.append(Fact("Answer", value_line(exchange.answer)))
    return facts
