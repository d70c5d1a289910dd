"""How the configuration describes a broker, and what is done there beside showing alerts."""

import ssl
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from hedgewatch.notify.home_assistant import HomeAssistantKey
from hedgewatch.notify.hosts import dialable
from hedgewatch.notify.mqtt_commands import CommandSettings
from hedgewatch.notify.tls import CaFile
from hedgewatch.settings import SecretReference, Settings, UserName


class BrokerSettings(Settings):
    """A broker. With `tls` its certificate must be valid, by `ca_file` when that is given."""

    host: Annotated[str, Field(min_length=1), AfterValidator(dialable)]
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    username: UserName | SecretReference | None = None
    password: SecretReference | None = None
    tls: bool = False
    ca_file: CaFile | None = None

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if self.ca_file is not None and not self.tls:
            raise ValueError("ca_file without tls protects nothing: add tls: true")
        if self.password is not None and self.username is None:
            raise ValueError("a password needs a username")
        return self


def broker_options(settings: BrokerSettings) -> dict[str, Any]:
    """How aiomqtt logs into it, by the names of its client. SecretError for a secret that is gone,
    OSError for certificates that are.
    """
    tls = ssl.create_default_context(cafile=settings.ca_file) if settings.tls else None
    return {
        "username": _reveal(settings.username),
        "password": _reveal(settings.password),
        "tls_context": tls,
    }


def _reveal(held: str | SecretReference | None) -> str | None:
    return held.read().reveal() if isinstance(held, SecretReference) else held


class MqttSettings(BrokerSettings):
    """A broker that is told of alerts.

    Without `commands` it takes none. `home_assistant: true` shows the desk there, `false` takes
    away what an earlier start has shown; left out, nothing of it is touched.
    """

    commands: CommandSettings | None = None
    home_assistant: HomeAssistantKey | None = None
