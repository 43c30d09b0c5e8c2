"""A network that can be pulled out: a port that leads to another one, until it does not."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from lab import Lab, free_port


class Cable:
    """Carries all bytes between its own port and another one; cut, it drops every connection."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self._there = port
        self._whole = True
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._welcome, daemon=True).start()

    def cut(self) -> None:
        """Drop all connections and refuse new ones."""
        with self._lock:
            self._whole = False
            for end in self._ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Take connections again."""
        with self._lock:
            self._whole = True

    def close(self) -> None:
        """Cut it for good."""
        self._door.close()
        self.cut()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):  # the door was closed
            while True:
                here, _ = self._door.accept()
                with self._lock:
                    if not self._whole:
                        here.close()
                        continue
                    there = socket.create_connection(("127.0.0.1", self._there))
                    self._ends |= {here, there}
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                goal.sendall(data)
        with self._lock:
            for end in (source, goal):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            self._ends.discard(source)
        source.close()


@contextlib.contextmanager
def on_a_cable(lab: Lab) -> Iterator[Cable]:
    """Open notebooks inside whose pages reach the server through a cable."""
    own, count = lab.port, len(lab._opened)
    cable = Cable(own)
    lab.port = cable.port
    try:
        yield cable
    finally:
        cable.mend()
        for notebook in lab._opened[count:]:
            notebook.close()
        del lab._opened[count:]
        lab.port = own
        cable.close()
