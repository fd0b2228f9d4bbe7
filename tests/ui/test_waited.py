"""Work that a page waits for: done once, shown while it lasts, its error told and tried again."""

import threading

import pytest

from core.errors import InputError
from core.ui.waited import Waited


class Place:
    """Stands in for the place of a page that shows progress."""

    def __init__(self):
        self.shown = []

    def progress(self, share, text):
        self.shown.append((share, text))

    def empty(self):
        self.shown.append(None)


def test_it_is_done_once_whoever_asks():
    calls = []
    waited = Waited(lambda progress: calls.append(1) or "found")
    assert [waited.get(Place(), "Counting") for _ in range(2)] == ["found", "found"]
    assert calls == [1]


def test_how_far_it_is_is_shown_until_it_is_there():
    place, seen = Place(), threading.Event()
    place.progress = lambda share, text: (place.shown.append((share, text)), seen.set())

    def work(progress):
        progress(0.5)
        assert seen.wait(30)
        return "found"

    assert Waited(work).get(place, "Counting") == "found"
    share, text = place.shown[0]
    assert share == 0.5
    assert text.startswith("Counting: 50% · about ")
    assert place.shown[-1] is None


def test_an_error_is_told_and_the_next_one_tries_again():
    answers = [InputError("spoiled"), None]

    def work(progress):
        if error := answers.pop(0):
            raise error
        return "found"

    waited = Waited(work)
    with pytest.raises(InputError, match="spoiled"):
        waited.get(Place(), "Counting")
    assert waited.get(Place(), "Counting") == "found"
