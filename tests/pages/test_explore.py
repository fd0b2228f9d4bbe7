"""Explore: filters by click, in the URL and as chips; what stands beside; lengths, columns, rejected lines."""

import json
import re

import pytest

from core.data.importing import import_file

RECORDS = [
    {"headline": "Senate votes", "category": "POLITICS", "date": "2014-01-05", "short_description": "A long night."},
    {"headline": "Senate rests", "category": "POLITICS", "date": "2014-03-09", "short_description": ""},
    {"headline": "Goal", "category": "SPORTS", "date": "2014-03-10", "authors": "Ann"},
    {"headline": "Museum opens", "category": "ARTS", "date": "2014-05-01"},
    {"headline": "Frocks", "category": "STYLE"},
]


def imported(home, records, name="d", spoiled=""):
    file = home / f"{name}.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records) + spoiled)
    return import_file(file, name)


@pytest.fixture
def small(nothing):
    return imported(nothing, RECORDS, spoiled="oops\n")


def said(at):
    return " ".join(caption.value.replace("\\", "") for caption in at.caption)


def chips(at):
    return [button.label.replace("\\", "") for button in at.button if button.key.startswith("explore_chip_")]


def click(at, chart, **selection):
    at.session_state[f"explore_{chart}_{drawn(at)}"] = {"selection": selection}
    at.run()
    assert not at.exception, at.exception[0].value
    return at


def drawn(at):
    try:
        return at.session_state["explore_drawn"]
    except KeyError:
        return 0


def opened(open_page, **query):
    """Open the page at the part that takes least to draw, unless another is asked for."""
    part = {"part": "Columns", "table": "Info", **query}
    return open_page("pages/explore.py", dataset="d", grouping="huffpost-12", **part)


@pytest.mark.parametrize("view", ["raw", "grouped", "nested"])
def test_a_click_on_a_bar_puts_its_label_in_force_and_a_second_one_lifts_it(small, open_page, param, view):
    mark = {"group": "POLITICS & BUSINESS", "category": "POLITICS"}
    mark = mark if view == "nested" else {"label": mark["group" if view == "grouped" else "category"]}
    name, value = ("grp", "POLITICS & BUSINESS") if view == "grouped" else ("cat", "POLITICS")
    at = opened(open_page, view=view)
    assert chips(at) == []
    click(at, f"bars_{view}", bar=[mark])
    assert (param(at, name), param(at, "view")) == (value, view)
    assert "**2** of 5 rows" in said(at)
    click(at, f"bars_{view}", bar=[mark])
    assert param(at, name) is None
    assert "**5** of 5 rows" in said(at)


def test_filters_combine_are_chips_and_can_be_taken_away_one_by_one(small, open_page, param):
    at = opened(open_page, view="raw", time="heat map", q="senate")
    assert "**2** of 5 rows" in said(at)
    cell = {"label": "POLITICS", "first": "2014-03", "last": "2014-03"}
    click(at, "time_heat_map_categories", cell=[cell])
    assert "**1** of 5 rows" in said(at)
    assert chips(at) == ["category POLITICS", "2014-03", "search senate"]
    assert [param(at, name) for name in ("cat", "from", "to", "q")] == ["POLITICS", "2014-03", "2014-03", "senate"]
    click(at, "bars_raw", also=[{"label": "SPORTS"}])
    assert chips(at)[:2] == ["category POLITICS", "category SPORTS"]
    at.button(key="explore_chip_3").click().run()
    assert "**2** of 5 rows" in said(at)
    at.button(key="explore_clear").click().run()
    assert "**5** of 5 rows" in said(at)
    assert not any(param(at, name) for name in ("cat", "from", "to", "q"))


def test_a_drag_selects_months_and_leaves_its_chart_as_it_is(small, open_page, param):
    at = opened(open_page, view="grouped", time="share")
    key = f"time_share_groups_{drawn(at)}"
    click(at, "time_share_groups", span={"begin": [530.2, 532.9]})
    assert (param(at, "from"), param(at, "to")) == ("2014-03", "2014-05")
    assert "**3** of 5 rows" in said(at)
    assert key == f"time_share_groups_{drawn(at)}"
    click(at, "time_share_groups")
    assert (param(at, "from"), param(at, "to")) == (None, None)


def test_when_labels_began_and_ended_is_drawn_and_clicked(small, open_page, param):
    at = opened(open_page, view="raw", time="first and last")
    click(at, "spans_categories", label=[{"label": "ARTS"}])
    assert param(at, "cat") == "ARTS"


