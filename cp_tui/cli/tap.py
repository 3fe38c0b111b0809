"""`cp-tui tap`: stands between charge points and their CSMS, and tells what departs from OCPP."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import ssl
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from cp_tui.charge_point.codec import encode
from cp_tui.cli.output import ExitStatus, WrongUse, complain, told_without_waiting
from cp_tui.engine.endpoint import EndpointError, endpoint_at
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.one_file import named_twice
from cp_tui.engine.tls import tls_context
from cp_tui.explain.finding import Severity
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import ascii_json
from cp_tui.tap.doors import TapDoors
from cp_tui.tap.observer import Observer, Tapped
from cp_tui.tap.relay import Upstream
from cp_tui.tap.serve import TapServer

MEGABYTE = 1_000_000
SWITCH_S = 0.000_5
"""How long one thread may hold up the other: Python's own 5 ms would be seen in what passes."""


def run(options: Namespace) -> int:
    """Pass on until a signal."""
    try:
        host, port = _address(options.listen, is_anywhere=options.listen_anywhere)
        upstream = _upstream(options)
        tls = _own_tls(options)
        asyncio.run(_serve(options, host, port, upstream, tls))
    except (WrongUse, EngineStartError) as error:
        return complain(f"tap: {error}")
    except OSError as error:
        place = f"{options.listen}" if error.filename is None else str(error.filename)
        return complain(f"tap: {place}: {error.strerror}")
    return ExitStatus.DONE


def _address(listen: str, *, is_anywhere: bool) -> tuple[str, int]:
    """Read where to listen; raises `WrongUse`."""
    host, colon, port = listen.rpartition(":")
    host = host.strip("[]")
    if not colon or not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise WrongUse(f"--listen {listen}: must be HOST:PORT, with a port from 0 to 65535")
    if not is_anywhere and not _is_loopback(host):
        raise WrongUse(
            f"--listen {listen}: anybody in that network can talk to the CSMS through it;"
            " add --listen-anywhere if that is meant"
        )
    return host, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _upstream(options: Namespace) -> Upstream:
    if "@" in options.upstream.partition("://")[2].partition("/")[0]:
        raise WrongUse(
            "--upstream: must not hold credentials; the charge point's own are passed on"
        )
    try:
        place = endpoint_at(options.upstream, "")
    except EndpointError as error:
        raise WrongUse(f"--upstream: {error}") from None
    tls = tls_context(options.ca_file, True) if place.is_secure else None
    return Upstream(place, tls)


def _own_tls(options: Namespace) -> ssl.SSLContext | None:
    """What charge points are shown; raises `WrongUse`."""
    if options.certificate is None:
        if options.key is not None:
            raise WrongUse("--key goes with --certificate")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(options.certificate, options.key)
    except OSError as error:
        # `ssl.SSLError` is one, and says nothing of which file it means.
        is_tls = isinstance(error, ssl.SSLError)
        words = "no certificate with its key, as PEM" if is_tls else error.strerror
        raise WrongUse(f"--certificate {options.certificate}: {words}") from None
    return context


async def _serve(
    options: Namespace, host: str, port: int, upstream: Upstream, tls: ssl.SSLContext | None
) -> None:
    with told_without_waiting() as tell, _observer(options, upstream, tell) as observer:
        server = TapServer(upstream, observer.watch, tls)
        port = await server.start(host, port)
        shown = f"[{host}]" if ":" in host else host
        doors = None if options.no_door else _doors(options, observer, f"{shown}:{port}", tell)
        scheme = "ws" if tls is None else "wss"
        for line in (
            f"listening on {scheme}://{shown}:{port}, passing on to {upstream.place.uri}",
            *([f"writing frames to {_trace_file(options)}"] if not options.no_trace else []),
        ):
            tell(line)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, ended.set)
        try:
            await ended.wait()
        finally:
            with suppress(asyncio.CancelledError):
                await server.close()
                if doors is not None:
                    await doors.close()


def _doors(
    options: Namespace, observer: Observer, listens: str, tell: Callable[[str], None]
) -> TapDoors:
    """Have each charge point that comes through shown to who attaches."""
    # What is followed and shown is worked out beside the bytes: they must not wait for it.
    sys.setswitchinterval(SWITCH_S)
    written = _as_json if options.json else _as_text
    doors = TapDoors(
        options.upstream,
        f"tap {listens}",
        observer.ask,
        observer.clock,
        lambda tapped: tell(written(tapped)),
    )
    observer.shown_by = doors
    return doors


@contextmanager
def _observer(
    options: Namespace, upstream: Upstream, tell: Callable[[str], None]
) -> Iterator[Observer]:
    """Read along, and say at the end how much there was."""
    file = None if options.no_trace else _trace_file(options)
    pems = {f"--{name}": getattr(options, name) for name in ("certificate", "key")}
    pems["--ca-file"] = options.ca_file
    if wrong := named_twice({"--trace": file}, pems):
        raise WrongUse("; ".join(wrong))
    if file is not None and options.trace is None:
        file.parent.mkdir(parents=True, exist_ok=True)
    written = _as_json if options.json else _as_text
    try:
        observer = Observer(
            lambda tapped: tell(written(tapped)),
            file=file,
            keep_bytes=options.keep_mb * MEGABYTE,
            is_tls=upstream.tls is not None,
            level=Severity(options.level),
        )
    except BlockingIOError:
        raise WrongUse(
            f"another tap writes its frames to {file}; name another file with --trace,"
            " or say --no-trace"
        ) from None
    try:
        yield observer
    finally:
        observer.close()
        frames = count(observer.frames, "frame")
        lost = f", {observer.unwritten} of them in no file" if observer.unwritten else ""
        found = count(observer.findings, "finding")
        tell(f"{frames} read along{lost}, {found} above a note")


def _trace_file(options: Namespace) -> Path:
    named: Path | None = options.trace
    if named is not None:
        return named
    return platformdirs.user_data_path("cp-tui-tap", appauthor=False) / "trace.jsonl"


def _as_text(tapped: Tapped) -> str:
    finding = tapped.finding
    what = "" if finding is None else f"{finding.severity}, {finding.at_fault.words}: "
    rule = f" [{finding.rule}]" if finding is not None and finding.rule else ""
    at = tapped.at.strftime("%H:%M:%S")
    return f"{at} {tapped.charger}: {what}{tapped.text}{rule}"


def _as_json(tapped: Tapped) -> str:
    finding = tapped.finding
    told: dict[str, object] = {
        "at": format_date_time(tapped.at),
        "charger": tapped.charger,
        "text": tapped.text,
    }
    if finding is not None:
        told |= {
            "id": finding.id,
            "severity": finding.severity,
            "at_fault": finding.at_fault,
            "rule": finding.rule,
        }
    return ascii_json(encode(told).decode())
