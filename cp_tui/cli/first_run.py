"""What `cp-tui run` does where there are no settings at all: it asks, tests and writes them."""

from __future__ import annotations

import asyncio
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cp_tui.cli.patience import reading
from cp_tui.cli.terminal import on_terminal
from cp_tui.settings.load import default_config_file
from cp_tui.settings.model import ENVIRONMENT_PREFIX
from cp_tui.settings.problem import SettingsError

if TYPE_CHECKING:
    from cp_tui.charge_point.effects import SetCredentials
    from cp_tui.engine.connection_check import StepResult
    from cp_tui.settings.build import ServeSettings
    from cp_tui.settings.first_file import Answers
    from cp_tui.tui.preferences import Look


def is_first_run(options: Namespace) -> bool:
    """Whether nobody has said yet, in whatever way, where the CSMS is and who this is."""
    return (
        options.config is None
        and (options.url is None or options.id is None)
        and not any(name.upper().startswith(ENVIRONMENT_PREFIX) for name in os.environ)
        and not _is_there(default_config_file())
    )


def _is_there(file: Path) -> bool:
    try:
        return reading(file, file.exists)
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None


def first_run(look: Look, options: Namespace) -> bool:
    """Ask, with what the options say filled in; returns whether there are settings now."""
    from cp_tui.settings.first_file import Answers, write_file
    from cp_tui.tui.start.wizard import SAVED, make_first_run

    file = default_config_file()
    app = make_first_run(
        _test,
        lambda answers: write_file(answers, file),
        file,
        look,
        os.environ,
        Answers(options.url or "", options.id or ""),
    )
    with on_terminal():
        is_saved = asyncio.run(app.run_async()) == SAVED
    # What was answered stands in the file now, and counts as it was changed there.
    options.url = options.id = None
    return is_saved


async def _test(answers: Answers, tell: Callable[[StepResult], None]) -> bool:
    """Test the connection as `cp-tui check` does."""
    from cp_tui.engine.connection_check import CheckStep, CheckVerdict, StepResult, check_connection
    from cp_tui.engine.credentials import credentials
    from cp_tui.engine.disk import on_disk
    from cp_tui.engine.errors import EngineStartError
    from cp_tui.engine.tls import with_roots
    from cp_tui.settings.first_file import Unusable, settings_of

    def prepare() -> tuple[ServeSettings, SetCredentials]:
        settings = settings_of(answers, default_config_file())
        return settings, credentials(with_roots(settings.engine), settings.data_dir)

    def say(words: str) -> None:
        tell(StepResult(CheckStep.ADDRESS, CheckVerdict.WAITS, words))

    try:
        settings, sent = await on_disk(prepare, "reading what there is", say)
        return await check_connection(settings.engine, sent, tell, waits=tell)
    except EngineStartError as error:
        raise Unusable(f"{error}") from None
    except OSError as error:
        raise Unusable(f"{default_config_file()}: {error.strerror}") from None
