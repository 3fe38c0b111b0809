"""The variables `CP_TUI_...`, such as `CP_TUI_CSMS__URL`; imported only where one of them is set.

Few set any, and to import what reads them would hold up every start.
"""

from __future__ import annotations

from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as EnvironmentProblem

from cp_tui.settings.model import ENVIRONMENT_PREFIX, Settings
from cp_tui.settings.problem import SettingsError


class _Variables(Settings, BaseSettings):
    """The settings, as they are looked for in the environment."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__")


def read_environment() -> dict[str, Any]:
    """Read the variables, table by table and unchecked; raises `SettingsError`."""
    try:
        return EnvSettingsSource(_Variables)()
    except EnvironmentProblem as error:
        raise SettingsError(f"environment: {error}") from None
