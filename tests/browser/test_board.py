"""The board in a real browser: what a hand and a keyboard do to it, and what is found again after a reload."""

import re

import pytest
from playwright.sync_api import expect

from core.browser import settled
from core.grouping import drafts, versions
from core.grouping.grouping import Grouping
from tests import homes
from tests.browser.conftest import widened

ODD = "<b onclick=\"alert(1)\">Weltü</b> 🎉 'q'"


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(folder))
        homes.import_part()
        versions.save(Grouping("long", {"TECH": "y" * 200, "SPORTS": "y" * 200, "CRIME": "<img src=x> " * 16}))
    return folder


@pytest.fixture
def board(page, address):
    """The page of the built-in grouping, whose console must stay without an error."""
    errors = []
    page.on("console", lambda message: errors.append(message) if message.type == "error" else None)
    page.goto(f"{address}/grouping?grouping=huffpost-12")
    settled(page)
    yield page
    # Streamlit looks for its own server beside the page's address first.
    assert [error.text for error in errors if "/_stcore/" not in error.location["url"]] == []


def chip(page, name):
    return page.get_by_role("button", name=re.compile(f"^{re.escape(name)}, [0-9,]+ row"))


def card(page, name):
    return page.get_by_role("group", name=f"{name}: ")


def title(page, name):
    return card(page, name).get_by_role("button", name=f"Group {name}, select", exact=True)


def told(page):
    return page.locator(".board").get_by_role("status")


def focused(page):
    return page.evaluate("document.activeElement.shadowRoot?.activeElement?.dataset.key")


def test_a_category_is_dragged_to_a_group_and_found_there_after_a_reload(board, screenshot):
    chip(board, "TECH").drag_to(card(board, "EDUCATION"))
    expect(chip(card(board, "EDUCATION"), "TECH")).to_be_visible()
    expect(told(board)).to_have_text("Moved TECH to EDUCATION")
    expect(card(board, "TECHNOLOGY")).to_have_count(0)
    screenshot(board, "board-dragged")
    board.reload()
    settled(board)
    expect(chip(card(board, "EDUCATION"), "TECH")).to_be_visible()
    expect(board.get_by_role("button", name="1 unsaved change")).to_be_visible()


def test_all_that_is_selected_is_dragged_and_a_new_group_asks_for_its_name(board):
    chip(board, "TECH").click()
    chip(board, "SPORTS").click()
    expect(told(board)).to_contain_text("2 categories selected")
    chip(board, "TECH").hover()
    board.mouse.down()
    chip(board, "CRIME").hover()
    zone = board.get_by_text("New group", exact=True)
    zone.hover()
    board.mouse.up()
    board.get_by_role("combobox", name="New group of 2 categories").fill(ODD)
    board.keyboard.press("Enter")
    expect(card(board, ODD).locator(".chip")).to_have_count(2)


def test_the_keyboard_moves_and_keeps_its_place(board):
    chip(board, "MONEY").focus()
    board.keyboard.press("Space")
    board.keyboard.press("ArrowUp")
    board.keyboard.press("Space")
    expect(chip(board, "MONEY")).to_have_attribute("aria-pressed", "true")
    expect(told(board)).to_contain_text("2 categories selected")
    board.keyboard.press("m")
    board.keyboard.type("crim")
    board.keyboard.press("Enter")
    expect(card(board, "CRIME").locator(".chip")).to_have_count(3)
    expect(told(board)).to_contain_text("to CRIME")
    assert focused(board).startswith("category:")
    expect(chip(board, "MONEY")).to_have_attribute("aria-pressed", "false")


def test_the_keyboard_moves_a_whole_group_from_its_name(board):
    title(board, "EDUCATION").focus()
    board.keyboard.press("m")
    expect(board.get_by_role("dialog", name="Move 2 categories to")).to_be_visible()
    board.keyboard.type("crim")
    board.keyboard.press("Enter")
    expect(card(board, "CRIME").locator(".chip")).to_have_count(3)
    expect(title(board, "CRIME")).to_be_focused()
    board.keyboard.press("Delete")
    expect(card(board, "CRIME")).to_have_count(0)
    expect(told(board)).to_contain_text("to their own name")
    assert focused(board).startswith("category:")


