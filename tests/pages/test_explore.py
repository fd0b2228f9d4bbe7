"""Explore: bars, the records behind a bar, and what is missing."""

import json

import pytest

from core.data.importing import import_file


def checked(at):
    assert not at.exception
    return at


def frames(at):
    return [table.value for table in at.dataframe]


@pytest.mark.parametrize("view", ["raw", "grouped", "nested"])
def test_each_view_is_drawn_and_kept_in_the_url(sample, open_page, param, view):
    at = open_page("pages/explore.py", view=view)
    assert param(at, "view") == view
    assert len(at.get("vega_lite_chart")) == 2


@pytest.mark.parametrize(
    ("view", "mark", "rows", "kept"),
    [
        ("raw", {"label": "ARTS & CULTURE"}, 12, ("category", "ARTS & CULTURE")),
        ("grouped", {"label": "ARTS & CULTURE"}, 63, ("group", "ARTS & CULTURE")),
        ("nested", {"group": "ARTS & CULTURE", "category": "STYLE"}, 12, ("category", "STYLE")),
        ("nested", {"group": "ARTS & CULTURE", "category": ""}, 63, ("group", "ARTS & CULTURE")),
    ],
)
def test_a_click_on_a_bar_lists_its_records(sample, open_page, param, view, mark, rows, kept):
    at = open_page("pages/explore.py", view=view)
    at.session_state[f"explore_chart_{view}_0"] = {"selection": {"bar": [mark]}}
    at.run()
    assert not at.exception
    assert any(f"{rows} of 578 rows" in caption.value for caption in at.caption)
    assert param(at, kept[0]) == kept[1]
    at.button(key="explore_clear").click().run()
    assert any("578 of 578 rows" in caption.value for caption in at.caption)


def test_a_link_with_a_category_lists_its_records(sample, open_page):
    at = open_page("pages/explore.py", category="SPORTS")
    assert set(frames(at)[0]["category"]) == {"SPORTS"}


def test_columns_lengths_head_and_rejected_lines_are_there(home, tmp_path, open_page):
    file = tmp_path / "d.jsonl"
    lines = [{"headline": "one", "category": "A"}, {"headline": "two", "category": "B", "short_description": ""}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + "oops\n")
    import_file(file, "d")
    at = open_page("pages/explore.py", dataset="d")

    def opened(tab):
        at.session_state["explore_tabs"] = tab
        return frames(checked(at.run()))[1:]

    (columns,), (lengths, dates), (head,) = opened("Columns"), opened("Describe"), opened("Head")
    (rejected,) = opened("Rejected lines")
    assert len(frames(at)[0]) == len(head) == 2
    assert columns.set_index("column").loc["short_description", ["missing", "empty"]].tolist() == [1, 1]
    assert lengths["count"].tolist() == [2, 2, 1, 1]
    assert dates["count"].iloc[0] == "0"
    assert rejected["line"].tolist() == [3]
    assert any("1 × bad JSON" in caption.value.replace("\\", "") for caption in at.caption)


def test_without_a_dataset_the_next_step_is_told(nothing, open_page):
    at = open_page("pages/explore.py")
    assert at.subheader[0].value == "No dataset yet"


def test_a_link_to_a_category_that_is_not_there_shows_all_records(sample, open_page):
    at = open_page("pages/explore.py", category="![x](http://127.0.0.1:9/x.png)")
    assert at.subheader[0].value == "All records"
