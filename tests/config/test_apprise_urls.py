"""What `check` says of apprise, and what it does not show."""

import sys
from pathlib import Path

import pytest

from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from tests.config.conftest import SOUND

MQTT = "{name: desk, mqtt: {host: 127.0.0.1}}"


def said(folder: Path, urls: dict[str, str], *, thorough: bool = False) -> list[str]:
    lines = []
    for name, url in urls.items():
        file = folder / f"{name}.url"
        file.write_text(url)
        file.chmod(0o600)
        lines.append(f"{{name: {name}, apprise: {{url: {{file: {name}.url}}}}}}")
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND.replace(MQTT, "\n  - ".join([MQTT, *lines])))
    try:
        load(path, thorough=thorough)
    except ConfigurationError as error:
        return [line.replace(f"{folder}/", "") for line in str(error).splitlines()]
    return []


def test_two_urls_in_one_file_are_two_receivers(folder: Path) -> None:
    assert said(folder, {"phone": "ntfy://canary/a\nntfy://canary/b"}) == [
        (
            "hedgewatch.yaml:18:34: one receiver has one url: "
            "give each further one a receiver of its own"
        )
    ]


def test_where_apprise_is_not_installed_the_mistake_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    for thorough in (False, True):
        (line,) = said(folder, {"phone": "ntfy://canary/a"}, thorough=thorough)
        place = "hedgewatch.yaml:18:28: "
        assert line.startswith(f"{place}the extra hedgewatch[apprise] is not installed: ")


@pytest.mark.slow
def test_a_thorough_check_asks_apprise_about_every_url_at_once(folder: Path) -> None:
    urls = {"good": "ntfy://canary/a", "bad": "nosuch://canary", "ugly": "tgram://canary"}
    lines = said(folder, urls, thorough=True)
    assert [line.partition(": ")[0] for line in lines] == [
        "hedgewatch.yaml:19:32",
        "hedgewatch.yaml:20:33",
    ]
    assert all("apprise knows no service by this url" in line for line in lines)
    assert "canary" not in str(lines)


def test_a_url_written_into_the_configuration_is_refused_and_not_repeated(folder: Path) -> None:
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND.replace("mqtt: {host: 127.0.0.1}", 'apprise: {url: "tgram://canary"}'))
    with pytest.raises(ConfigurationError) as error:
        load(path)
    assert "17:33: url: a secret is never written here" in str(error.value)
    assert "canary" not in str(error.value)
