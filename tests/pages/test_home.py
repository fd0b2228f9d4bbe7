"""Home: opens on the sample, says where one stands and what to do next."""

from core.data import datasets
from core.runs import local, states, store
from core.storage import data_root


def texts(at):
    return " ".join(str(part.value) for part in [*at.title, *at.subheader, *at.markdown, *at.caption]).replace("\\", "")


def test_the_first_visit_opens_on_the_sample(home, open_page, param):
    at = open_page("Home.py")
    assert [one.name for one in datasets.list_all()] == ["sample"]
    assert "Dataset sample" in texts(at)
    assert "Fictional" in texts(at)
    assert param(at, "dataset") == "sample"
    assert param(at, "grouping") == "huffpost-12"


def test_a_sample_that_was_deleted_does_not_come_back(home, open_page):
    open_page("Home.py")
    datasets.delete("sample")
    at = open_page("Home.py")
    assert datasets.list_all() == []
    assert "Where should the headlines come from?" in texts(at)


def test_with_nothing_there_are_three_doors_and_one_of_them_works(nothing, open_page):
    at = open_page("Home.py")
    assert [part.value for part in at.subheader][1:] == ["The sample", "The HuffPost set", "Your own file"]
    use = next(button for button in at.button if button.label == "Use the sample")
    use.click().run()
    assert not at.exception
    assert [one.name for one in datasets.list_all()] == ["sample"]
    assert "Dataset sample" in texts(at)


def test_the_sidebar_holds_what_all_pages_share(trained, open_page, param):
    at = open_page("Home.py")
    assert [box.label for box in at.sidebar.selectbox] == ["Dataset", "Grouping", "Run in use"]
    at.sidebar.selectbox[1].set_value("raw").run()
    assert param(at, "grouping") == "raw"
    assert "Grouping raw" in texts(at)


def test_a_link_shows_what_it_says_and_an_unknown_name_falls_back(trained, open_page):
    assert "Grouping raw" in texts(open_page("Home.py", grouping="raw", dataset="sample"))
    assert "Grouping huffpost-12" in texts(open_page("Home.py", grouping="../nope"))


def test_a_headline_is_answered(trained, open_page):
    at = open_page("Home.py")
    at.text_input(key="home_headline").set_value("Senate votes on the budget").run()
    assert not at.exception
    assert "confidence 0." in texts(at)


def test_a_headline_without_a_word_is_told_kindly(trained, open_page):
    at = open_page("Home.py")
    at.text_input(key="home_headline").set_value("😀").run()
    assert not at.exception
    assert "has no letter or digit" in at.warning[0].value


def test_deleting_the_dataset_asks_first(sample, open_page):
    at = open_page("Home.py")
    at.button(key="home_delete_sample_sure").click().run()
    assert not at.exception
    assert not (data_root() / "sample").exists()


def test_a_run_at_work_is_shown_with_a_way_to_cancel(sample, open_page):
    from core.runs.spec import plan

    endless = {"max_iter": "1000000", "tol": "1e-300"}
    run = local.submit(plan(sample, preset="notebook", overrides=endless))
    at = open_page("Home.py")
    assert "A run is at work" in texts(at)
    at.button(key=f"alive_cancel_{run.id}").click().run()
    assert local.wait(run).state == states.CANCELLED
    assert store.load(run.id).cancel_requested
