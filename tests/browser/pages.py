"""What a viewer sees on a page, read from its elements."""

from typing import Any

from playwright.async_api import Page

RECORDER = """
window.seen = [];
new MutationObserver(() => {
  const board = document.querySelector("race-board");
  if (!board || !board.dataset.race) return;
  const now = {
    race: board.dataset.race,
    state: board.dataset.state,
    togo: document.querySelector("lap-counter").dataset.lapsToGo,
    bell: document.querySelector("lap-counter").hasAttribute("data-bell"),
    statuses: [...document.querySelectorAll(".line")].map((l) => l.dataset.status ?? ""),
    order: [...document.querySelectorAll(".line")].map((l) => l.dataset.competitor),
    podium: [...document.querySelectorAll(".step")].map((s) => s.dataset.competitor),
  };
  const text = JSON.stringify(now);
  if (text !== window.last) { window.last = text; window.seen.push(now); }
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""
"""Keeps every state of the board that the page ever showed."""

Seen = dict[str, Any]


async def seen(page: Page) -> list[Seen]:
    """Return what the recorder saw, in order."""
    found: list[Seen] = await page.evaluate("window.seen")
    return found


async def order(page: Page) -> list[str]:
    """Return the competitors in the order of their lines."""
    found: list[str] = await page.eval_on_selector_all(
        ".line", "lines => lines.map((line) => line.dataset.competitor)"
    )
    return found


async def wait_for_state(page: Page, race: str, state: str, timeout_s: float = 60) -> None:
    """Wait until the board shows a race in a state."""
    await page.wait_for_selector(
        f'race-board[data-race="{race}"][data-state="{state}"]', timeout=timeout_s * 1000
    )


async def cut_names(page: Page) -> list[str]:
    """Return the names that do not fit their place."""
    found: list[str] = await page.eval_on_selector_all(
        ".line-name, .step-name",
        "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)",
    )
    return found


async def scrolls(page: Page) -> bool:
    """Return whether the page is larger than its window."""
    found: bool = await page.evaluate(
        "document.documentElement.scrollHeight > innerHeight"
        " || document.documentElement.scrollWidth > innerWidth"
    )
    return found


async def largest_text(page: Page) -> str:
    """Return the class of the visible element with the largest letters."""
    found: str = await page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("race-board *")].filter(
            (e) => e.children.length === 0 && e.textContent.trim() && e.checkVisibility());
          const size = (e) => parseFloat(getComputedStyle(e).fontSize);
          return all.reduce((a, b) => (size(b) > size(a) ? b : a)).className;
        }"""
    )
    return found
