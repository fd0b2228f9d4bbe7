"""A card on the page: below its heading, and nothing of what it says is an icon, a colour or a formula of Streamlit."""

from core.ui.models_card import shown


def test_the_title_goes_headings_are_smaller_and_words_stay_words():
    card = "# :red[x]\n\nA model.\n\n## Data\n\n- of :smile: and 9:30\n\n### By class\n\n| a | b |\n| --- | ---: |\n"
    assert shown(card) == (
        "A model.\n\n#### Data\n\n- of \\:smile: and 9:30\n\n##### By class\n\n| a | b |\n| --- | ---: |\n"
    )
