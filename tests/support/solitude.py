"""A machine of its own for one script: its network is a loopback that nobody else has, and what it
mounts nobody else sees. It needs Linux's namespaces, as root or as anybody (user_namespaces(7)).
"""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

_LONGEST_SECONDS = 240.0
_SET_FLAGS, _UP = 0x8914, 0x1  # SIOCSIFFLAGS and IFF_UP, netdevice(7)


def run_alone(module: str, folder: Path) -> None:
    """Run a module there, which gets the folder as its argument. What it fails of fails the test,
    and so does a machine that allows no namespaces: a silent skip would hide it for ever.
    """
    command = [*_entrance(), sys.executable, "-m", module, str(folder)]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            said, _ = running.communicate(timeout=_LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            said = running.communicate()[0] + f"\nnot over after {_LONGEST_SECONDS:.0f} s"
        finally:
            if running.poll() is None:  # the test itself was ended
                os.killpg(running.pid, signal.SIGKILL)
    if running.returncode != 0:
        pytest.fail(f"{module} ended with {running.returncode}:\n{said}", pytrace=False)


def _entrance() -> list[str]:
    """The command that puts a program there: as anybody if that is allowed, else as root."""
    said = []
    for rights in ("-rmn", "-mn"):
        tried = subprocess.run(
            ["unshare", rights, "true"], capture_output=True, text=True, check=False
        )
        if tried.returncode == 0:
            return ["unshare", rights]
        said.append(f"unshare {rights}: {tried.stderr.strip()}")
    pytest.fail(
        "this test needs a network of its own, which this machine does not allow: "
        f"{'; '.join(said)}. Run it as root, or allow user namespaces (sysctl"
        " kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0)",
        pytrace=False,
    )


# within


def bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


def mount_over(path: str | Path, content: bytes, kept: Path) -> None:
    """Show a file with another content, for whoever lives here."""
    kept.write_bytes(content)
    subprocess.run(["mount", "--bind", kept, Path(path).resolve()], check=True)
