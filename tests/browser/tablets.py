"""What holds of every officials' page: fingers fit, nothing is cut."""

from playwright.async_api import Page


async def small_targets(page: Page) -> list[str]:
    """Return the controls that are smaller than a finger, or outside the screen."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, a")]
            .filter((e) => e.checkVisibility())
            .filter((e) => {
              const r = e.getBoundingClientRect();
              const small = r.width < 44 || r.height < 44;
              return small || r.right > innerWidth || r.bottom > innerHeight;
            })
            .map((e) => `${e.className} ${e.textContent}`)"""
    )
    return found


async def scrolled(page: Page) -> list[str]:
    """Return what must be scrolled to be read, or is cut."""
    found: list[str] = await page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("main *")]
            .filter((e) => e.checkVisibility())
            .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
            .filter((e) => e === document.documentElement
                || getComputedStyle(e).overflowY !== "visible")
            .map((e) => `${e.tagName} ${e.className} ${e.scrollHeight} ${e.clientHeight}`)"""
    )
    return found
