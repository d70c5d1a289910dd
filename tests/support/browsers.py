"""What a real browser says of a page, and names that would like to be more than text in it."""

from typing import Any

from hedgewatch.demo.browser import Browser, Page
from tests.support.patience import patience

HOSTILE = """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"""


class PatientPage(Page):
    """One that is given the time that a busy machine takes."""

    async def until(self, script: str, within: float) -> Any:
        return await Page.until(self, script, patience(within))


async def patient_page(browser: Browser) -> Page:
    """A new tab."""
    tab = await browser.page()
    return PatientPage(tab.line, tab.session)


def complaints(page: Page) -> list[str]:
    """What the browser had to say: errors, refused scripts and styles, what could not be loaded."""
    wrong = []
    for event in page.events:
        told = event["params"]
        if event["method"] == "Runtime.exceptionThrown":
            wrong.append(str(told["exceptionDetails"]))
        elif event["method"] == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning"):
            wrong.append(str(told["args"]))
        elif event["method"] == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            wrong.append(str(told["entry"]))
    return wrong
