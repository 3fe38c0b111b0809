"""`cp-tui ctl wait` and `ctl tail`: watch until something is so, or what happens.

Both follow variables and streams at the door, and judge here what comes: a script asks for one
thing, and neither end has to know the other's language.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cp_tui.cli.output import ExitStatus, WrongUse, complain, complain_of
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import number
from cp_tui.rpc.json_path import Condition, WrongPath, condition, found_at
from cp_tui.rpc.script import TimeUp, lines

if TYPE_CHECKING:
    from pydantic import JsonValue

    from cp_tui.engine.hub import Vocabulary

TIMEOUT_S = 30.0
TIMEOUT_S_MAX = 86_400.0
PAST = 10
PAST_MAX = COUNT_MAX = 1_000_000

WAIT_HELP = f"""\
usage: cp-tui ctl wait PLACE=VALUE ... [timeout=SECONDS]

Wait until variables are as wanted, all at once; print what is there then.

  PLACE=VALUE  a variable, and where in it: connectors.1.status=Charging, is_connected=true,
               configuration.HeartbeatInterval.value=300, connectors.1.transaction!=null;
               != > < >= <= as well, in quotes for the shell. What is not there is null
  timeout      seconds, default {TIMEOUT_S:.0f}; 0 looks once

Exit status 1: it was not so in time; what was there instead, and why, goes to standard error."""

TAIL_HELP = f"""\
usage: cp-tui ctl tail STREAM [WANTED ...] [past=N] [count=N] [timeout=SECONDS]

Print the events of a stream, a line of JSON each: those of the past, then each as it happens.

  STREAM   such as messages, status_changes
  WANTED   'action:Start*': the beginning of a field, or the whole of it with * and ?; a word
           without a colon stands anywhere in the event; !WANTED is not wanted. Case counts nothing
  past     how many of the past, default {PAST}
  count    end after so many
  timeout  end after so many seconds; without count that is no failure

