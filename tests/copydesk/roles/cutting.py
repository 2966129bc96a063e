"""A TCP proxy before a database server that can be cut, as a network is: silently."""

import selectors
import socket
from pathlib import Path
from threading import Event, Thread


class CutProxy:
    """Forwards connections on 127.0.0.1 to a server's Unix socket until it is cut.

    Cut, it swallows everything in both directions and says nothing; mended, it breaks all
    connections of before and forwards new ones.
    """

    def __init__(self, server: Path) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = Event()
        self._cut = Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Let nothing through any more."""
        self._cut.set()

    def mend(self) -> None:
        """Break what was cut, and forward new connections."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                end.close()
        self._cut.clear()

    def close(self) -> None:
        """Break everything."""
        self._over.set()
        self._listener.close()
        self.mend()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self._server))
            pair = (near, far)
            self._pairs.append(pair)
            Thread(target=self._forward, args=(pair,), daemon=True).start()

    def _forward(self, pair: tuple[socket.socket, socket.socket]) -> None:
        other = {pair[0]: pair[1], pair[1]: pair[0]}
        try:
            with selectors.DefaultSelector() as waiting:
                for end in pair:
                    waiting.register(end, selectors.EVENT_READ)
                while True:
                    for key, _ in waiting.select():
                        source = key.fileobj
                        assert isinstance(source, socket.socket)
                        data = source.recv(65_536)
                        if self._cut.is_set():
                            continue
                        if not data:
                            return
                        other[source].sendall(data)
        except (OSError, ValueError):
            return  # the other side of the test closed it
        finally:
            if not self._cut.is_set():
                for end in pair:
                    end.close()
