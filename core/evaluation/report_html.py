"""A report as one HTML file: nothing is fetched, nothing runs, everything that came from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.evaluation.report_parts import NOTHING, Section, Table, ends, percent, score
from core.evaluation.report_pictures import bar, picture, shown
from core.evaluation.report_sections import NAMES, facts, sections, summary

Document = Mapping[str, Any]
STYLE = Path(__file__).with_name("report.css")
# The file may show itself, and fetch, run or send nothing, whatever stands in a headline.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
CARDS = ("accuracy", "macro_f1", "kappa", "top_3_accuracy", "log_loss")
# Tables of so few rows stay on one sheet of paper.
SHORT = 16


def html(document: Document) -> str:
    """Return the report of ``document``, as `core.evaluation.report.report` makes it."""
    title = shown(document["title"])
    made = sections(document)
    links = "".join(f'<a href="#{one.name}">{shown(one.title)}</a>' for one in made)
    told = "".join(f"<p>{shown(sentence)}</p>" for sentence in summary(document))
    body = (
        f'<header><p class="eyebrow">Copydesk · report of a run</p><h1>{title}</h1>{_facts(document)}</header>'
        f'<main><div class="summary">{told}</div>{_cards(document)}<nav aria-label="Parts of this report">{links}</nav>'
        + "".join(_section(one, document) for one in made)
        + "</main>"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _facts(document: Document) -> str:
    told = "".join(f"<div><dt>{name}</dt><dd>{shown(value)}</dd></div>" for name, value in facts(document))
    return f'<dl class="facts">{told}</dl>'


def _cards(document: Document) -> str:
    """Return the headline figures, each with its interval."""
    cards = [_card(NAMES[name], score(document[name]), ends(document["intervals"][name])) for name in CARDS]
    errors = f"{percent(document['error_rate'])} of {document['rows']:,} rows"
    cards.append(_card("Errors", f"{document['totals']['fn']:,}", errors))
    baseline = f"always {document['majority_label']}" if document["rows"] else "no row"
    cards.append(_card(NAMES["majority_share"], score(document["majority_share"]), baseline))
    return f'<dl class="cards">{"".join(cards)}</dl><p class="hint">Ranges are 95 % intervals.</p>'


def _card(name: str, value: str, small: str) -> str:
    return f'<div><dt>{name}</dt><dd class="value">{value}</dd><dd class="small">{shown(small)}</dd></div>'


def _section(section: Section, document: Document) -> str:
    words = "".join(f"<p>{shown(paragraph)}</p>" for paragraph in section.words)
    pictures = "".join(_figure(name, document) for name in section.pictures)
    tables = "".join(map(_table, section.tables))
    return (
        f'<section id="{section.name}"><h2>{shown(section.title)}</h2>{words}'
        f'<div class="parts">{pictures}{tables}</div></section>'
    )


def _figure(name: str, document: Document) -> str:
    drawn, title = picture(name, document)
    return f'<figure class="scroll"><figcaption>{title}</figcaption>{drawn}</figure>'


def _table(one: Table) -> str:
    """Return a table; its rows have a header each, and a folded one opens at a click."""
    heads = "".join(
        f'<th scope="col"{_number(numeric)}>{shown(title)}</th>'
        for title, numeric in zip(one.head, one.numeric, strict=True)
    )
    rows = "".join(f"<tr>{_cells(one, row)}</tr>" for row in one.rows)
    kind = "scroll short" if len(one.rows) <= SHORT else "scroll"
    made = (
        f'<div class="{kind}"><table><caption>{shown(one.caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    return f"<details><summary>{shown(one.caption)}</summary>{made}</details>" if one.folded else made


def _cells(one: Table, row: tuple[str, ...]) -> str:
    first, *others = row
    made = [f'<th scope="row">{shown(first)}</th>']
    for title, numeric, cell in zip(one.head[1:], one.numeric[1:], others, strict=True):
        drawn = bar(_share(cell)) if title == one.bar and cell != NOTHING else ""
        made.append(f"<td{_number(numeric)}>{drawn}{shown(cell)}</td>")
    return "".join(made)


def _share(cell: str) -> float:
    """Return the share that a cell shows, as a score or in per cent."""
    return float(cell.removesuffix(" %")) / (100 if cell.endswith("%") else 1)


def _number(numeric: bool) -> str:
    return ' class="n"' if numeric else ""
