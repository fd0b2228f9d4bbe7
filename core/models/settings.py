"""Settings of a model from a preset and ``--set KEY=VALUE``, checked, with one line for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from core.errors import InputError, shorten

Settings = TypeVar("Settings", bound=BaseModel)


def resolved(presets: Mapping[str, Settings], preset: str, overrides: Mapping[str, str]) -> Settings:
    """Return the settings of ``preset`` with ``overrides``, a value for each of their keys as text.

    Raises InputError naming the presets, the settings or the allowed values, whichever was missed.
    """
    if preset not in presets:
        raise InputError(f"preset {shorten(preset)} is unknown; choose one of: {', '.join(presets)}")
    base = presets[preset]
    return checked(type(base), {**base.model_dump(), **overrides})


def checked(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Return ``values`` as settings; InputError for the first one that is unknown or out of range."""
    fields = kind.model_fields
    unknown = next((key for key in values if key not in fields), None)
    if unknown is not None:
        raise InputError(f"setting {shorten(unknown)} is unknown; the settings are: {', '.join(fields)}")
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    if not first["loc"]:
        raise InputError(str(first["ctx"]["error"]))
    name = str(first["loc"][0])
    raise InputError(f"setting {name} cannot be {shorten(values[name])}; give {fields[name].description}")


def number(value: Any) -> Any:
    """Return a text such as ``7``, ``1e-5`` or ``0.5`` as the number it is, anything else as it came."""
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def number_or_none(value: Any) -> Any:
    """Return the text ``none`` as None, anything else as `number`."""
    return None if isinstance(value, str) and value.strip().lower() == "none" else number(value)
