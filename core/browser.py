"""The real app in a real browser, for the bench and the tests: a server of its own, headless Chromium."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from core.errors import CopydeskError, InputError
from core.storage import REPOSITORY

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
START_SECONDS = 60
SHOW_MILLISECONDS = 60_000
# Streamlit marks its root with the state of the script; elements that are on their way are skeletons.
SETTLED = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app && app.getAttribute('data-test-script-state') === 'notRunning'
        && document.querySelector('h1') !== null
        && document.querySelector('[data-testid="stSkeleton"]') === null
        && document.querySelector('[data-stale="true"]') === null;
}"""


def chromium() -> str | None:
    """Return the path of an installed Chromium, None when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextlib.contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[str]:
    """Run the app with ``environment`` and yield its address; the server ends with the block."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "Home.py"), "--server.port", str(port)],
        cwd=REPOSITORY,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2),  # noqa: S310 - our own server
        ):
            return
        time.sleep(0.05)
    raise CopydeskError(f"the app did not answer at {address} within {START_SECONDS} s; run `streamlit run Home.py`")


class Browser:
    """Headless Chromium, driven by Playwright, which requirements-dev.txt installs."""

    def __enter__(self) -> Browser:
        path = chromium()
        if path is None:
            raise InputError("no Chromium is installed; install it, for example with `apt install chromium`")
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise InputError("playwright is not installed; run `pip install -r requirements-dev.txt`") from error
        self._stack = contextlib.ExitStack()
        playwright = self._stack.enter_context(sync_playwright())
        self.chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        self._stack.callback(self.chromium.close)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stack.close()

    def page(self, *, width: int = 1280, height: int = 800, **options: Any) -> Any:
        """Return a new page in a context of its own."""
        return self.chromium.new_context(viewport={"width": width, "height": height}, **options).new_page()

    def seconds_to_show(self, address: str, name: str) -> float:
        """Return the seconds from asking for a page by its address to its last element."""
        page = self.page()
        start = time.perf_counter()
        page.goto(f"{address}/{'' if name == 'home' else name}")
        settled(page)
        seconds = time.perf_counter() - start
        page.context.close()
        return round(seconds, 2)

    def seconds_after_clicks(self, address: str, titles: Mapping[str, str]) -> dict[str, float]:
        """Return for each page the seconds from a click on it in the sidebar to its last element.

        Parameters
        ----------
        titles: name of a page in the sidebar -> its heading.
        """
        page = self.page()
        page.goto(address)
        settled(page)
        seconds = {}
        # The first page is open already, so it is the last to be clicked.
        for name in [*list(titles)[1:], next(iter(titles))]:
            start = time.perf_counter()
            page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
            page.get_by_role("heading", level=1, name=titles[name]).wait_for()
            settled(page)
            seconds[name] = round(time.perf_counter() - start, 2)
        page.context.close()
        return seconds


def settled(page: Any) -> None:
    """Wait until the page's script has run and all of its elements are there."""
    page.wait_for_function(SETTLED, timeout=SHOW_MILLISECONDS)
