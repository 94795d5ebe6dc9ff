"""Pictures of pages in both languages, wide and narrow, light and dark: look at what you changed.

    python scripts/screenshots.py http://127.0.0.1:8080 --sign-in LINK / /desk /listen
    python scripts/screenshots.py http://127.0.0.1:8080 --public /s/TOKEN

Writes ./screenshots/<page>-<language>-<size>-<theme>.png (ignored by git) and prints what the browser's console said.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
LANGUAGES = {"en": "en", "zh": "zh-hans"}


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.wait_for_load_state("networkidle")
    if button := page.query_selector("form[data-sign-in] button"):
        button.click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def cookies(base: str, language: str, theme: str) -> list[dict[str, str]]:
    return [
        {"name": "allears_language", "value": LANGUAGES[language], "url": base},
        {"name": "theme", "value": theme, "url": base},
    ]


def contexts(
    browser: Browser, base: str, state: Path | None, only: argparse.Namespace
) -> Iterator[tuple[str, BrowserContext]]:
    for language in only.languages:
        for size in only.sizes:
            for theme in only.themes:
                width, height = SIZES[size]
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    has_touch=size == "narrow",
                    is_mobile=size == "narrow",
                    locale="zh-CN" if language == "zh" else "en-GB",
                    storage_state=state,
                )
                context.add_cookies(cookies(base, language, theme))  # type: ignore[arg-type]
                yield f"{language}-{size}-{theme}", context
                context.close()


def name_of(path: str) -> str:
    return re.sub(r"[^\w]+", "-", path).strip("-") or "home"


def shoot(context: BrowserContext, base: str, path: str, target: Path, full: bool) -> None:
    page = context.new_page()
    page.on("console", lambda said: said.type in {"error", "warning"} and print(f"{path}: {said.type}: {said.text}"))
    page.on("pageerror", lambda error: print(f"{path}: {error}"))
    answer = page.goto(base + path, wait_until="load")
    page.wait_for_timeout(700)  # charts and live parts
    print(f"{answer.status if answer else '-'} {target}")
    page.screenshot(path=target, full_page=full)
    page.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("paths", nargs="*", default=["/"])
    parser.add_argument("--sign-in", help="a one-time sign-in link")
    parser.add_argument("--public", action="store_true", help="customer pages: nobody is signed in")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--full", action="store_true", help="the whole page, not only the first screen")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), choices=SIZES)
    parser.add_argument("--themes", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    return parser.parse_intermixed_args()


def main() -> int:
    options = arguments()
    base = options.base.rstrip("/")
    options.out.mkdir(parents=True, exist_ok=True)
    state = options.out / "session.json"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if options.sign_in:
            first = browser.new_context()
            sign_in(first.new_page(), options.sign_in)
            first.storage_state(path=state)
            first.close()
        kept = state if state.exists() and not options.public else None
        for name, context in contexts(browser, base, kept, options):
            for path in options.paths:
                shoot(context, base, path, options.out / f"{name_of(path)}-{name}.png", options.full)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
