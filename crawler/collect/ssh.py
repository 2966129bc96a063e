"""An SSH connection for SFTP: to a host whose key is known, as a user with a password or a key.

Nothing of the user who runs this is used: no keys, agent or configuration of theirs.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

from config.errors import ConfigError
from config.secrets import Login, private_text
from crawler.collect.place import Site
from crawler.fetch.errors import FetchError

T = TypeVar("T")
_LATER = "It is tried again later"
_GOODBYE_SECONDS = 2.0


class Sftp:
    """An SFTP session, and the cord by which it is pulled out of waiting for an answer."""

    def __init__(
        self, connection: asyncssh.SSHClientConnection, client: asyncssh.SFTPClient
    ) -> None:
        self.client = client
        self._connection = connection

    async def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What ``work`` gives. Raises :class:`FetchError`; cancelled, it ends the connection.

        Whatever is open is closed by asking the server, which may never answer that either.
        """
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._connection.abort()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await asyncio.gather(task, return_exceptions=True)
            raise
        except (asyncssh.Error, OSError, ValueError) as error:  # the last for answers that are none
            raise explain(error) from error


@asynccontextmanager
async def opened_sftp(
    sock: socket.socket, site: Site, login: Login, *, known_hosts: str
) -> AsyncIterator[Sftp]:
    """An SFTP session over a connected socket. Raises :class:`FetchError`."""
    known = _known(known_hosts)
    host = _Host()
    try:
        connection = await asyncssh.connect(
            site.host, site.port, sock=sock, config=None, known_hosts=known,
            client_factory=lambda: host, username=login.user, password=login.password or None,
            client_keys=_keys(login), agent_path=None, x509_trusted_certs=None,
            gss_kex=False, gss_auth=False,
            preferred_auth="publickey,password,keyboard-interactive",
            # 200 kB can be 200 MB, before anybody looks what it is.
            compression_algs=["none"],
        )  # fmt: skip
    except asyncssh.HostKeyNotVerifiable as error:
        raise _unknown(site, host.key, known, known_hosts) from error
    except (asyncssh.Error, OSError) as error:
        raise explain(error) from error
    try:
        try:
            client = await connection.start_sftp_client(path_encoding=None)
        except (asyncssh.Error, OSError) as error:
            raise explain(error) from error
        yield Sftp(connection, client)
        connection.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await connection.wait_closed()
    finally:
        connection.abort()


class _Host(asyncssh.SSHClient):
    """Remembers the key that a host showed."""

    key: asyncssh.SSHKey | None = None

    def validate_host_public_key(
        self,
        host: str,  # noqa: ARG002 - asyncssh's
        addr: str,  # noqa: ARG002
        port: int,  # noqa: ARG002
        key: asyncssh.SSHKey,
    ) -> bool:
        self.key = key
        return False


def _known(file: str) -> asyncssh.SSHKnownHosts:
    try:
        text = Path(file).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    except OSError as error:
        raise FetchError(
            f"the host keys in {file} cannot be read: {error.strerror}",
            outcome="refused",
            next_step="Give this user the right to read it",
        ) from error
    try:
        return asyncssh.import_known_hosts(text)
    except ValueError as error:
        raise FetchError(
            f"line {_unread(text)} of {file} is no host's key",
            outcome="refused",
            next_step="Correct it, or take it out",
        ) from error


def _unread(text: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        try:
            asyncssh.import_known_hosts(line)
        except ValueError:
            return number
    return 0


def _keys(login: Login) -> list[asyncssh.SSHKey] | None:
    if not login.key_file:
        return None
    try:
        return [asyncssh.import_private_key(private_text(Path(login.key_file)))]
    except ConfigError as error:
        raise FetchError(
            f"its key cannot be used: {error.what} ({error.where})",
            outcome="refused",
            next_step=error.next_step,
        ) from error
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise FetchError(
            f"its key {login.key_file} cannot be used: {error}",
            outcome="refused",
            next_step="Name an OpenSSH private key without a passphrase",
        ) from error


def _unknown(
    site: Site, key: asyncssh.SSHKey | None, known: asyncssh.SSHKnownHosts, file: str
) -> FetchError:
    """The host is not known, or shows another key than the one that is."""
    if key is None:
        return FetchError("shows no key that can be verified", outcome="tls", next_step=_LATER)
    shown = f"{key.get_algorithm()} {key.get_fingerprint()}"
    trusted = asyncssh.match_known_hosts(known, site.host, "", site.port)[0]
    port = "" if site.port == asyncssh.DEFAULT_PORT else f"-p {site.port} "
    if any(each.get_algorithm() == key.get_algorithm() for each in trusted):
        what = f"its host key is another than the one in {file}: {shown}"
        step = "Ask its operator whether it was changed; if so, replace the line there"
    else:
        what = f"its host key is not known here: {shown}"
        step = f"If its operator names the same, run: ssh-keyscan {port}{site.host} >> {file}"
    return FetchError(what, outcome="tls", next_step=step)


def explain(error: Exception) -> FetchError:
    """What went wrong, in an outcome and a sentence; nothing that the server says is shown."""
    match error:
        case asyncssh.PermissionDenied():
            return FetchError(
                "its server does not accept the login", outcome="refused",
                next_step="Correct the secret of the source",
            )  # fmt: skip
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath():
            return FetchError(
                "has no such folder", outcome="not-found",
                next_step="Correct the path of the address; /~/ begins in the user's home",
            )  # fmt: skip
        case asyncssh.SFTPPermissionDenied():
            return FetchError(
                "this user may not read there", outcome="refused",
                next_step="Ask its operator for the right to",
            )  # fmt: skip
        case (
            asyncssh.ConnectionLost()
            | asyncssh.SFTPConnectionLost()
            | asyncssh.SFTPNoConnection()
            | OSError()
        ):
            return FetchError(
                "closed the connection without a complete answer", outcome="connection",
                next_step=_LATER,
            )  # fmt: skip
        case _:
            return FetchError(
                f"cannot be spoken with by SFTP ({type(error).__name__})",
                outcome="server-error",
                next_step="Check host and port of the address",
            )
