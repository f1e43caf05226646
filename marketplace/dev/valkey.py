"""The embedded Valkey, which speaks Redis."""

import signal
import socket
from urllib.parse import quote

from marketplace.dev import processes
from marketplace.dev.binaries import valkey_server
from marketplace.dev.places import Place
from marketplace.dev.servers import Server


class Valkey(Server):
    name = "Valkey"
    program = "valkey-server"
    folder_name = "valkey"
    stop_signals = ((signal.SIGTERM, 15), (signal.SIGKILL, 5))

    def __init__(self, place: Place, *, durable: bool) -> None:
        super().__init__(place, durable=durable)
        self.bin = valkey_server().at(place)
        self.socket = place.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    def begin(self) -> None:
        self.start_log()
        self.end_orphans()
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self.spawn([self.bin, *options], {})

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(2)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")  # "-LOADING" while it reads its file
        except OSError:
            return False

    def orphans(self) -> list[int]:
        return processes.find(self.program, self.folder)
