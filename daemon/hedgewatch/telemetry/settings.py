"""Where the daemon listens, who may ask, and how it logs."""

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hedgewatch.settings import LocalPath, SecretReference, Settings, WebAddress

_LISTEN = r"^(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?P<port>\d{1,5})$"
_LARGEST_PORT = 65535


class HttpSettings(Settings):
    """The HTTP server. `hosts` are further names by which it may be asked (the Host header);
    `external_url` is how whoever gets its messages reaches it, empty when nobody does.
    `web_config` is a file for TLS, client certificates and passwords (`web_settings`).
    """

    listen: Annotated[str, Field(pattern=_LISTEN)] = "127.0.0.1:9464"
    token: SecretReference | None = None
    hosts: tuple[str, ...] = ()
    external_url: WebAddress = ""
    web_config: LocalPath | None = None

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @model_validator(mode="after")
    def _others_need_a_token(self) -> Self:
        if self.port > _LARGEST_PORT:
            raise ValueError(f"listen: a port is at most {_LARGEST_PORT}, found {self.port}")
        guarded = self.token is not None or self.web_config is not None  # which is looked at later
        if not guarded and not is_loopback(self.host):
            raise ValueError(
                f"listen: {self.host} can be reached by other machines: set http.token or "
                "http.web_config, or listen on 127.0.0.1"
            )
        return self


class LogSettings(Settings):
    """How the daemon logs: `auto` is console on a terminal and JSON elsewhere."""

    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
