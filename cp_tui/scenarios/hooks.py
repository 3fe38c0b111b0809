"""How the CSMS is had do something: by a command, by an HTTP request, or over the door of ours."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field, JsonValue

from cp_tui.network.written_table import WrittenTable
from cp_tui.ocpp.printable import clean
from cp_tui.rpc.client import Client, ConnectionLost, RpcError
from cp_tui.scenarios import hook_program
from cp_tui.scenarios.matching import OF_THE_CSMS, names_in

HOOK_S = 30.0
NO_MESSAGES = ("restart", "behave")
"""Hooks that scenarios of ours ask for beside the actions of messages."""
_NAME = re.compile(r"\{([A-Za-z0-9_. ]+)\}")


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


class CommandHook(WrittenTable):
    """A program that is run."""

    command: str | Annotated[list[str], Field(min_length=1)]
    """Program and arguments, or a line for the shell."""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = HOOK_S


class HttpHook(WrittenTable):
    """A request that is made."""

    url: Annotated[str, Field(pattern=r"^(https?://|\{)")]
    method: str = "POST"
    headers: dict[str, str] = Field(default={})
    body: JsonValue = None
    """Text, or what is written as JSON; default: the payload."""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = HOOK_S


Hook = CommandHook | HttpHook


class OwnHooks:
    """The hooks of a table `[hooks]`, by action; what it lacks is done by others, if there are."""

    def __init__(self, hooks: Mapping[str, Hook], others: Hooks | None = None) -> None:
        self._hooks = hooks
        self._others = others

    @property
    def names(self) -> tuple[str, ...]:
        """All that the table has."""
        return tuple(self._hooks)

    def has(self, name: str) -> bool:
        """Whether the table or the others have it."""
        return name in self._hooks or (self._others is not None and self._others.has(name))

    async def carry_out(self, name: str, payload: Mapping[str, JsonValue], words: Words) -> None:
        """Run the program, or make the request."""
        if name not in self._hooks and self._others is not None:
            await self._others.carry_out(name, payload, words)
            return
        hook = self._hooks[name]
        for each in names_in(dict(payload)):
            if each in OF_THE_CSMS:
                key = each.replace(" ", "_")
                raise HookFailed(
                    f"hook {name}: your CSMS has its own {each}: say {key} in [values]"
                )
        text = json.dumps(payload)
        fields = {_snake(key): value for key, value in payload.items()}
        whole = {f"payload.{key}": value for key, value in fields.items()}
        # `{id}` is the charge point, also where the payload has a field of that name.
        known = {**fields, **whole, **words, "payload": text}
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
        """Of what the table has done nothing is known."""
        if self._others is not None:
            await self._others.end()


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
    """Fill in all names at once: what one stands for is not looked through for others."""

    def meant(found: re.Match[str]) -> str:
        value = known.get(found[1], found[0])
        return value if isinstance(value, str) else json.dumps(value)

    return _NAME.sub(meant, text)


async def _run(hook: CommandHook, payload: str, known: Words) -> None:
    if isinstance(hook.command, str):
        quoted = {
            name: shlex.quote(value if isinstance(value, str) else json.dumps(value))
            for name, value in known.items()
        }
        arguments = ["/bin/sh", "-c", _put(hook.command, quoted)]
    else:
        arguments = [_put(each, known) for each in hook.command]
    status, output = await hook_program.run(arguments, payload)
    if status:
        raise HookFailed(f"{arguments[0]} ended with status {status}: {output or 'no output'}")


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
