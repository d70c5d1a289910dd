"""What is shipped, tried where no checkout is near."""

import json
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from hedgewatch import __version__

CHECKOUT = Path(__file__).parent.parent


def run(*command: str | Path, folder: Path) -> str:
    """Its output; a command that fails fails the test, with all that it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--no-isolation", "--wheel")
    run(*build, "-o", folder, CHECKOUT, folder=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel, our dependencies and not our checkout."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, symlinks=True, with_pip=False)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--quiet", "--python", python)
    run(*pip, "install", "--no-index", "--no-deps", wheel, folder=home)
    packages = run(python, "-c", "import site; print(site.getsitepackages()[0])", folder=home)
    # Python adds the folder that a .pth file names, but not what the .pth files in there name.
    Path(packages, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"hedgewatch", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    assert "hedgewatch/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names)


@pytest.mark.slow
def test_the_installed_wheel_is_imported_from_a_foreign_folder(
    scripts: Path, tmp_path: Path
) -> None:
    where = run(
        scripts / "python", "-c", "import hedgewatch; print(hedgewatch.__file__)", folder=tmp_path
    )
    assert Path(where).is_relative_to(scripts.parent)


@pytest.mark.slow
def test_the_installed_command_brings_its_rules_to_a_foreign_folder(
    scripts: Path, tmp_path: Path
) -> None:
    assert __version__ in run(scripts / "hedgewatch", "--version", folder=tmp_path)
    listing = "from hedgewatch.config.shipped import shipped_rules; print(*shipped_rules())"
    rules = run(scripts / "python", "-c", listing, folder=tmp_path).split()
    assert rules
    assert all(Path(path).is_relative_to(scripts.parent) for path in rules)
    assert "MarginDanger" in run(scripts / "hedgewatch", "rules", "check", *rules, folder=tmp_path)


@pytest.mark.slow
def test_the_installed_daemon_follows_the_paper_exchange_in_a_foreign_folder(
    scripts: Path, tmp_path: Path
) -> None:
    demo = ("demo", "--seconds", "2", "--json", "--listen", "127.0.0.1:0")
    seen = json.loads(run(scripts / "hedgewatch", *demo, folder=tmp_path))
    assert seen["ticks"] > 0
    assert seen["positions"]
    assert seen["violations"] == []


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-extras.txt", "requirements-dev.txt"]
)
def test_every_pin_carries_hashes_and_no_address_of_an_index(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    pins = re.findall(r"^[a-z0-9.-]+==.*?(?=^\S|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert len(pins) == len(re.findall(r"^[^\s#]", text, flags=re.MULTILINE))
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text
