"""The report's page in a real browser: it asks nobody for anything, follows the theme, fits, and prints."""

import pytest

from core.evaluation.evaluate import evaluate
from core.evaluation.report import report, write
from core.grouping.builtin import HUFFPOST_12, RAW
from core.runs import store
from core.ui.theme import DARK, LIGHT
from tests import homes


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the reports of two runs under 12 groups and of one under 42 categories, each with headlines."""
    folder = homes.trained(tmp_path_factory, {}, {"target": "group"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(folder))
        one, other = sorted(store.list_all(), key=lambda run: run.number)
        groups = evaluate(one, grouping=HUFFPOST_12)
        beside = (other, evaluate(other, grouping=HUFFPOST_12))
        write(report(one, groups, against=beside, examples=5), folder / "12.html")
        write(report(one, evaluate(one, grouping=RAW), examples=5), folder / "42.html")
    return folder


def opened(browser, file, **options):
    """Return the page of a file, and what it asked for or complained about."""
    page, told = browser.page(**options), []
    page.on("request", lambda request: told.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(file.as_uri())
    return page, told


@pytest.mark.parametrize("name", ["12.html", "42.html"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_page_asks_for_itself_alone_and_is_not_wider_than_its_window(browser, files, name, width):
    page, told = opened(browser, files / name, width=width)
    assert told == [(files / name).as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.context.close()


@pytest.mark.parametrize(("scheme", "palette"), [("light", LIGHT), ("dark", DARK)], ids=["light", "dark"])
def test_it_follows_the_theme_of_whoever_reads_it(browser, files, scheme, palette):
    page, _ = opened(browser, files / "12.html", color_scheme=scheme)
    found = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(palette.paper[at : at + 2], 16) for at in (1, 3, 5))
    assert found == f"rgb({red}, {green}, {blue})"
    page.context.close()


def test_a_folded_table_opens_and_a_link_leads_to_its_part(browser, files):
    page, _ = opened(browser, files / "12.html")
    table = page.locator("section#matrices details table")
    assert not table.is_visible()
    page.locator("section#matrices details summary").click()
    assert table.is_visible()
    page.get_by_role("navigation").get_by_role("link", name="Class by class").click()
    assert page.evaluate("location.hash") == "#classes"
    page.context.close()


def test_every_picture_has_a_name_and_every_table_its_headers(browser, files):
    page, _ = opened(browser, files / "12.html")
    assert page.get_by_role("img", name="Confusion matrix of 12 classes").count() == 1
    assert page.get_by_role("img", name="Reliability diagram").count() == 1
    assert page.get_by_role("table", name="Figures of each class").get_by_role("rowheader").count() == 13
    page.context.close()


def test_it_prints_dark_readers_too_on_white_paper(browser, files, tmp_path):
    page, _ = opened(browser, files / "12.html", color_scheme="dark")
    page.pdf(path=tmp_path / "r.pdf", prefer_css_page_size=True)
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.get_by_role("navigation").is_visible()
    page.context.close()
