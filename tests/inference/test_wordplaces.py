from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.inference.wordplaces import replaced, without, words_of

TEXTS = st.text(alphabet="ab' ’,.-\n\u2028é", max_size=30)


@given(TEXTS)
def test_a_word_is_where_it_says(text):
    words = words_of(text)
    assert all(text[word.start : word.end] == word.text for word in words)
    assert all(one.end <= other.start for one, other in pairwise(words))


@given(TEXTS, st.data())
def test_without_words_the_others_stay_in_order(text, data):
    words = words_of(text)
    places = data.draw(st.sets(st.sampled_from(range(len(words))))) if words else set()
    left = [word.text for place, word in enumerate(words) if place not in places]
    assert "".join(word.text for word in words_of(without(text, words, places))) == "".join(left)


def test_an_apostrophe_belongs_to_its_word():
    text = "Don't eat the 'best' pie"
    words = words_of(text)
    assert [word.text for word in words] == ["Don't", "eat", "the", "best", "pie"]
    assert without(text, words, [0, 2]) == "eat 'best' pie"
    assert replaced(text, words, {4: "cake"}) == "Don't eat the 'best' cake"
