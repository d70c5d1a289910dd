"""What a real browser says of a page, and names that would like to be more than text in it."""

from hedgewatch.demo.browser import Page

HOSTILE = """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"""


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
