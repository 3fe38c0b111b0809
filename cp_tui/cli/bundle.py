"""`cp-tui bundle`: one file for whoever helps: all that is known of a charge point but its secrets.

Of one that runs also its variables and screens; of one that does not, what its data folder holds.
Never in it: the database and private keys, which hold secrets, and the settings, which may.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import platform
import sys
import zipfile
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote

from cp_tui import __version__
from cp_tui.charge_point.variables import VARIABLES
from cp_tui.cli.output import ExitStatus, complain, say
from cp_tui.cli.patience import writing
from cp_tui.cli.screen import read_look
from cp_tui.engine.log import LOG_FILE, LOG_FILES_KEPT, log_files
from cp_tui.engine.recorder import trace_files
from cp_tui.engine.security_log import FILES_KEPT, SECURITY_LOG_FILE
from cp_tui.engine.tag_mask import TagMask, mask_of
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.rpc.client import Client, ConnectionLost, EngineConnection, RpcError
from cp_tui.rpc.paths import SocketPathError, default_socket, find_engine, is_answering
from cp_tui.settings.build import default_data_dir

SUMMARY_FILE = "summary.json"
TRACE_FOLDER = "trace/"
MESSAGES_FILE = "messages.jsonl"
SIZE = (160, 50)
"""Of the screens in it."""
TOLD = ("msgspec", "textual", "websockets", "pydantic", "cryptography")
"""Packages whose versions matter to who helps."""
HEARD_S_MAX = 10.0


def run(options: Namespace) -> int:
    """Make the file, and say where it is."""
    try:
        path = _running(options)
        parts = _of_running(path, options) if path is not None else _of_folder(options)
    except SocketPathError as error:
        return complain(f"bundle: {error}")
    except TimeoutError:
        hint = "name its folder with --data-dir instead"
        return complain(f"bundle: the charge point does not answer; {hint}", ExitStatus.FAILED)
    except (ConnectionLost, RpcError) as error:
        return complain(f"bundle: {error}", ExitStatus.FAILED)
    file = options.file or Path(f"cp-tui-{_name(parts)}-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip")
    try:
        writing(file, partial(_write, file, parts))
    except OSError as error:
        # A TimeoutError is one of them.
        return complain(f"bundle: {file}: {error.strerror or error}", ExitStatus.FAILED)
    say(f"{file}: {', '.join(sorted({name.partition('/')[0] for name, _ in parts.items()}))}")
    return ExitStatus.DONE


Parts = Mapping[str, bytes | Path]
"""Name in the file -> what it holds, or where that is."""


def _running(options: Namespace) -> Path | None:
    """The socket of the charge point that is meant; None: it does not run, and its folder is meant.

    Raises `SocketPathError`.
    """
    if options.data_dir is not None:
        return None
    is_off = options.id is not None and not is_answering(default_socket(options.id))
    if is_off and default_data_dir(options.id).is_dir():
        return None
    path: Path = find_engine(options.socket, options.id)
    return path


def _of_folder(options: Namespace) -> Parts:
    folder: Path = options.data_dir or default_data_dir(options.id)
    files = dict(_files(folder))
    if not files:
        raise SocketPathError(f"{folder}: no charge point has its data there")
    facts = {"charge_point_id": options.id or "", "runs": False, "data_folder": f"{folder}"}
    return {SUMMARY_FILE: _summary(facts), **files}


def _of_running(path: Path, options: Namespace) -> Parts:
    variables = asyncio.run(_variables(path))
    mask = _mask(variables)
    if mask is not None:
        variables = {name: mask.walked(value) for name, value in variables.items()}
    identity, troubles = variables.get("identity"), variables.get("troubles")
    who = identity if isinstance(identity, dict) else {}
    alarms = troubles if isinstance(troubles, list) else []
    facts = {
        "runs": True,
        "charge_point_id": who.get("charge_point_id"),
        "started_at": who.get("started_at"),
        "its_cp_tui_version": who.get("cp_tui_version"),
        "alarms": [each["text"] for each in alarms if isinstance(each, dict) and "text" in each],
    }
    parts: dict[str, bytes | Path] = {SUMMARY_FILE: _summary(facts)}
    for name, value in variables.items():
        parts[f"variables/{name}.json"] = json.dumps(value, indent=1).encode()
    for name, text in _screens(path, options, mask).items():
        parts[f"screens/{quote(name.lower(), safe='')}.txt"] = text.encode()
    folder = who.get("data_folder")
    if isinstance(folder, str) and folder:
        parts |= _files(Path(folder))
    else:
        # One that is watched through a tap keeps no trace: what its door remembers has to do.
        parts[f"{TRACE_FOLDER}{MESSAGES_FILE}"] = asyncio.run(messages_of(path))
    return parts


def _mask(variables: Mapping[str, object]) -> TagMask | None:
    """Give what keeps tags out of what is known, where its charge point is asked to keep them."""
    identity = variables.get("identity")
    folder = identity.get("data_folder") if isinstance(identity, dict) else None
    return mask_of(Path(folder)) if isinstance(folder, str) and folder else None


async def messages_of(path: Path) -> bytes:
    """The messages that a charge point remembers, the oldest first, a line each."""
    client = await Client.connect(path, read_only=True)
    try:
        async with asyncio.timeout(HEARD_S_MAX):
            told = (await client.call("subscribe", variables=["messages"])).result
    finally:
        await client.close()
    found = told.get("messages") if isinstance(told, dict) else None
    lines = map(json.dumps, found if isinstance(found, list) else ())
    return "".join(f"{line}\n" for line in lines).encode()


async def _variables(path: Path) -> dict[str, object]:
    client = await Client.connect(path, read_only=True)
    values: dict[str, object] = {}
    try:
        for name in VARIABLES:
            try:
                async with asyncio.timeout(HEARD_S_MAX):
                    values[name] = (await client.call("get", variable=name)).result
            except RpcError:
                # It has no value yet.
                continue
    finally:
        await client.close()
    return values


def _screens(path: Path, options: Namespace, mask: TagMask | None) -> Mapping[str, str]:
    """Every screen as text; of what cannot be shown the reason, for the rest is worth having."""
    from cp_tui.tui.start.screenshot import take_texts

    async def connect() -> EngineConnection:
        through = None if mask is None else mask.masked
        return await Client.connect(path, read_only=True, through=through)

    try:
        return asyncio.run(take_texts(connect, read_look(options), SIZE))
    except (ConnectionLost, TimeoutError) as error:
        return {"none": f"no screen could be shown: {error}\n"}


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a data folder that hold no secret."""
    for path in trace_files(folder):
        yield f"{TRACE_FOLDER}{path.name}", path
    logs = log_files(folder / LOG_FILE, LOG_FILES_KEPT)
    for path in (*logs, *log_files(folder / SECURITY_LOG_FILE, FILES_KEPT)):
        if path.is_file():
            yield f"log/{path.name}", path


def _summary(facts: Mapping[str, object]) -> bytes:
    told: dict[str, object] = {
        "made_at": format_date_time(datetime.now(UTC)),
        "cp_tui_version": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "packages": dict(_versions()),
        **facts,
    }
    return json.dumps(told, indent=1).encode()


def _versions() -> Iterator[tuple[str, str]]:
    for name in TOLD:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _name(parts: Parts) -> str:
    """What the file is named by: the charge point, as a safe name."""
    summary = parts[SUMMARY_FILE]
    assert isinstance(summary, bytes)
    identity = json.loads(summary).get("charge_point_id") or "charge-point"
    return quote(identity, safe="").replace("%", "_")


def _write(file: Path, parts: Parts) -> None:
    """Write it beside its place and move it there, so that there is never half of one.

    Nothing that is there is replaced; raises `OSError`.
    """
    if os.path.lexists(file):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
    unfinished = file.with_name(f"{file.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with (
            os.fdopen(handle, "wb") as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, content in parts.items():
                if isinstance(content, bytes):
                    archive.writestr(name, content)
                    continue
                try:
                    archive.write(content, name)
                except FileNotFoundError:
                    # It has made room for a newer one meanwhile.
                    continue
        os.link(unfinished, file)
        unfinished.unlink()
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