def test_the_focus_goes_back_to_the_button_that_asked(board):
    title(board, "VOICES").click()
    title(board, "EDUCATION").click()
    merge = board.get_by_role("button", name="Merge…")
    for _ in range(10):
        board.keyboard.press("Shift+Tab")
        if merge.evaluate("button => button.matches(':focus')"):
            break
    board.keyboard.press("Enter")
    expect(board.get_by_role("dialog")).to_be_visible()
    board.keyboard.press("Escape")
    expect(merge).to_be_focused()
    board.keyboard.press("Enter")
    board.keyboard.press("Enter")
    expect(card(board, "VOICES").locator(".chip")).to_have_count(6)
    expect(merge).to_be_focused()


def test_a_move_to_where_it_is_says_that_nothing_changed(board):
    chip(board, "TECH").drag_to(title(board, "TECHNOLOGY"))
    expect(told(board)).to_have_text("Nothing changed: it is so already")
    expect(board.get_by_text("No unsaved changes")).to_be_visible()


def test_save_as_begins_with_the_name_and_the_note_that_the_grouping_has(board, address, app_home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(app_home))
        versions.save(Grouping("mine", {"TECH": "X", "SPORTS": "X"}, note="what it is for"))
    board.goto(f"{address}/grouping?grouping=mine")
    settled(board)
    chip(board, "TECH").drag_to(card(board, "By themselves"))
    expect(board.get_by_role("button", name="1 unsaved change")).to_be_visible()
    board.get_by_role("button", name="Save as").click()
    expect(board.get_by_label("Name", exact=True)).to_have_value("mine")
    expect(board.get_by_label("Note")).to_have_value("what it is for")
    board.get_by_label("Note").fill("")
    board.get_by_role("button", name="Save", exact=True).click()
    expect(board.get_by_text("Saved mine as version 2.")).to_be_visible()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(app_home))
        assert versions.load("mine").note == ""


def test_the_edit_is_in_the_address_again_after_another_page(board):
    chip(board, "TECH").focus()
    board.keyboard.press("Delete")
    board.wait_for_url(re.compile("draft="))
    navigation = board.get_by_test_id("stSidebarNav")
    navigation.get_by_role("link", name="Evaluate").click()
    board.get_by_role("heading", level=1, name="Evaluate").wait_for()
    navigation.get_by_role("link", name="Grouping").click()
    board.get_by_role("heading", level=1, name="Grouping").wait_for()
    board.wait_for_url(re.compile("draft="))
    board.reload()
    settled(board)
    expect(board.get_by_role("button", name="1 unsaved change")).to_be_visible()


def test_a_discarded_edit_is_brought_back(board):
    chip(board, "TECH").focus()
    board.keyboard.press("Delete")
    board.get_by_role("button", name="1 unsaved change").click()
    board.get_by_role("button", name="Discard the changes").click()
    expect(board.get_by_text("No unsaved changes")).to_be_visible()
    board.get_by_role("button", name=re.compile("^Drafts")).click()
    expect(board.get_by_text("All who use this server share them")).to_be_visible()
    board.get_by_role("button", name="Bring back").first.click()
    expect(chip(board.locator(".alone"), "TECH")).to_be_visible()


def test_the_bar_stays_one_row_beside_many_changes_and_other_edits(board, app_home, screenshot):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(app_home))
        drafts.store(drafts.begin(Grouping("raw")).do(Grouping("raw", {"TECH": "X"}), "theirs"))
    for name in ("LIFESTYLE", "NEWS"):
        title(board, name).focus()
        board.keyboard.press("Delete")
        expect(card(board, name)).to_have_count(0)
    main = board.get_by_test_id("stMain")
    buttons = [main.get_by_role("button", name=name) for name in ("Undo", "unsaved changes", "Save as", "Drafts")]
    expect(buttons[1]).to_have_text(re.compile("^[0-9]{2} unsaved changes"))
    screenshot(board, "board-bar")
    assert len({round(button.bounding_box()["y"]) for button in buttons}) == 1


def test_a_cell_of_the_table_is_typed_in_its_place_and_a_refused_one_is_told_above(board, address):
    board.goto(f"{address}/grouping?grouping=huffpost-12&editor=Table")
    settled(board)
    table = board.get_by_test_id("stDataFrame").first
    box = table.bounding_box()

    def type_into(row, text):
        board.mouse.dblclick(box["x"] + 0.45 * box["width"], box["y"] + 35 * row + 17)
        board.locator("textarea.gdg-input").fill(text)
        board.keyboard.press("Enter")

    table.evaluate("table => (table.kept = true)")
    type_into(1, "CRIME")
    expect(board.get_by_role("button", name="1 unsaved change")).to_be_visible()
    type_into(2, "\u202eX")
    warning = board.get_by_role("alert").filter(has_text="holds the character U+202E")
    expect(warning).to_be_visible()
    settled(board)
    assert table.evaluate("table => table.kept")
    assert warning.bounding_box()["y"] < table.bounding_box()["y"]


