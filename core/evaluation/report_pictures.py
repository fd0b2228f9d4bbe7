"""The pictures of a report as inline SVG: colours are classes of the style sheet, so they follow its theme.

Every picture has a text that says what it shows, and every mark the figures behind it when pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from math import ceil, floor, sqrt
from typing import Any

from core.evaluation.report_parts import percent, score, signed
from core.evaluation.report_sections import by_size

Document = Mapping[str, Any]
LEVELS = 10  # steps of a ramp, .b0 to .b9 and .r0 to .r9 in the style sheet
LONGEST = 24  # letters of a name beside a picture; the whole stands where one points
LETTER = 7.4  # px of a capital at 11.5 px in a wide font
WIDE, NARROW = 50, 22  # px of a cell of few and of many labels
LEAST = 560  # px to which a picture shrinks with the page
TITLE = 180  # px of the title over the columns
MATRIX = 900  # px that the cells of one row share
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def shown(text: object) -> str:
    """Return text as HTML shows it as it is; what no document may hold becomes a mark."""
    return escape(CONTROLS.sub("\ufffd", str(text)))


def shortened(name: str, most: int = LONGEST) -> str:
    """Return the name, cut where it is longer than ``most``, not yet escaped."""
    return name if len(name) <= most else name[: most - 1] + "…"


def svg(width: float, height: float, text: str, *parts: str, name: str = "") -> str:
    """Return a picture of that size in px, which shrinks with the page to `LEAST`; ``text`` says what it shows."""
    return (
        f'<svg class="{name}" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'style="min-width:{min(width, LEAST):.0f}px" role="img" aria-label="{shown(text)}">{"".join(parts)}</svg>'
    )


def label(name: str, x: float, y: float, *, anchor: str = "end", turned: int = 0) -> str:
    """Return a name at a place, cut, with the whole of it where one points."""
    turn = f' transform="rotate({turned} {x:.1f} {y:.1f})"' if turned else ""
    tip = f"<title>{shown(name)}</title>" if len(name) > LONGEST else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="name {anchor}"{turn}>{tip}{shown(shortened(name))}</text>'


def matrix(document: Document, kind: str) -> str:
    """Return the confusion matrix, or with ``kind`` "errors" what is beside its diagonal on a scale of its own.

    True labels stand in rows and predicted ones in columns, the largest first.
    """
    labels, noun = by_size(document), document["group_noun"]
    place = {name: position for position, name in enumerate(document["labels"])}
    counts = [[document["confusion"][place[true]][place[predicted]] for predicted in labels] for true in labels]
    if kind == "errors":
        counts = [[0 if row == column else rows for column, rows in enumerate(line)] for row, line in enumerate(counts)]
    step = max(NARROW, min(WIDE, MATRIX // max(len(labels), 1)))
    left = round(LETTER * max((min(len(name), LONGEST) for name in labels), default=0)) + 30
    slanted = step > 30
    top = round((left - 14) * (0.72 if slanted else 1)) + 22
    side = step * len(labels)
    # The last slanted name reaches beyond the last column.
    width = left + max(TITLE, side + (round(left * 0.7) - step // 2 if slanted else 4))
    what = "Errors" if kind == "errors" else "Confusion matrix"
    text = (
        f"{what} of {len(labels)} classes, true {noun} in rows, predicted in columns; the figures stand in the tables."
    )
    parts = [f'<text x="{left}" y="12" class="axis">Predicted {noun} →</text>']
    parts.append(f'<text x="12" y="{top}" class="axis end" transform="rotate(-90 12 {top})">← True {noun}</text>')
    parts += [f'<rect x="{left}" y="{top}" width="{side}" height="{side}" class="ground"/>']
    if kind == "errors":
        parts += [_band(left + step * at, top + step * at, step) for at in range(len(labels))]
    parts += [label(name, left - 6, top + step * (at + 0.5) + 4) for at, name in enumerate(labels)]
    turned = -45 if slanted else -90
    parts += [
        label(name, left + step * (at + 0.5) + 4, top - 6, anchor="start", turned=turned)
        for at, name in enumerate(labels)
    ]
    most = max((rows for line in counts for rows in line), default=0)
    for row, line in enumerate(counts):
        support = sum(document["confusion"][place[labels[row]]])
        for column, rows in enumerate(line):
            if rows:
                height = sqrt(rows / most) if kind == "errors" else rows / support
                tip = f"{labels[row]} → {labels[column]}: {rows:,} rows, {percent(rows / support)} of {labels[row]}"
                level = ("r" if kind == "errors" else "b") + str(min(LEVELS - 1, floor(height * LEVELS)))
                parts.append(_cell(left + step * column, top + step * row, step, level, rows, tip))
    return svg(width, top + side + 2, text, *parts, name="matrix few" if step > 30 else "matrix many")


def _band(x: float, y: float, step: int) -> str:
    return f'<rect x="{x}" y="{y}" width="{step}" height="{step}" class="band"/>'


def _cell(x: float, y: float, step: int, level: str, rows: int, tip: str) -> str:
    number = f"{rows:,}" if step > 30 else short_count(rows)
    return (
        f'<g class="{level}"><title>{shown(tip)}</title><rect x="{x}" y="{y}" width="{step}" height="{step}"/>'
        f'<text x="{x + step / 2:g}" y="{y + step / 2:g}">{number}</text></g>'
    )


def short_count(rows: int) -> str:
    """Return a count in at most four letters, as far as counts go here.

    >>> short_count(999), short_count(1234), short_count(12345)
    ('999', '1.2k', '12k')
    """
    if rows < 1000:
        return str(rows)
    return f"{rows / 1000:.1f}k" if rows < 9950 else f"{rows / 1000:.0f}k"


SIDE, EDGE = 340, 44  # px of the square of a reliability diagram, and of what stands beside it


def reliability(document: Document) -> str:
    """Return accuracy against confidence, a point with its interval for each bin; on the diagonal both are the same."""
    found = document["calibration"]
    text = (
        f"Reliability diagram: accuracy against confidence in {len(found['bins'])} bins; "
        f"expected calibration error {score(found['ece'])}. The figures stand in the table."
    )

    def across(share: float) -> float:
        return EDGE + SIDE * share

    def up(share: float) -> float:
        return 8 + SIDE * (1 - share)

    parts = [f'<rect x="{EDGE}" y="8" width="{SIDE}" height="{SIDE}" class="ground"/>']
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(f'<line x1="{across(tick):g}" y1="{up(0):g}" x2="{across(tick):g}" y2="{up(1):g}" class="grid"/>')
        parts.append(f'<line x1="{across(0):g}" y1="{up(tick):g}" x2="{across(1):g}" y2="{up(tick):g}" class="grid"/>')
        parts.append(f'<text x="{across(tick):g}" y="{up(0) + 16:g}" class="name middle">{tick:.1f}</text>')
        parts.append(f'<text x="{EDGE - 6}" y="{up(tick) + 4:g}" class="name end">{tick:.1f}</text>')
    parts.append(f'<line x1="{across(0):g}" y1="{up(0):g}" x2="{across(1):g}" y2="{up(1):g}" class="ideal"/>')
    for row in found["bins"]:
        x = across(row["confidence"])
        tip = (
            f"{row['rows']:,} rows, mean confidence {score(row['confidence'])}, accuracy {score(row['accuracy'])} "
            f"({score(row['accuracy_low'])} to {score(row['accuracy_high'])})"
        )
        parts.append(
            f'<g class="point"><title>{shown(tip)}</title>'
            f'<line x1="{x:.1f}" y1="{up(row["accuracy_low"]):.1f}" x2="{x:.1f}" y2="{up(row["accuracy_high"]):.1f}"/>'
            f'<circle cx="{x:.1f}" cy="{up(row["accuracy"]):.1f}" r="4.5"/></g>'
        )
    parts.append(f'<text x="{across(0.5):g}" y="{SIDE + 44}" class="axis middle">mean confidence</text>')
    middle = up(0.5)
    parts.append(
        f'<text x="12" y="{middle:g}" class="axis middle" transform="rotate(-90 12 {middle:g})">accuracy</text>'
    )
    return svg(EDGE + SIDE + 16, SIDE + 52, text, *parts, name="reliability")


LINE, ROOM = 22, 460  # px from one class to the next, and of the differences beside their names


def differences(document: Document) -> str:
    """Return the difference of F1 of each class with its interval; in colour where the interval leaves 0 out."""
    found = document["comparison"]
    rows = sorted(found["per_class"], key=lambda row: (-row["support"], row["label"]))
    left = round(LETTER * max((min(len(row["label"]), LONGEST) for row in rows), default=0)) + 16
    # A class on which the two hardly differ has no interval, and a point alone.
    spans = {row["label"]: (row["f1_low"], row["f1_high"]) for row in rows if row["f1_low"] is not None}
    reach = max(
        [0.01, *(abs(row["f1_difference"]) for row in rows), *(abs(end) for one in spans.values() for end in one)]
    )
    # Ticks are whole hundredths, at most five on a side.
    tick = max(1, ceil(reach * 100 / 5)) / 100
    edge = ceil(reach / tick) * tick
    bottom = LINE * len(rows) + 8

    def across(value: float) -> float:
        return left + ROOM * (value + edge) / (2 * edge)

    text = (
        f"Differences of F1 by class, {found['run_title']} - {found['against_title']}, with 95 % intervals; "
        "the figures stand in the table Differences by class."
    )
    parts = []
    for number in range(-round(edge / tick), round(edge / tick) + 1):
        x = across(number * tick)
        kind = "zero" if number == 0 else "grid"
        parts.append(f'<line x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{bottom}" class="{kind}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 15}" class="name middle">{signed(number * tick)[:-1]}</text>')
    for at, row in enumerate(rows):
        y = LINE * (at + 0.5) + 4
        low, high = spans.get(row["label"], (0.0, 0.0))
        clear = "better" if low > 0 else "worse" if high < 0 else "unsure"
        tip = f"{row['label']}: F1 {signed(row['f1_difference'])}"
        if row["label"] in spans:
            tip += f" ({signed(low)} to {signed(high)})"
            reached = f'<line x1="{across(low):.1f}" y1="{y:g}" x2="{across(high):.1f}" y2="{y:g}"/>'
        else:
            reached = ""
        parts.append(label(row["label"], left - 8, y + 4))
        parts.append(
            f'<g class="point {clear}"><title>{shown(tip)}</title>{reached}'
            f'<circle cx="{across(row["f1_difference"]):.1f}" cy="{y:g}" r="4.5"/></g>'
        )
    parts.append(
        f'<text x="{across(0):.1f}" y="{bottom + 34}" class="axis middle">← the other better · difference of F1 · '
        "this run better →</text>"
    )
    return svg(left + ROOM + 24, bottom + 42, text, *parts, name="differences")


def bar(share: float) -> str:
    """Return a small bar of a share, 0 to 1, that says nothing the number beside it does not say."""
    width = 64 * min(max(share, 0.0), 1.0)
    return (
        '<svg class="bar" viewBox="0 0 64 8" width="64" height="8" aria-hidden="true">'
        f'<rect width="64" height="8" class="ground"/><rect width="{width:.1f}" height="8" class="fill"/></svg>'
    )


def picture(name: str, document: Document) -> tuple[str, str]:
    """Return a picture by its name, and its title."""
    if name in ("confusion", "errors"):
        title = "Errors only, on a scale of their own" if name == "errors" else "Confusion matrix"
        return matrix(document, name), title
    drawn: dict[str, Any] = {"reliability": reliability, "differences": differences}
    titles = {"reliability": "Reliability", "differences": "Difference of F1 by class"}
    return drawn[name](document), titles[name]
