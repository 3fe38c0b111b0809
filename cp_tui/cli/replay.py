"""`cp-tui replay`: one side of a log, played to a peer of now."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from contextlib import ExitStack
from typing import Any

from cp_tui.charge_point.codec import encode
from cp_tui.cli.log_file import log_within
from cp_tui.cli.output import ExitStatus, WrongUse, complain, told_if_slow, told_without_waiting
from cp_tui.engine.endpoint import EndpointError, endpoint
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.tls import tls_context
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import ascii_json, clean
from cp_tui.replay.player import ReplayReport
from cp_tui.replay.script import ReplayAct, ReplayStep, steps
from cp_tui.replay.socket import NoPeer, play_charge_point, play_csms
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_trace
from cp_tui.traces.record import FrameDirection, Record
from cp_tui.traces.trace import Trace

STEPS_MAX = 200_000
"""Of a log that is played whole; it is kept in memory."""


def run(options: Namespace) -> int:
    """Play the log, and tell what differs."""
    try:
        _check(options)
        with told_if_slow(f"reading {options.file} ..."), ExitStack() as stack:
            trace = open_trace(log_within(stack, options.file), format=options.format)
            acts = _acts(trace, options)
        report = asyncio.run(_played(acts, trace, options))
    except (WrongUse, EngineStartError) as error:
        return complain(f"replay: {error}")
    except UnreadableTrace as refusal:
        return complain(str(refusal))
    except NoPeer as error:
        return complain(f"replay: {error}", ExitStatus.FAILED)
    except OSError as error:
        place = error.filename or f"port {options.port}"
        return complain(f"replay: {place}: {error.strerror or error}", ExitStatus.FAILED)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    _tell(report, options)
    return ExitStatus.FAILED if report.differences else ExitStatus.DONE


def _check(options: Namespace) -> None:
    """Say which options do not go together; raises `WrongUse`."""
    is_charge_point = options.role == "charger"
    if is_charge_point and options.url is None:
        raise WrongUse("--as charger needs --url, where the CSMS is")
    if not is_charge_point and options.port is None:
        raise WrongUse("--as csms needs --port, where the charge point comes in")
    if options.port is not None and not 0 <= options.port <= 65_535:
        raise WrongUse(f"--port {options.port}: must be from 0 to 65535")


def _acts(trace: Trace, options: Namespace) -> list[ReplayStep]:
    """Read what is to be done; raises `WrongUse`."""
    chargers = [each for each in trace.chargers if each]
    wanted = options.source
    if wanted is None and len(chargers) > 1:
        raise WrongUse(f"the log has {', '.join(map(clean, chargers))}: say which with --from")
    if wanted is not None and wanted not in chargers:
        raise WrongUse(f"--from {wanted}: the log has {', '.join(map(clean, chargers)) or 'none'}")
    ours = FrameDirection.TO_CSMS if options.role == "charger" else FrameDirection.TO_CHARGE_POINT

    def is_meant(record: Record) -> bool:
        return wanted is None or record.charger == wanted

    found: list[ReplayStep] = []
    for each in steps(filter(is_meant, trace.records), ours):
        if len(found) >= STEPS_MAX:
            raise WrongUse(f"the log has more than {STEPS_MAX} frames: cut out what matters")
        found.append(each)
    if not any(each.kind in (ReplayAct.SEND_CALL, ReplayAct.SEND_ANSWER) for each in found):
        raise WrongUse("the log has nothing that this side has sent")
    return found


async def _played(acts: list[ReplayStep], trace: Trace, options: Namespace) -> ReplayReport:
    with told_without_waiting() as tell:

        def said(text: str) -> None:
            if not (options.quiet or options.json):
                tell(text)

        how: dict[str, Any] = {
            "speed": options.speed,
            "pause_max_s": options.max_pause,
            "wait_s": options.wait,
            "tell": said,
        }
        if options.role == "csms":
            return await play_csms(
                acts,
                options.port,
                listening=lambda port: said(f"waiting at ws://127.0.0.1:{port}/"),
                **how,
            )
        identity = options.id or options.source or trace.inferred_charger
        identity = identity or next((each for each in trace.chargers if each), None)
        if not identity:
            raise WrongUse("the log does not name its charge point: say --id")
        try:
            place = endpoint(options.url, identity)
        except EndpointError as error:
            raise WrongUse(f"--url: {error}") from None
        tls = tls_context(options.ca_file, True) if place.is_secure else None
        password = None
        if options.password_file is not None:
            password = options.password_file.read_bytes().strip()
        return await play_charge_point(
            acts, options.url, identity, password=password, tls=tls, **how
        )


def _tell(report: ReplayReport, options: Namespace) -> None:
    if options.json:
        print(ascii_json(encode(report).decode()), flush=True)
        return
    # Else they were told when they were found.
    for each in report.differences if options.quiet else ():
        where = f"line {each.line}: " if each.line is not None else ""
        print(clean(f"{where}{each.text}"))
    if report.omitted:
        print(f"and {count(report.omitted, 'more difference', 'more differences')}")
    print(
        f"{count(report.sent, 'frame')} sent, {count(report.matched, 'frame')} of the peer as in"
        f" the log, {count(len(report.differences) + report.omitted, 'difference')}",
        flush=True,
    )
