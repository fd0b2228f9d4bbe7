"""Hyperparameters as text: from ``--set KEY=VALUE`` to checked settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from core.errors import InputError, shorten

Settings = TypeVar("Settings", bound=BaseModel)
NOTHING = {"none", "null", ""}


def with_overrides(base: Settings, overrides: Mapping[str, str]) -> Settings:
    """Return ``base`` with the settings named in ``overrides`` replaced.

    Raises InputError, one line, for an unknown setting or a value out of its range.
    """
    fields = type(base).model_fields
    for key in overrides:
        if key not in fields:
            raise InputError(f"setting {shorten(key)} is unknown; there are: {', '.join(fields)}")
    given = {key: _value(text) for key, text in overrides.items()}
    try:
        return type(base).model_validate({**base.model_dump(), **given})
    except ValidationError as error:
        raise InputError(_explained(error, overrides, fields)) from error


def _value(text: str) -> str | None:
    """Return None for a word that means nothing, else the text: pydantic reads numbers and booleans."""
    return None if text.strip().casefold() in NOTHING else text.strip()


def _explained(error: ValidationError, overrides: Mapping[str, str], fields: Mapping[str, Any]) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return f"these settings do not go together: {first['msg'].removeprefix('Value error, ')}"
    key = str(first["loc"][0])
    told = first["msg"][:1].lower() + first["msg"][1:]
    return f"setting {key} cannot be {shorten(overrides.get(key, ''))}: {told}; it is {fields[key].description}"
