"""The engine as the door and the command line see it: start, commands, variables, close.

It puts the parts together; the work is done in `engine_loop`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, TextIO

from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import ServerTrust, StoredRecords, Table
from cp_tui.charge_point.variables import STREAMS, VARIABLES
from cp_tui.charger.charger import Charger, MindFactory
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.diagnostics_archive import ArchiveSnapshot
from cp_tui.engine.endpoint import EndpointError, endpoint
from cp_tui.engine.engine_loop import EngineLoop
from cp_tui.engine.errands import Errands
from cp_tui.engine.errors import CommandError, EngineStartError, ErrorNumber, StoreError
from cp_tui.engine.hub import Hub, Subscription
from cp_tui.engine.keys import KeyFolder
from cp_tui.engine.link import Link, LinkSettings
from cp_tui.engine.link_history import LinkHistory
from cp_tui.engine.lock import FolderLock, prepare_folder
from cp_tui.engine.log import EngineLog, open_log
from cp_tui.engine.network import Network
from cp_tui.engine.operations import Operations
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.engine.recorder import Recorder, read_back
from cp_tui.engine.recovery import Recovery
from cp_tui.engine.rescue import Rescue
from cp_tui.engine.security_log import SecurityLog
from cp_tui.engine.steady_clock import SteadyClock
from cp_tui.engine.store import Store
from cp_tui.engine.tag_mask import tag_mask
from cp_tui.engine.thread import in_daemon_thread
from cp_tui.engine.tls import TlsMaker, tls_context, with_roots
from cp_tui.engine.transfer_file import drop_parts
from cp_tui.engine.transfer_job import DOWNLOADS_FOLDER, TransferSettings
from cp_tui.engine.transfers import Transfers
from cp_tui.engine.troubles import HAPPENED, TroubleKeeper
from cp_tui.engine.write_buffer import WriteBuffer
from cp_tui.ocpp.length import length
from cp_tui.ocpp.plural import count

LOG_LOOK_S = 1.0
"""The time between two looks whether lines of the log are lost, or histories are cut."""
CUT = "history.cut"
"""The trouble: events are in no history any more because those after them are long."""
CUT_HINT = "nothing is broken; export messages that you need while they are shown"
CUT_TOLD = timedelta(minutes=10)
CLOCK_SET_BACK = "clock.set_back"
"""The trouble: what is told here is ahead of the clock of the machine."""
CLOCK_HINT = "charging and reporting go on; times shown are ahead by as much until it starts anew"
END_TIMEOUT_S = 5.0
"""How long the end waits for what is already in the inbox."""


class Engine:
    """One charge point, running."""

    def __init__(
        self,
        config: EngineConfig,
        *,
        data_dir: Path,
        log_stream: TextIO | None = None,
        log_level: int = logging.INFO,
        random: Random | None = None,
        link_settings: LinkSettings | None = None,
        transfer_settings: TransferSettings | None = None,
        mind: MindFactory = ChargePoint,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._config = config
        self._data_dir = data_dir
        self._log_stream = log_stream
        self._log_level = log_level
        self._random = random or SystemRandom()
        self._link_settings = link_settings
        self._transfer_settings = transfer_settings
        self._make_mind = mind
        self._steady = SteadyClock()
        self._clock = clock or self._steady
        self._hub = Hub()
        self.troubles = TroubleKeeper(self._hub.publish, self._clock)
        """What is wrong inside, for all who notice something."""
        self._ending = AsyncExitStack()
        self._recorder: Recorder | None = None
        self.log: logging.Logger
        """Where the engine tells what happens; it makes nobody wait."""
        self._operations: Operations | None = None
        """What commands need; None: the charge point does not run."""

    async def start(self) -> None:
        """Start everything and switch the charge point on; raises `EngineStartError`."""
        try:
            target = endpoint(self._config.url, self._config.charge_point.charge_point_id)
        except EndpointError as error:
            raise EngineStartError(f"csms.url: {error}") from None
        folder = str(self._data_dir.absolute())
        config = replace(
            await in_daemon_thread(partial(with_roots, self._config)),
            url=target.uri,
            data_folder=folder,
            started_at=self._clock(),
        )
        tls = self._tls_maker()
        if target.is_secure:
            await in_daemon_thread(self._tls)
        async with AsyncExitStack() as stack:
            lines = await self._open_folder(stack)
            self.log = log = lines.logger
            stack.callback(self._hub.close)
            await self._record(stack)
            store = await Store.open(self._data_dir, log, self.troubles)
            stack.push_async_callback(store.close)
            stack.callback(asyncio.create_task(store.watch_place(), name="place").cancel)
            rescue = self._rescue(store, config, log)
            stored = await store.load()
            charger = await self._new_charger(stored, rescue, config, log)
            engine_loop = self._new_engine_loop(charger, store, rescue)
            stack.push_async_callback(engine_loop.close)
            errands = await self._errands(engine_loop, stored, stack)
            history = LinkHistory(self._hub.publish, self._hub.emit)
            transfers = Transfers(
                self._data_dir,
                make_tls=self._file_tls,
                snapshot=partial(self._snapshot, store, history),
                deliver=engine_loop.deliver,
                note=engine_loop.deliver_if_room,
                log=log,
                troubles=self.troubles,
                settings=self._transfer_settings,
            )
            stack.push_async_callback(transfers.end)
            network = Network(self._hub.publish, self._config.network, log)
            stack.callback(network.end)
            link = Link(
                target,
                tls.make,
                deliver=engine_loop.deliver,
                publish=history.publish,
                random=self._random,
                log=log,
                settings=self._link_settings,
                trust=tls.words,
                network=network,
            )
            stack.push_async_callback(link.end)
            engine_loop.use(link, transfers, errands)
            await engine_loop.boot()
            work = asyncio.create_task(engine_loop.run(), name="engine")
            stack.push_async_callback(_finish, engine_loop, work)
            self._operations = Operations(
                loop=engine_loop,
                charger=charger,
                link=link,
                transfers=transfers,
                troubles=self.troubles,
                clock=self._clock,
                connectors=len(config.connectors),
            )
            self._ending = stack.pop_all()

    async def _open_folder(self, stack: AsyncExitStack) -> EngineLog:
        """Take the data folder and its log, until the end; raises `EngineStartError`.

        Not in the loop: on a disk that hangs it would not hear that it is to end.
        """
        await in_daemon_thread(partial(prepare_folder, self._data_dir))
        lock = await in_daemon_thread(partial(FolderLock, self._data_dir))
        stack.callback(lock.release)
        await in_daemon_thread(partial(drop_parts, self._data_dir / DOWNLOADS_FOLDER))
        opening = partial(open_log, self._data_dir, self._log_level, self._log_stream)
        lines = await in_daemon_thread(opening)
        stack.callback(lines.close)
        stack.callback(asyncio.create_task(self._watch(lines), name="watch").cancel)
        return lines

    async def _record(self, stack: AsyncExitStack) -> None:
        """Begin with the trace that is there, and go on with it; raises `EngineStartError`."""
        trace = self._config.trace
        if trace.masks_id_tags:
            # Whoever makes a bundle knows by the key that there is to be none in it.
            try:
                await in_daemon_thread(partial(tag_mask, self._data_dir))
            except OSError as error:
                raise EngineStartError(f"{self._data_dir}: {error.strerror}") from None
        if trace.keep_bytes:
            self._hub.restore(await in_daemon_thread(partial(read_back, self._data_dir)))
            identity = self._config.charge_point.charge_point_id
            opening = partial(Recorder, self._data_dir, identity, trace)
            self._recorder = recorder = await in_daemon_thread(opening)
            self._hub.record = recorder.put
            self.troubles.recorded_by(recorder.put_troubles)
            stack.callback(recorder.close)

    async def close(self) -> None:
        """End in order, without a word of OCPP: all is saved, the WebSocket is closed."""
        self._operations = None
        await self._ending.aclose()

    async def lose_power(self) -> None:
        """Cut the connection without a close frame, as a power cut does; `close` comes after it."""
        if self._operations is not None:
            await self._operations.link.cut()

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        """Carry out one command; raises `CommandError`."""
        if self._operations is None:
            raise CommandError(ErrorNumber.REFUSED, "the charge point does not run")
        # A boot needs no command, and their table would hold it up.
        from cp_tui.engine.command import find
        from cp_tui.engine.commands import COMMANDS

        command = find(COMMANDS, method, read_only=read_only)
        is_masked = self._config.trace.masks_id_tags
        try:
            answer = await command.carry_out(self._operations, params)
        except CommandError as error:
            if error.code == ErrorNumber.REFUSED:
                words = command.logged_refusal(params, error, is_masked=is_masked)
                self.log.info("operator: %s", words)
            raise
        if not command.is_look:
            self.log.info("operator: %s", command.logged(params, answer, is_masked=is_masked))
        return answer

    def get(self, name: str) -> Any:
        """Give the value of a variable; raises `CommandError`."""
        return self._hub.get(name)

    async def prepare(self, names: Sequence[str]) -> None:
        """Have variables ready to be looked at, without holding up who waits for an answer."""
        await self._hub.prepare(names)

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Watch variables and streams; raises `CommandError`."""
        return self._hub.subscribe(names, history_as_events=history_as_events)

    def client_refused(self, clients: int) -> None:
        """Tell that the door turned a client away."""
        text = f"The door refused a client, for {clients} are connected already"
        hint = "close screens and scripts that are not needed"
        self.troubles.raise_trouble("door.refused", text, hint, lasts=HAPPENED)

    async def _snapshot(self, store: Store, history: LinkHistory) -> ArchiveSnapshot:
        """Collect what the diagnostics file holds beside the logs."""
        try:
            counts = await store.counts()
        except StoreError:
            counts = {}
        await self._hub.prepare(VARIABLES)
        return ArchiveSnapshot(
            taken_at=self._clock(),
            variables=self._hub.values(),
            streams={name: self._hub.history(name) for name in STREAMS},
            links=history.states,
            record_counts=counts,
        )

    def _tls(self) -> ssl.SSLContext:
        """Read what servers are held against; blocks, and raises `EngineStartError`."""
        return tls_context(self._config.ca_file, self._config.check_hostname)

    def _file_tls(self, trust: ServerTrust) -> ssl.SSLContext:
        """The same for the servers of firmware and logs, with the roots that the mind names."""
        return tls_context(
            self._config.ca_file,
            self._config.check_hostname,
            roots=trust.roots,
            with_system=trust.with_system,
        )

    def _tls_maker(self) -> TlsMaker:
        """Make what each connection to the CSMS asks how to connect."""
        return TlsMaker(
            self._config.ca_file,
            self._config.check_hostname,
            is_strict=self._config.charge_point.security.strict_x509,
            key_file=KeyFolder(self._data_dir).path,
        )

    def _rescue(self, store: Store, config: ChargePointConfig, log: logging.Logger) -> Rescue:
        aside, troubles = store.put_aside, self.troubles
        return Rescue(config, self._make_mind, aside, troubles, log=log, clock=self._clock)

    def _new_engine_loop(self, charger: Charger, store: Store, rescue: Rescue) -> EngineLoop:
        """Make what has the charger work, and boot anew where it fails."""
        write_buffer = WriteBuffer(store, self.log, self.troubles, store.slow)
        recovery = Recovery(
            write_buffer=write_buffer,
            load=store.load,
            rescue=rescue,
            troubles=self.troubles,
            log=self.log,
            clock=self._clock,
        )
        return EngineLoop(
            charger,
            write_buffer=write_buffer,
            recovery=recovery,
            hub=self._hub,
            log=self.log,
            clock=self._clock,
        )

    async def _errands(
        self, engine_loop: EngineLoop, stored: StoredRecords, stack: AsyncExitStack
    ) -> Errands:
        """Open the security log, and see which private keys there are."""
        security_log = SecurityLog(self._data_dir, engine_loop.deliver, self.log)
        stack.push_async_callback(security_log.end)
        errands = Errands(
            self._data_dir,
            security_log,
            deliver=engine_loop.deliver,
            log=self.log,
            troubles=self.troubles,
        )
        stack.push_async_callback(errands.end)
        certificates = stored.get(Table.CHARGE_POINT_CERTIFICATE, {})
        await errands.look_at_keys([*certificates, *stored.get(Table.STATE, {}).values()])
        return errands

    async def _new_charger(
        self,
        stored: StoredRecords,
        rescue: Rescue,
        config: ChargePointConfig,
        log: logging.Logger,
    ) -> Charger:
        """Make mind and body from the store, if need be without the records that break them."""
        try:
            return Charger(config, stored, self._random, mind=self._make_mind)
        except Exception:
            log.exception("internal error while booting")
            stored = await rescue.heal(stored)
            return Charger(config, stored, self._random, mind=self._make_mind)

    async def _watch(self, log: EngineLog) -> None:
        """Tell when lines of the log are lost or histories are cut, and when that is over."""
        told = 0
        while True:
            log.look(self.troubles)
            if self._recorder is not None:
                self._recorder.look(self.troubles)
            if new := self._hub.cut - told:
                told = self._hub.cut
                lost = count(told, "event")
                text = f"Older history is given up for newer: {lost} so far, their memory is full"
                self.troubles.raise_trouble(CUT, text, CUT_HINT, new, lasts=CUT_TOLD)
            self._tell_clock()
            await asyncio.sleep(LOG_LOOK_S)

    def _tell_clock(self) -> None:
        """Tell that the clock of the machine was set back, for as long as it makes a difference."""
        ahead_s = self._steady.ahead.total_seconds()
        if ahead_s >= 1 and not self.troubles.stands(CLOCK_SET_BACK):
            text = f"The clock of this machine was set back by {length(ahead_s)}: here time goes on"
            self.troubles.raise_trouble(CLOCK_SET_BACK, text, CLOCK_HINT)
        elif ahead_s < 1:
            self.troubles.end_trouble(CLOCK_SET_BACK)


async def _finish(engine_loop: EngineLoop, work: asyncio.Task[None]) -> None:
    """Let the work end with what is already there; cut it off if it hangs."""
    try:
        async with asyncio.timeout(END_TIMEOUT_S):
            await engine_loop.end()
            await work
    except TimeoutError:
        work.cancel()
        await asyncio.wait({work})
