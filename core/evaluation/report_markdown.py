"""A report as GitHub-flavoured Markdown: the same words and tables, without pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.evaluation.report_parts import Section, Table
from core.evaluation.report_sections import facts, sections, summary

# What Markdown could read as markup anywhere in a line; & and < also begin HTML, :// and www. a link.
SPECIAL = re.compile(r"([\\`*_\[\]{}|~$#@]|:(?=//)|(?<=www)\.)")
LEADING = re.compile(r"^([-+>]|\d+[.)])(?=\s|$)")
BREAKS = re.compile(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+")


def markdown(document: Mapping[str, Any]) -> str:
    """Return the report of ``document``, as `core.evaluation.report.report` makes it."""
    parts = [f"# {escaped(document['title'])}"]
    parts.append("\n".join(f"- {name}: {escaped(value)}" for name, value in facts(document)))
    parts.append(" ".join(map(escaped, summary(document))))
    parts += [part for section in sections(document) for part in _section(section)]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Return ``text`` in one line so that Markdown, in a table too, shows it as it is."""
    line = SPECIAL.sub(r"\\\1", BREAKS.sub(" ", text).strip())
    line = LEADING.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", line)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(section: Section) -> list[str]:
    parts = [f"## {escaped(section.title)}", *map(escaped, section.words)]
    for one in section.tables:
        parts += [f"**{escaped(one.caption)}**", _table(one)]
    return parts


def _table(one: Table) -> str:
    rule = ["---:" if numeric else "---" for numeric in one.numeric]
    lines = [[escaped(title) for title in one.head], rule, *([escaped(cell) for cell in row] for row in one.rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
