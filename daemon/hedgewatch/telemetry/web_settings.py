"""A web.yml as Prometheus' exporter-toolkit reads it: TLS, client certificates, passwords.

https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md. What is read
here means the same there; what would mean less safety than it says (certificates that are asked for
and not verified, TLS before 1.2) is refused, and so is what we cannot do.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from hedgewatch.settings import LocalPath, Settings
from hedgewatch.telemetry.passwords import cost_of

_DEAREST = 16
_CLIENTS = ("NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert")
_UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert")

HSTS = "Strict-Transport-Security"


def _client_auth(text: str) -> str:
    if text in _UNVERIFIED:
        raise ValueError(
            f"client_auth_type: {text} asks for a certificate and believes any: "
            "write RequireAndVerifyClientCert"
        )
    if text not in _CLIENTS:
        raise ValueError(f"client_auth_type: must be one of {', '.join(_CLIENTS)}")
    return text


def _hash(text: str) -> str:
    try:
        cost = cost_of(text)
    except ValueError:
        raise ValueError(
            "must be a bcrypt hash, never a password: htpasswd -nBC 10 '' | tr -d ':\\n'"
        ) from None
    if not 4 <= cost <= _DEAREST:  # noqa: PLR2004  # what bcrypt knows
        raise ValueError(
            f"must have a cost of 4 to {_DEAREST}: with {cost} one look takes too long; "
            "htpasswd -nBC 10 makes a good one"
        )
    return text


class TlsSettings(Settings):
    """Paths start at the folder of the file."""

    cert_file: LocalPath
    key_file: LocalPath
    client_auth_type: Annotated[str, AfterValidator(_client_auth)] = "NoClientCert"
    client_ca_file: LocalPath | None = None
    min_version: Literal["TLS12", "TLS13"] = "TLS12"
    max_version: Literal["TLS12", "TLS13"] = "TLS13"

    @model_validator(mode="after")
    def _clients_are_verified_by_something(self) -> Self:
        if (self.client_ca_file is None) != (self.client_auth_type == "NoClientCert"):
            raise ValueError(
                "client_ca_file and client_auth_type belong together: which authority vouches for "
                "clients, and whether each must have a certificate (RequireAndVerifyClientCert)"
            )
        if self.min_version > self.max_version:
            raise ValueError("min_version: must not be above max_version")
        return self


class HeaderSettings(Settings):
    """Headers of each answer; all others that exporter-toolkit knows we send ourselves."""

    hsts: Annotated[str, Field(alias=HSTS, pattern=r"^[ -~]*$")] = ""


class HttpServerSettings(Settings):
    """`http2` may stand there: we speak HTTP/1.1, which every client of HTTP/2 does."""

    http2: bool = True
    headers: HeaderSettings = HeaderSettings()


class WebSettings(Settings):
    """The file."""

    tls_server_config: TlsSettings | None = None
    http_server_config: HttpServerSettings = HttpServerSettings()
    basic_auth_users: dict[str, Annotated[str, AfterValidator(_hash)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.http_server_config.headers.hsts and self.tls_server_config is None:
            raise ValueError(f"{HSTS} without tls_server_config: browsers would not come back")
        return self

    @property
    def keeps_strangers_out(self) -> bool:
        """Whether whoever has neither a certificate nor a password reads nothing, and no password
        passes in the clear.
        """
        tls = self.tls_server_config
        if tls is None:
            return False
        return tls.client_auth_type == "RequireAndVerifyClientCert" or bool(self.basic_auth_users)
