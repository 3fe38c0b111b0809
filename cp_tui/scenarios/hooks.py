"""How the CSMS is had do something: by a command, by an HTTP request, or over the door of ours."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from cp_tui.ocpp.printable import clean
from cp_tui.rpc.client import Client, ConnectionLost, RpcError

HOOK_S = 30.0
LEFT_S = 1.0
"""How long the output of a hook that was ended is waited for."""
OUTPUT_BYTES_MAX = 4_096
"""What is told of what a hook prints."""


class HookFailed(Exception):
    """A hook did not do what it is there for; the text says why."""


class Hooks(Protocol):
    """Has the CSMS do something."""

    def has(self, name: str) -> bool:
        """Whether there is a hook for an action."""

    async def carry_out(self, name: str, payload: Mapping[str, JsonValue], words: Words) -> None:
        """Have it done; raises `HookFailed`."""

    async def end(self) -> None:
        """Put the CSMS in order after a scenario."""


Words = Mapping[str, JsonValue]
"""What stands for `{id}` and the like."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CommandHook(_Table):
    """A program that is run."""

    command: str | Annotated[list[str], Field(min_length=1)]
    """Program and arguments, or a line for the shell."""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = HOOK_S


class HttpHook(_Table):
    """A request that is made."""

    url: str
    method: str = "POST"
    headers: dict[str, str] = {}
    body: JsonValue = None
    """Text, or what is written as JSON; default: the payload."""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = HOOK_S


Hook = CommandHook | HttpHook


class OwnHooks:
    """The hooks of a table `[hooks]`, by action."""

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self._hooks = hooks

    def has(self, name: str) -> bool:
        """Whether the table has it."""
        return name in self._hooks

    async def carry_out(self, name: str, payload: Mapping[str, JsonValue], words: Words) -> None:
        """Run the program, or make the request."""
        hook = self._hooks[name]
        text = json.dumps(payload)
        known = {**words, **{_snake(key): value for key, value in payload.items()}, "payload": text}
        try:
            async with asyncio.timeout(hook.timeout_s):
                if isinstance(hook, CommandHook):
                    await _run(hook, text, known)
                else:
                    await _request(hook, payload, known)
        except TimeoutError:
            raise HookFailed(f"hook {name} was ended after {hook.timeout_s:g} s") from None
        except OSError as error:
            raise HookFailed(f"hook {name}: {error.strerror or error}") from None

    async def end(self) -> None:
        """Nothing is known of the CSMS."""


class CsmsHooks:
    """The hooks of `cp-tui csms`, over its door."""

    def __init__(self, door: Path, charge_point_id: str) -> None:
        self._door = door
        self._charge_point_id = charge_point_id
        self._client: Client | None = None

    def has(self, name: str) -> bool:
        """It can do all that scenarios ask for."""
        return True

    async def carry_out(self, name: str, payload: Mapping[str, JsonValue], words: Words) -> None:
        """Ask it; what it sends is seen on the wire."""
        match name:
            case "behave":
                await self._call("set_behaviour", **payload)
            case "restart":
                await self._call("disconnect", charge_point_id=self._charge_point_id, code=1012)
            case _:
                await self._call(
                    "send",
                    action=name,
                    payload=dict(payload),
                    charge_point_id=self._charge_point_id,
                )

    async def end(self) -> None:
        """Let it answer correctly again."""
        if self._client is not None:
            with suppress(HookFailed):
                await self._call("reset_behaviour")
            await self._client.close()
            self._client = None

    async def _call(self, method: str, **params: JsonValue) -> None:
        try:
            if self._client is None:
                self._client = await Client.connect(self._door)
            await self._client.call(method, **params)
        except (RpcError, ConnectionLost, OSError) as error:
            raise HookFailed(f"the door of the CSMS: {error}") from None


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def _put(text: str, known: Words) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value if isinstance(value, str) else json.dumps(value))
    return text


async def _run(hook: CommandHook, payload: str, known: Words) -> None:
    """Run a program in a session of its own, so that all of it can be ended."""
    if isinstance(hook.command, str):
        quoted = {
            name: shlex.quote(value if isinstance(value, str) else json.dumps(value))
            for name, value in known.items()
        }
        arguments = ["/bin/sh", "-c", _put(hook.command, quoted)]
    else:
        arguments = [_put(each, known) for each in hook.command]
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    )
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        # It may run already: whoever is ended while it starts still has it to end.
        await _end(await starting)
        raise
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with suppress(OSError):
            process.stdin.write(payload.encode())
            process.stdin.close()
        output = await _begin_of(process.stdout)
        status = await process.wait()
    finally:
        await _end(process)
    if status:
        raise HookFailed(f"{arguments[0]} ended with status {status}: {output or 'no output'}")


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a program with its children, also those that outlive it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    if process.stdin is not None:
        process.stdin.close()
    # To its end, so that the pipe is closed; one that left the session may still hold it.
    with suppress(TimeoutError):
        async with asyncio.timeout(LEFT_S):
            assert process.stdout is not None
            await _begin_of(process.stdout)


async def _begin_of(stream: asyncio.StreamReader) -> str:
    """Read all of it, and keep the beginning."""
    kept, is_cut = b"", False
    while content := await stream.read(65_536):
        room = OUTPUT_BYTES_MAX - len(kept)
        is_cut |= len(content) > room
        kept += content[:room]
    return clean(kept.decode("utf-8", "replace").strip()) + (" (cut)" if is_cut else "")


async def _request(hook: HttpHook, payload: Mapping[str, JsonValue], known: Words) -> None:
    from cp_tui.scenarios.http_request import request

    headers = {name: _put(value, known) for name, value in hook.headers.items()}
    if isinstance(hook.body, str):
        body = _put(hook.body, known)
    else:
        body = json.dumps(dict(payload) if hook.body is None else _filled(hook.body, known))
        headers.setdefault("Content-Type", "application/json")
    url = _put(hook.url, known)
    status, begin = await request(hook.method, url, headers, body.encode(), hook.timeout_s)
    if not 200 <= status < 300:
        raise HookFailed(f"{hook.method} {url} was answered {status}: {clean(begin)}")


def _filled(value: JsonValue, known: Words) -> JsonValue:
    if isinstance(value, dict):
        return {name: _filled(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, known) for each in value]
    if isinstance(value, str):
        if value.startswith("{") and value.endswith("}") and value[1:-1] in known:
            return known[value[1:-1]]
        return _put(value, known)
    return value
