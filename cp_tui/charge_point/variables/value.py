"""The base of everything that is published."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, RootModel
from pydantic.root_model import RootModelRootType

Exact = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""A decimal that crosses the door as a JSON number."""


def _none_if_empty(text: object) -> object:
    return None if isinstance(text, str) and not text.strip() else text


GroupTag = Annotated[str | None, BeforeValidator(_none_if_empty)]
"""A parentIdTag as it counts: many a CSMS writes an empty one where it means none."""


class Value(BaseModel):
    """Base of everything published: frozen and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class RootValue(RootModel[RootModelRootType]):
    """Base of the variables that are no object, such as a list."""

    model_config = ConfigDict(frozen=True, defer_build=True)
