"""Classify: an answer with all probabilities, measured time and reasons; several models side by side."""

from core.runs import store

HEADLINE = "Senate votes on the budget"


def shown(at):
    return " ".join(str(part.value) for part in [*at.subheader, *at.markdown, *at.caption, *at.warning, *at.info])


def test_a_headline_is_answered_with_its_reasons(trained, open_page, param):
    at = open_page("pages/classify.py")
    at.text_input(key="classify_headline").set_value(HEADLINE)
    next(button for button in at.button if button.label == "Classify").click().run()
    assert not at.exception
    assert "confidence 0" in shown(at).replace("\\", "")
    assert " ms" in shown(at)
    assert "Why " in shown(at)
    assert param(at, "headline") == HEADLINE
    assert len(at.get("vega_lite_chart")) == 1


def test_a_link_shows_the_same_answer(trained, open_page):
    assert "confidence 0" in shown(open_page("pages/classify.py", headline=HEADLINE)).replace("\\", "")


def test_several_models_answer_side_by_side(trained, open_page):
    ids = [run.id for run in store.list_all()]
    at = open_page("pages/classify.py", headline=HEADLINE, models=",".join(ids), grouping="huffpost-12")
    assert shown(at).replace("\\", "").count("confidence 0") == 2


def test_markup_in_a_headline_stays_text(trained, open_page):
    at = open_page("pages/classify.py", headline="<b>Senate</b> $x$ **votes** :red[now]")
    assert not any("<b>" in str(part.value) for part in at.markdown)


def test_an_emoji_alone_is_told_kindly(trained, open_page):
    assert "has no letter or digit" in open_page("pages/classify.py", headline="😀").warning[0].value


def test_a_headline_of_unknown_words_is_answered_and_said_to_be_unknown(trained, open_page):
    assert "knows no word" in shown(open_page("pages/classify.py", headline="Qzxwv"))


def test_without_a_run_the_next_step_is_told(sample, open_page):
    assert open_page("pages/classify.py").subheader[0].value == "No finished run yet"
