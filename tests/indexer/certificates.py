"""An authority of our own, certificates that it signs, and what servers make of them."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.elasticsearch.node import Security

PASSWORD = "only-for-tests"
# bcrypt of it, as the file realm keeps it.
_HASHED = "$2a$04$abcdefghijklmnopqrstuuSOASZ5gFdIXxQU/MI4albXfVKBHc6R2"
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Signed:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str

    def context(self, folder: Path) -> ssl.SSLContext:
        """What a server of Python's own serves them with; they are written into the folder."""
        chain = folder / "chain.pem"
        chain.write_text(self.certificate + self.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


class Authority:
    """Signs certificates for 127.0.0.1; ``file`` is what clients trust."""

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Copydesk test authority")])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            _named(self._name, self._name, self._key, now - DAY, now + DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, *, ends: dt.timedelta = DAY) -> Signed:
        """A certificate that ends so long from now (negative: it has expired)."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = dt.datetime.now(dt.UTC)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (
            _named(name, self._name, key, now - 9 * DAY, now + ends)
            .add_extension(address, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return Signed(
            certificate.public_bytes(serialization.Encoding.PEM).decode(),
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
        )


def security(authority: Authority) -> Security:
    """For an Elasticsearch whose superuser is ``chief``, with :data:`PASSWORD`."""
    signed = authority.sign()
    return Security(
        certificate=signed.certificate, key=signed.key, authority=authority.file,
        user="chief", password=PASSWORD, hashed=_HASHED,
    )  # fmt: skip


def _named(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begin: dt.datetime,
    end: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip
