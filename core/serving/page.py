"""What can be asked of the service, as a page that needs nothing from any other machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from core.serving.limits import OPEN_PATHS, Limits

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1d2433; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; background: #f1f3f7; border-radius: 4px; }
code { padding: .1em .3em; } pre { padding: .8em 1em; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35em .6em; vertical-align: top; }
td:first-child { width: 9rem; }
tr + tr { border-top: 1px solid #dde1e9; }
@media (prefers-color-scheme: dark) { body { background: #14171f; color: #e6e9f0; } code, pre { background: #222733; }
tr + tr { border-color: #333a49; } a { color: #8ab4ff; } }
"""
ONE = {"headline": "Senate Passes Budget After Long Night", "top": 3}
MANY = {
    "items": [
        {"headline": "Senate Passes Budget", "description": "After a long night."},
        {"headline": "Quarterback Wins Game"},
    ],
    "grouping": "huffpost-12",
}
EXAMPLES = (("One headline", ONE), ("Many, under another grouping", MANY))
WITH_TOKEN = '-H "Authorization: Bearer $COPYDESK_TOKEN" '  # noqa: S105 - no token, but where it goes


def page_of(openapi: Mapping[str, Any], address: str, limits: Limits) -> str:
    """Return the page of an OpenAPI document.

    Parameters
    ----------
    address: where the service answers, with a slash at its end. limits: what it lets in, which the page tells.
    """
    info = openapi["info"]
    parts = [
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
        f"<p>{escape(info['description'])} The same for programs: <a href='/openapi.json'>/openapi.json</a>.</p>",
    ]
    header = WITH_TOKEN if limits.token is not None else ""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            parts += _operation(openapi, address, path, method, operation, "" if path in OPEN_PATHS else header)
    parts += _limits(limits)
    body = "\n".join(parts)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Copydesk service</title>"
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _operation(
    openapi: Mapping[str, Any], address: str, path: str, method: str, operation: Mapping[str, Any], header: str
) -> list[str]:
    url = f"{address.rstrip('/')}{path}"
    parts = [f"<h2><code>{method.upper()} {escape(path)}</code> {escape(operation['summary'])}</h2>"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        parts.append(_fields(openapi, content["schema"]))
        for title, example in EXAMPLES:
            asked = f"curl -s {url} {header}-H 'Content-Type: application/json' -d '{json.dumps(example)}'"
            parts += [f"<p>{title}:</p>", f"<pre>{escape(asked)}</pre>"]
    else:
        parts.append(f"<pre>{escape(f'curl -s {header}{url}')}</pre>")
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return [*parts, f"<p>The answer:</p>{_fields(openapi, answer)}"]


def _fields(openapi: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the fields of a schema as a table: name, type, meaning."""
    found = _schema(openapi, schema).get("properties", {})
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_type(openapi, field))}</td>"
        f"<td>{escape(field.get('description', ''))}</td></tr>"
        for name, field in found.items()
    )
    return f"<table>{rows}</table>"


def _type(openapi: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    """Return the type of a field in a few words; of a list of objects with their fields."""
    if "anyOf" in field:
        return " or ".join(_type(openapi, one) for one in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_type(openapi, field['items'])}"
    if "$ref" in field:
        return f"{{{', '.join(_schema(openapi, field).get('properties', {}))}}}"
    return str(field.get("type", "any"))


def _limits(limits: Limits) -> list[str]:
    """Return what the service lets in, and how it tells that it does not."""
    rate = f"{limits.rate:,g} requests a second of one client" if limits.rate else "any number of requests a second"
    token = (
        "Each request but /healthz sends the token: <code>Authorization: Bearer TOKEN</code>."
        if limits.token is not None
        else "No token is asked for; with <code>COPYDESK_TOKEN</code> set where the service starts, it is."
    )
    return [
        "<h2>Limits</h2>",
        f"<p>{limits.items:,} headlines and {limits.bytes:,} bytes in a request, {limits.seconds:g} s for it to come, "
        f"{rate}. {token}</p>",
        "<p>What cannot be answered has another status than 200 and says why in one line: "
        "<code>{&quot;error&quot;: &quot;…&quot;}</code>. After 429 and 503, ask again in a moment.</p>",
    ]


def _schema(openapi: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference stands for."""
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    return openapi["components"]["schemas"][name] if name else schema
