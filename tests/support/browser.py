"""Debian's Chromium through Playwright, the way a person would meet the pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
HOW_TO_GET_IT = (
    "Chromium is not installed. `make test` installs it as root; otherwise: "
    "sudo apt-get install --no-install-recommends chromium fonts-noto-cjk"
)
PageOpener = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise RuntimeError(HOW_TO_GET_IT)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread that uses the ORM
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[PageOpener]:
    """`open_page(url, language="zh-CN", dark=True, size=NARROW)`; a page error or console error fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(url: str, *, language: str = "en-GB", dark: bool = False, size: Any = WIDE) -> Page:
        context = browser.new_context(
            locale=language, color_scheme="dark" if dark else "light", viewport=size, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on("console", lambda said: errors.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: PageOpener) -> Page:
    """An empty wide page in English."""
    return open_page("about:blank")
