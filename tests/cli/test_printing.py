"""Text for people: aligned, a line a row, cut at a terminal alone, and without what a terminal would obey."""

import io

from hypothesis import given
from hypothesis import strategies as st

from core.cli import printing, status_line
from core.cli.printing import LEAST_WIDTH, fitted, harmless, table


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_cell_is_one_line_and_moves_no_cursor():
    rows = [{"headline": "Storm\n\x1b[31mred\x9b2J", "rows": 3}, {"headline": "日本", "rows": 1_000}]
    assert table(rows, ["headline", "rows"]).split("\n") == [
        "headline                  rows",
        r"Storm \x1b[31mred\x9b2J      3",
        "日本                     1,000",
    ]


def test_rows_are_cut_at_a_terminal_alone(monkeypatch):
    rows = [{"row": 1, "headline": "x" * 200}]
    assert "x" * 200 in table(rows, ["row", "headline"])
    monkeypatch.setattr(printing.sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    assert [len(line) for line in table(rows, ["row", "headline"]).split("\n")] == [13, 60]


@given(st.lists(st.tuples(st.integers(1, 90), st.booleans()), min_size=1, max_size=8), st.integers(20, 200))
def test_columns_fit_or_are_as_narrow_as_they_may_be(columns, room):
    widths, fixed = zip(*columns, strict=True)
    found = fitted(widths, fixed, room)
    for width, was, stays in zip(found, widths, fixed, strict=True):
        assert width == was if stays else min(was, LEAST_WIDTH) <= width <= was
    narrow = all(stays or width <= LEAST_WIDTH for width, stays in zip(found, fixed, strict=True))
    assert sum(found) + 2 * (len(found) - 1) <= room or narrow


@given(st.text())
def test_what_is_shown_keeps_lines_and_loses_controls(text):
    shown = harmless(text)
    assert shown.count("\n") == text.count("\n")
    assert harmless(shown) == shown
    assert "\x1b" not in shown and "\x9b" not in shown and "\u202e" not in shown


def test_the_line_is_written_over_and_taken_away(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(status_line.sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "20")
    for line in ("1 of 2", "1 of 2", "y" * 40):
        status_line.show(line)
    status_line.clear()
    status_line.clear()
    assert stream.getvalue() == f"\r\x1b[K1 of 2\r\x1b[K{'y' * 18}…\r\x1b[K"
