"""Languages by function words and scripts."""

import pytest

from core.data.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The mayor said that the bridge will be open by the end of the week", "English"),
        ("El presidente dijo que no hay dinero para los hospitales", "Spanish"),
        ("Le maire dit que les ponts sont fermés pour la nuit", "French"),
        ("Der Minister sagt, dass es nicht genug Geld für die Schulen gibt", "German"),
        ("Il sindaco dice che il ponte è chiuso anche per gli autobus", "Italian"),
        ("O prefeito disse que não há dinheiro para as escolas da cidade", "Portuguese"),
        ("De burgemeester zegt dat het geld voor de scholen er niet is", "Dutch"),
        ("Ένας νεκρός σε συγκρούσεις", "Greek"),
        ("Плохая новость", "Cyrillic"),
        ("東京でオリンピックが開かれる", "Japanese"),
        ("北京举行会议", "Chinese"),
    ],
    ids=lambda value: value if value.isascii() and " " not in value else "text",
)
def test_a_language_is_told(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Oui, Chef!",
        "La La Land",
        "D.C. Presidential Primary: Latest Results D.C. C. D.",
        "15 Gifs 4Gifs.com Yikes!",
    ],
    ids=["empty", "two words", "a film", "initials", "addresses"],
)
def test_what_tells_too_little_is_not_judged(text):
    assert language_of(text) is None


def test_a_spanish_name_makes_no_english_text_spanish():
    assert language_of("The wife of El Chapo and the men of La Linea are to be in court on Monday") == "English"