def test_a_link_with_what_is_not_there_says_so_and_shows_the_rest(small, open_page, param):
    at = opened(open_page, log="on", view="raw", cat="SPORTS|![x](http://127.0.0.1:9/x.png)", hl="many")
    assert len(at.warning) == 2
    assert (param(at, "cat"), param(at, "log")) == ("SPORTS", "on")
    assert at.toggle(key="explore_log_scale").value
    assert "**1** of 5 rows" in said(at)


def test_a_click_on_a_length_filters_and_words_are_counted_too(small, open_page, param):
    at = opened(open_page, part="Lengths")
    click(at, "lengths_headline", bin=[{"bin_start": 12, "bin_end": 13}])
    assert param(at, "hl") == "12-12"
    assert "**3** of 5 rows" in said(at)
    at.session_state["explore_unit"] = "words"
    figures = at.run().dataframe[0].value.set_index(["text", "unit"])
    assert figures["count"].to_dict() == {("headline", "words"): 3, ("description", "words"): 2}
    assert figures.loc[("headline", "words"), "max"] == 2


def test_columns_head_info_describe_missing_and_rejected_lines(small, open_page, param):
    at = open_page("pages/explore.py", dataset="d", part="Columns")

    def shown(table):
        at.session_state["explore_table"] = table
        at.run()
        assert not at.exception, at.exception[0].value
        return [one.value for one in at.dataframe]

    assert len(shown("Head")[0]) == 5
    (columns,) = shown("Info")
    assert columns.set_index("column").loc["short_description", ["non_null", "missing"]].tolist() == [2, 3]
    dates, texts = shown("Describe")
    assert (dates["count"].iloc[0], dates["last"].iloc[0]) == ("4", "2014-05-01")
    assert texts.set_index("column").loc["category", ["unique", "top", "freq"]].tolist() == [4, "POLITICS", 2]
    assert shown("Rejected lines")[0]["line"].tolist() == [6]
    assert shown("Missing") == []
    cell = {"label": "POLITICS", "column": "short_description", "kind": "empty"}
    click(at, "gaps_category", gap=[cell])
    assert (param(at, "cat"), param(at, "lack")) == ("POLITICS", "short_description:empty")
    assert "**1** of 5 rows" in said(at)
    click(at, "gaps_category", gap=[cell])
    assert "**5** of 5 rows" in said(at)


def test_a_second_dataset_stands_beside_it_share_by_share(small, nothing, open_page, param):
    imported(nothing, [*RECORDS[:3], {"headline": "New", "category": "ONLY THERE"}], "other")
    at = opened(open_page, view="raw", beside="other")
    assert "5 rows of d, 4 rows of other; 2 labels only in d; 1 label only in other" in said(at)
    click(at, "beside_categories", label=[{"label": "POLITICS"}])
    assert (param(at, "cat"), param(at, "beside")) == ("POLITICS", "other")


def test_rows_are_not_compared_with_none(small, nothing, open_page):
    imported(nothing, [{"headline": "New", "category": "ONLY THERE"}], "other")
    at = opened(open_page, view="raw", beside="other", q="senate")
    assert "2 rows of d, 0 rows of other: under these filters there is nothing to compare." in said(at)


def test_training_and_test_rows_of_the_run_in_use_stand_side_by_side(trained, open_page):
    at = open_page("pages/explore.py", dataset="sample", beside="its split", part="Columns")
    assert re.search(r"\d+ training rows, \d+ test rows; ", said(at))


def test_without_dates_and_with_one_category_the_page_says_so(nothing, open_page):
    imported(nothing, [{"headline": f"Headline {n}", "category": "ALONE"} for n in range(3)])
    for time in ("share", "heat map", "first and last"):
        at = opened(open_page, view="raw", time=time)
        assert "1 category · no dates" in said(at)
        assert "bits (–) · Gini 0.000 · 1 to 1" in said(at)


def test_of_a_thousand_categories_the_largest_are_drawn_and_the_others_said(nothing, open_page):
    imported(nothing, [{"headline": f"Headline {n}", "category": f"C{n % 1000:03d}"} for n in range(3042)])
    at = opened(open_page, view="raw")
    assert "958 smaller ones with 2,874 rows together are not drawn" in said(at)


def test_without_a_dataset_the_next_step_is_told(nothing, open_page):
    at = open_page("pages/explore.py")
    assert at.subheader[0].value == "No dataset yet"