def test_edits_that_follow_closely_are_each_done_once(board):
    alone = board.locator(".alone .chip")
    before = alone.count()
    for name in ("TRAVEL", "TASTE", "WOMEN", "MONEY"):
        chip(board, name).focus()
        board.keyboard.press("Delete")
    expect(alone).to_have_count(before + 4)
    for left in (3, 2, 1, 0):
        board.keyboard.press("Control+z")
        expect(alone).to_have_count(before + left)
    expect(board.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_group_is_renamed_in_place_and_a_taken_name_is_refused(board):
    title(board, "VOICES").focus()
    board.keyboard.press("F2")
    board.keyboard.type("never")
    board.keyboard.press("Escape")
    expect(title(board, "VOICES")).to_be_focused()
    board.keyboard.press("F2")
    board.keyboard.type(ODD)
    board.keyboard.press("Enter")
    expect(title(board, ODD)).to_be_focused()
    expect(title(board, ODD)).to_have_text(ODD)
    board.get_by_role("button", name=f"Rename {ODD}", exact=True).click()
    board.keyboard.type("SPORTS")
    board.keyboard.press("Enter")
    expect(board.get_by_role("alert").filter(has_text="merge them instead")).to_be_visible()
    expect(card(board, ODD)).to_be_visible()


def test_groups_are_merged_undone_and_merged_again(board, screenshot):
    title(board, "VOICES").click()
    title(board, "EDUCATION").click()
    chip(board, "SPORTS").click()
    board.get_by_role("button", name="Merge…").click()
    screenshot(board, "board-merge")
    board.keyboard.press("Enter")
    expect(card(board, "VOICES").locator(".chip")).to_have_count(7)
    board.get_by_role("button", name="Undo").click()
    expect(card(board, "VOICES").locator(".chip")).to_have_count(4)
    expect(told(board)).to_have_text("Undone: Merged VOICES and 2 more into VOICES")
    board.get_by_role("button", name="Redo").click()
    expect(card(board, "VOICES").locator(".chip")).to_have_count(7)
    title(board, "VOICES").click()
    board.get_by_role("button", name="Split", exact=True).click()
    expect(card(board, "VOICES")).to_have_count(0)


def test_a_group_dragged_onto_another_is_merged_into_it(board):
    title(board, "EDUCATION").drag_to(card(board, "VOICES"))
    expect(card(board, "VOICES").locator(".chip")).to_have_count(6)


def test_a_chip_tells_examples_and_the_filter_hides_the_rest(board):
    chip(board, "POLITICS").hover()
    expect(board.get_by_role("tooltip").locator("li")).to_have_count(3)
    board.get_by_role("searchbox", name="Filter categories and groups").fill("voice")
    expect(card(board, "VOICES").locator(".chip:visible")).to_have_count(4)
    expect(card(board, "NEWS")).to_be_hidden()
    # The app's own shortcuts stay asleep while somebody types.
    board.keyboard.type("rrc")
    expect(told(board)).to_contain_text("0 of")


def test_an_edit_is_saved_and_its_table_says_the_same(board):
    chip(board, "TECH").focus()
    board.keyboard.press("Delete")
    board.get_by_role("button", name="Save as").click()
    board.get_by_label("Name", exact=True).fill("by hand")
    board.get_by_role("button", name="Save", exact=True).click()
    expect(board.get_by_role("alert").filter(has_text="cannot be used")).to_be_visible()
    board.get_by_label("Name", exact=True).fill("by-hand")
    board.get_by_role("button", name="Save", exact=True).click()
    board.wait_for_url(re.compile("grouping=by-hand"))
    expect(board.get_by_text("No unsaved changes")).to_be_visible()
    assert "draft=" not in board.url
    board.get_by_test_id("stMain").get_by_role("radio", name="Table").click()
    expect(board.get_by_test_id("stDataFrame").first).to_be_visible()
    board.wait_for_url(re.compile("editor=Table"))


def test_names_of_any_length_stay_in_their_cards(scheme, address, screenshot):
    colours, context = scheme
    page = context.new_page()
    page.goto(f"{address}/grouping?grouping=long")
    settled(page)
    for width in (1280, 1920):
        widened(page, width)
        cards = page.locator(".card")
        assert cards.evaluate_all("cards => cards.filter(card => card.scrollWidth > card.clientWidth).length") == 0
        assert page.locator(".board img").count() == 0
        screenshot(page, f"board-long-{width}-{colours}")
    page.close()
