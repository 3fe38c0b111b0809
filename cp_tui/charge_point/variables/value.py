"""The base of everything that is published."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

Exact = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""A decimal that crosses the door as a JSON number."""


class Value(BaseModel):
    """Base of everything published: frozen and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
