"""`cp-tui explain --ours`: which requests our own charge point would have answered otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.shadow.shadow import other_answers
from cp_tui.traces.privacy import PrivateNames
from cp_tui.traces.trace import Trace


def ours_in(trace: Trace, *, is_anonymous: bool, shows_tags: bool) -> list[OtherAnswer]:
    """Find them; tags are shortened, or other names put in their place, as in the findings."""
    found = list(other_answers(trace.records))
    if not found or (shows_tags and not is_anonymous):
        return found
    names = PrivateNames.of(trace.records)
    change = names.disguised_text if is_anonymous else names.shortened
    return [
        msgspec.structs.replace(
            each, charger=each.charger and change(each.charger), reason=change(each.reason)
        )
        for each in found
    ]


def in_words(answers: list[OtherAnswer]) -> Iterator[str]:
    """Tell them to people."""
    if not answers:
        yield "Our charge point would have answered every request alike, as far as the log tells."
        return
    requests = count(len(answers), "request")
    yield f"Our charge point would have answered {requests} otherwise, as far as the log tells:"
    for each in answers:
        place = f"line {each.line}" if each.line is not None else f"frame {each.number}"
        who = f"{each.charger}, " if each.charger else ""
        why = f": {each.reason}" if each.reason else ""
        rule = f" ({each.rule})" if each.rule else ""
        yield clean(f"  {who}{place}: {each.action} {each.theirs}, and ours {each.ours}{why}{rule}")


def as_json(answers: list[OtherAnswer]) -> list[dict[str, Any]]:
    """Tell them to programs."""
    return [msgspec.to_builtins(each) for each in answers]