Exit status 1: fewer than count happened in time."""

NAMES = {"conn": "connector_id", "dir": "direction", "id": "message_id"}
"""Fields as the filter of the screen calls them."""


HELP = {"wait": WAIT_HELP, "tail": TAIL_HELP}


def wait(path: Path, typed: Sequence[str], there: Vocabulary) -> int:
    """Wait until conditions are met; returns the exit status."""
    values, rest = _options(typed, {"timeout": TIMEOUT_S_MAX})
    timeout_s = values.get("timeout", TIMEOUT_S)
    conditions = []
    for text in rest:
        if (read := condition(text)) is None:
            raise WrongUse(f"{text}: must be PLACE=VALUE, such as connectors.1.status=Charging")
        conditions.append(read)
    if not conditions:
        raise WrongUse("what is waited for is missing, such as connectors.1.status=Charging")
    for each in conditions:
        if each.variable in there.streams:
            raise WrongUse(f"{each.variable} is a stream: follow it with tail")
    seen: dict[str, JsonValue] = {}
    names = list(dict.fromkeys(each.variable for each in conditions))
    try:
        for name, value in _updates(path, names, timeout_s, there.peer):
            seen[name] = value
            if len(seen) == len(names) and _all_met(conditions, seen):
                places = {
                    each.place: found_at(seen[each.variable], each.path) for each in conditions
                }
                print(json.dumps(places), flush=True)
                return 0
    except TimeUp:
        unmet = [each for each in conditions if not each.is_met(seen[each.variable])]
        words = [f"ctl: after {number(timeout_s)} s {e.told(seen[e.variable])}" for e in unmet]
        return complain_of(words, ExitStatus.FAILED)
    except WrongPath as error:
        raise WrongUse(str(error)) from None
    raise AssertionError("updates end by an exception")


def _all_met(conditions: Sequence[Condition], seen: Mapping[str, JsonValue]) -> bool:
    # Each is looked at, so that a place that cannot be is told at once.
    return all([each.is_met(seen[each.variable]) for each in conditions])


def tail(path: Path, typed: Sequence[str], there: Vocabulary) -> int:
    """Print the events of a stream; returns the exit status."""
    known = {"past": PAST_MAX, "count": COUNT_MAX, "timeout": TIMEOUT_S_MAX}
    options, rest = _options(typed, known)
    if not rest:
        raise WrongUse("the stream is missing, such as messages")
    stream, *wanted = rest
    if stream in there.variables:
        raise WrongUse(f"{stream} is a variable, no stream: ask with get or wait")
    most = options.get("count")
    told = 0
    for event, is_past in _events(path, stream, wanted, options, there.peer):
        if most is not None and told >= most:
            return 0
        print(json.dumps(event), flush=not is_past)
        told += 1
        if most is not None and told >= most:
            sys.stdout.flush()
            return 0
    sys.stdout.flush()
    if most is None:
        return 0
    words = f"ctl: {told} of {number(most)} within {number(options['timeout'])} s"
    return complain(words, ExitStatus.FAILED)


def _events(
    path: Path, stream: str, wanted: Sequence[str], options: Mapping[str, float], peer: str
) -> Iterator[tuple[dict[str, JsonValue], bool]]:
    """Yield what is wanted of a stream, and whether it is of the past, until the time is over."""
    past: deque[dict[str, JsonValue]] = deque(maxlen=int(options.get("past", PAST)))
    parameters: dict[str, JsonValue] = {"variables": [stream]}
    try:
        for content in lines(
            path, "subscribe", parameters, within_s=options.get("timeout"), peer=peer
        ):
            if "method" not in content:
                events = cast("list[dict[str, JsonValue]]", _result(content, stream))
                past.extend(event for event in events if _is_wanted(event, wanted))
                for event in past:
                    yield event, True
                sys.stdout.flush()
                continue
            params = cast("dict[str, JsonValue]", content["params"])
            if isinstance(dropped := params.get("dropped"), int) and dropped:
                print(f"{count(dropped, 'event')} left out", file=sys.stderr, flush=True)
            event = cast("dict[str, JsonValue]", params["event"])
            if _is_wanted(event, wanted):
                yield event, False
    except TimeUp:
        return


def _is_wanted(event: Mapping[str, JsonValue], wanted: Sequence[str]) -> bool:
    """Hold an event against all that was typed; raises `WrongUse` for a field that it has not."""
    for text in wanted:
        is_unwanted = text.startswith("!") and len(text) > 1
        if _fits(event, text[is_unwanted:]) is is_unwanted:
            return False
    return True


def _fits(event: Mapping[str, JsonValue], wanted: str) -> bool:
    name, separator, value = wanted.partition(":")
    if not separator:
        return wanted.casefold() in json.dumps(event, ensure_ascii=False).casefold()
    name = NAMES.get(name, name)
    if name not in event:
        raise WrongUse(f"{wanted}: no field {name!r}; there are: {', '.join(event)}")
    found = event[name]
    text = (found if isinstance(found, str) else json.dumps(found)).casefold()
    pattern = value.casefold()
    if "*" in pattern or "?" in pattern:
        return fnmatchcase(text, pattern)
    return text.startswith(pattern)


def _updates(
    path: Path, names: Sequence[str], within_s: float, peer: str
) -> Iterator[tuple[str, JsonValue]]:
    """Yield variables as they are now, then each change, until `TimeUp`."""
    parameters: dict[str, JsonValue] = {"variables": [*names]}
    for content in lines(path, "subscribe", parameters, within_s=within_s, peer=peer):
        if "method" not in content:
            for name in names:
                yield name, _result(content, name)
            continue
        params = cast("dict[str, JsonValue]", content["params"])
        yield cast("str", params["name"]), params["value"]


def _result(content: Mapping[str, JsonValue], name: str) -> JsonValue:
    if "error" in content:
        error = cast("dict[str, JsonValue]", content["error"])
        raise WrongUse(str(error["message"]))
    return cast("dict[str, JsonValue]", content["result"])[name]


def _options(
    typed: Sequence[str], known: Mapping[str, float]
) -> tuple[dict[str, float], list[str]]:
    """Take out what is set by name, such as `timeout=30`."""
    values: dict[str, float] = {}
    rest = []
    for text in typed:
        name, separator, value = text.partition("=")
        if not separator or name not in known:
            rest.append(text)
            continue
        if name in values:
            raise WrongUse(f"{name} is given twice")
        try:
            values[name] = float(value)
        except ValueError:
            values[name] = -1.0
        if not 0 <= values[name] <= known[name]:
            raise WrongUse(f"{text}: must be a number from 0 to {number(known[name])}")
    return values, rest
