"""What can be said of apprise before it is needed: that it is there, and knows its urls."""

from collections.abc import Iterator

from hedgewatch.config.draft import Draft
from hedgewatch.config.problems import Problem
from hedgewatch.config.yaml_source import Location
from hedgewatch.notify import apprise_process
from hedgewatch.settings import SecretError


def unready_apprise(draft: Draft) -> Iterator[Problem]:
    """It is an extra, which not everybody installs; and it would take a list for one url."""
    for location, url in _urls(draft):
        if not apprise_process.installed():
            yield draft.source.problem(location[:-1], apprise_process.NOT_INSTALLED)
        elif len(url.split()) > 1:
            message = "one receiver has one url: give each further one a receiver of its own"
            yield draft.source.problem(location, message)


def unusable_urls(draft: Draft) -> Iterator[Problem]:
    """Apprise is asked about each url, in the second or two that its import takes."""
    urls = [(location, url) for location, url in _urls(draft) if len(url.split()) == 1]
    if not apprise_process.installed():
        return
    found = apprise_process.troubles([url for _, url in urls])
    for (location, _), trouble in zip(urls, found, strict=True):
        if trouble:
            yield draft.source.problem(location, trouble)


def _urls(draft: Draft) -> Iterator[tuple[Location, str]]:
    """Each url that can be read, and where it is named."""
    for receiver in draft.receivers:
        settings = receiver.settings.apprise
        if settings is not None:
            try:
                url = settings.url.read().reveal()
            except SecretError:
                continue  # told elsewhere
            yield (*receiver.location, "apprise", "url"), url
