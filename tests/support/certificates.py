"""Certificates that vouch for themselves: what a server of a test shows."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


def certificate(folder: Path, host: str = "127.0.0.1", days: int = 1) -> dict[str, str]:
    """The files of one for a host, for so many days more: `shown.pem`, which vouches for itself,
    and `shown.key`.
    """
    today = dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    called = f"server {serial:x} of a test"[:64]  # two authorities of one name are taken for one
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, called)])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), serial)
        .not_valid_before(today - 3 * DAY)
        .not_valid_after(today + days * DAY)
        .add_extension(x509.SubjectAlternativeName([_called(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "shown.pem").write_bytes(signed.public_bytes(pem))
    (folder / "shown.key").write_bytes(private)
    return {"certfile": str(folder / "shown.pem"), "keyfile": str(folder / "shown.key")}


def shown(folder: Path, host: str = "127.0.0.1", days: int = 1) -> ssl.SSLContext:
    """What a server shows; whoever trusts `shown.pem` in that folder trusts it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(**certificate(folder, host, days))
    return context


def _called(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
