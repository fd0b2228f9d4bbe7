"""Words and Drift in Explore: what is drawn of known words, and where clicks lead."""

import pytest

from core.ui.word_sides import REST
from tests import planted
from tests.pages.conftest import checked


@pytest.fixture
def explore(nothing, open_page):
    planted.imported(nothing)

    def run(**query):
        return open_page("pages/explore.py", dataset="planted", grouping="raw", **query)

    return run


def click(at, chart, selection):
    at.session_state[f"explore_{chart}_0"] = {"selection": selection}
    return checked(at.run())


def said(at):
    return " ".join(one.value.replace("\\", "") for one in [*at.caption, *at.markdown])


def test_a_click_on_a_word_shows_its_rows(explore, param):
    at = explore(part="Words", side="c:SPORTS", versus="c:ARTS", text="headline", size="single")
    assert "60 rows of SPORTS against 60 of ARTS" in said(at)
    assert at.dataframe[-1].value["ngram"].tolist() == ["goals", "murals"]
    click(at, "words_distinctive", {"word": [{"ngram": "goals", "shown": "goals"}]})
    assert (param(at, "q"), param(at, "side"), param(at, "versus")) == ('headline:"goals"', "c:SPORTS", "c:ARTS")
    assert param(at, "part") == "Records"
    assert "**60 records**" in said(at)


def test_what_is_filtered_is_one_side(explore):
    at = explore(part="Words", cat="NEWS", words="frequent", size="pairs")
    assert "60 rows of NEWS against 180 of all other rows" in said(at)
    assert at.selectbox(key="explore_versus").value == REST
    assert set(at.dataframe[-1].value["ours"]) == {60, 30, 1}


def test_a_shortcut_leads_to_its_rows(explore, param):
    at = explore(part="Words", words="shortcuts")
    assert "Of 30 rows with “(PHOTOS)”, 100.0% are FASHION" in said(at)
    click(at, "shortcuts", {"rows": [0], "columns": []})
    assert param(at, "q") == "headline:/\\(PHOTOS\\)/"
    assert "**30** of 240 rows" in said(at)


def test_drift_shows_the_class_that_changed_most_and_a_word_leads_to_its_rows(explore, param):
    at = explore(part="Drift")
    assert "texts of NEWS up to" in said(at)
    assert "can be told apart strongly" in said(at)
    click(at, "drift_words", {"word": [{"ngram": "fresh plan", "shown": "Fresh Plan"}]})
    assert (param(at, "q"), param(at, "cat")) == ('"Fresh Plan"', "NEWS")
    assert "**30** of 240 rows" in said(at)


def test_drift_of_the_class_in_the_link_and_its_year(explore, param):
    at = explore(part="Drift", drifted="SPORTS", gap="1 year")
    assert "texts of SPORTS up to" in said(at)
    click(at, "drift_years", {"year": [{"year": 2013}]})
    assert [param(at, name) for name in ("from", "to", "cat")] == ["2013-01", "2013-12", "SPORTS"]
