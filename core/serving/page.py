"""What can be asked of the service, as a page that needs nothing from any other machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1d2433; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; background: #f1f3f7; border-radius: 4px; }
code { padding: .1em .3em; } pre { padding: .8em 1em; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35em .6em; vertical-align: top; }
tr + tr { border-top: 1px solid #dde1e9; }
@media (prefers-color-scheme: dark) { body { background: #14171f; color: #e6e9f0; } code, pre { background: #222733; }
tr + tr { border-color: #333a49; } a { color: #8ab4ff; } }
"""
EXAMPLE = {"headline": "Senate Passes Budget After Long Night", "top": 3}


def page_of(openapi: Mapping[str, Any], address: str) -> str:
    """Return the page of an OpenAPI document; ``address``: where the service answers, with a slash at its end."""
    info = openapi["info"]
    parts = [
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
        f"<p>{escape(info['description'])} The same for programs: <a href='/openapi.json'>/openapi.json</a>.</p>",
    ]
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            parts += _operation(openapi, address, path, method, operation)
    body = "\n".join(parts)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Copydesk service</title>"
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _operation(
    openapi: Mapping[str, Any], address: str, path: str, method: str, operation: Mapping[str, Any]
) -> list[str]:
    parts = [f"<h2><code>{method.upper()} {escape(path)}</code> {escape(operation['summary'])}</h2>"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        fields = _schema(openapi, content["schema"]).get("properties", {})
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td>{escape(field.get('description', ''))}</td></tr>"
            for name, field in fields.items()
        )
        asked = f"curl -s {address.rstrip('/')}{path} -H 'Content-Type: application/json' -d '{json.dumps(EXAMPLE)}'"
        parts += [f"<table>{rows}</table>", f"<pre>{escape(asked)}</pre>"]
    return parts


def _schema(openapi: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference stands for."""
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    return openapi["components"]["schemas"][name] if name else schema
