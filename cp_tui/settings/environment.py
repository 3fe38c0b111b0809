"""The variables `CP_TUI_...`, such as `CP_TUI_CSMS__URL`; imported only where one of them is set.

Few set any, and to import what reads them would hold up every start.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as EnvironmentProblem

from cp_tui.settings.model import ENVIRONMENT_PREFIX, Settings
from cp_tui.settings.problem import SettingsError


class _Variables(Settings, BaseSettings):
    """The settings as pydantic looks for them in the environment."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__")


def read_environment() -> dict[str, Any]:
    """Read the variables, table by table and unchecked; raises `SettingsError`."""
    try:
        return EnvSettingsSource(_Variables)()
    except EnvironmentProblem as error:
        raise SettingsError(f"environment: {error}") from None


def unknown_variables() -> list[str]:
    """Say which variables of ours name no section: nothing else would ever look at them."""
    return [line for name in os.environ if (line := _unknown_variable(name)) is not None]


def _unknown_variable(name: str) -> str | None:
    folded, prefix = name.casefold(), ENVIRONMENT_PREFIX.casefold()
    section, _, rest = folded.removeprefix(prefix).partition("__")
    if not folded.startswith(prefix) or section in Settings.model_fields:
        return None
    meant = [f"{known}__{rest}" for known in Settings.model_fields] if rest else _names()
    nearest = get_close_matches(folded.removeprefix(prefix), meant, n=1)
    hint = (
        f"did you mean {ENVIRONMENT_PREFIX}{nearest[0].upper()}?"
        if nearest
        else f"it must begin with one of: {', '.join(_starts())}"
    )
    return f"environment, {name}: unknown key; {hint}"


def _names() -> list[str]:
    """Give all that can follow the prefix, in small letters, without the names of keys."""
    names = []
    for section, info in Settings.model_fields.items():
        table = info.annotation
        if isinstance(table, type) and issubclass(table, BaseModel):
            names += [f"{section}__{name}" for name in table.model_fields]
        else:
            names.append(section)
    return names


def _starts() -> list[str]:
    return [f"{ENVIRONMENT_PREFIX}{section.upper()}" for section in Settings.model_fields]
