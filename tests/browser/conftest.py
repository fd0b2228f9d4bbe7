"""The real app on a folder of its own, in a real browser; skipped, with the reason, where there is none."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.browser import Browser, chromium, serving, settled
from core.storage import REPOSITORY

# A busy machine is no reason to fail.
expect.set_options(timeout=60_000)
SCREENSHOTS = REPOSITORY / "test-output" / "screenshots"


@pytest.fixture(scope="session")
def browser():
    if chromium() is None:
        reason = "no Chromium is installed; `apt install chromium` brings the browser tests to life"
        if os.environ.get("COPYDESK_BROWSER_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def app_home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(browser, app_home):
    with serving({**os.environ, "COPYDESK_HOME": str(app_home)}) as url:
        yield url


@pytest.fixture
def screenshot():
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def save(page, name) -> Path:
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        assert path.stat().st_size > 10_000, "the screenshot is blank"
        return path

    return save


@pytest.fixture(scope="module")
def context(browser):
    """The context of a file's pages: what one of them has loaded of the app, the next ones have in their cache."""
    # What only moves costs a machine without a graphics card more than all that is shown.
    first = browser.page(reduced_motion="reduce")
    yield first.context
    first.context.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request, browser):
    """A colour scheme and a context of it, for the tests that look at both."""
    first = browser.page(color_scheme=request.param, reduced_motion="reduce")
    yield request.param, first.context
    first.context.close()


@pytest.fixture
def page(context):
    """A page whose console must stay clean: no error of ours, nothing fetched from outside."""
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    trouble = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("request", lambda request: trouble.append(request.url))
    yield opened
    opened.close()
    ours = ("http://127.0.0.1:", "data:", "blob:")
    assert [one for one in trouble if not one.startswith(ours)] == []


def widened(page, width):
    """Give the window another width, and wait until what it shows has taken it up."""
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    settled(page)
