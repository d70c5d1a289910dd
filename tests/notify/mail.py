"""A mail server (aiosmtpd) that wants a password, knows one mailbox, and takes no large mail."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "canary-b7c1-of-mail"
LARGEST = 16384
MAILBOX = "desk@example.org"


@dataclass(slots=True)
class Mailbox:
    """The mails that came; before that, each of `replies` refuses one recipient."""

    replies: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return self.url_with(PASSWORD)

    def url_with(self, password: str) -> str:
        return (
            f"mailto://hedgewatch:{password}@127.0.0.1:{self.port}"
            f"?mode=insecure&from=hedgewatch@example.org&to={MAILBOX}"
        )

    async def handle_RCPT(  # noqa: N802 - the library's names
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.replies:
            return self.replies.pop(0)
        if address != MAILBOX:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def shown(self) -> str:
        """The oldest mail as its reader sees it."""
        mail = self.mails.pop(0)
        part = mail.get_body(("plain", "html"))
        assert part is not None
        return f"{mail['subject']}\n{part.get_content()}"


def _authenticated(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, who: LoginPassword
) -> AuthResult:
    return AuthResult(success=who.password == PASSWORD.encode(), handled=False)


@asynccontextmanager
async def receiving(mailbox: Mailbox) -> AsyncIterator[Mailbox]:
    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of passwords without TLS: this is loopback
            return SMTP(
                mailbox,
                hostname="mail.example.org",
                data_size_limit=LARGEST,
                auth_required=True,
                auth_require_tls=False,
                authenticator=_authenticated,
            )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mailbox
