"""A real Chromium, and pages that may not fail in silence."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support import chromium

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# A machine that is busy with other things may take its time.
expect.set_options(timeout=20_000)

Open = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Run a browser for one test."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(FLAGS)
        )
        yield running
        await running.close()


@pytest.fixture
def open_page(browser: Browser) -> Open:
    """Return how to open a page of a size; an error on it fails the test."""

    @contextlib.asynccontextmanager
    async def opening(
        url: str,
        width: int = 1280,
        height: int = 720,
        *,
        init: str = "",
        calm: bool = False,
        touch: bool = False,
    ) -> AsyncIterator[Page]:
        faults: list[str] = []
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce" if calm else "no-preference",
            has_touch=touch,
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                faults.append(f"{message.text} {message.location}")
                if message.type == "error" and "WebSocket" not in message.text
                else None
            ),
        )
        if init:
            await page.add_init_script(init)
        await page.goto(url)
        yield page
        assert faults == []
        await context.close()

    return opening
