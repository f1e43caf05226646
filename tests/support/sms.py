"""SMS gateways on loopback that speak the documented protocols, and misbehave as told.

Sources: kavenegar.com/rest.html (send, statuslocalmessageid, status; HTTP has the status of `return`) and
Twilio's Messages resource (201 with the message; errors as {code, message, more_info, status}).
"""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "2F7A6B/key+with=signs"
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "a-twilio-auth-token"


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body))


@dataclass
class Message:
    """One that the gateway accepted."""

    reference: str
    to: str
    text: str
    local_id: str = ""
    status: Any = None
    price: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class FakeGateway:
    """`faults` are used up one by one, by the requests that would send: ("drop",) takes the message and drops
    the connection, ("hang",) takes nothing and never answers, (status, text) answers that."""

    url: str = ""
    accepted: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    faults: list[tuple[Any, ...]] = field(default_factory=list)
    asking_faults: list[tuple[Any, ...]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, call: Call) -> tuple[int, str] | None:
        self.calls.append(call)
        sends = self.is_sending(call)
        faults = self.faults if sends else self.asking_faults
        fault = faults.pop(0) if faults else None
        if fault and fault[0] == "hang":
            self.over.wait(20)
            return None
        if fault and fault[0] != "drop":
            return fault[0], fault[1]
        said = self.say(call)
        return None if fault else said

    def is_sending(self, call: Call) -> bool:
        raise NotImplementedError

    def say(self, call: Call) -> tuple[int, str]:
        raise NotImplementedError


class Kavenegar(FakeGateway):
    def is_sending(self, call: Call) -> bool:
        return call.path.endswith("/sms/send.json")

    def say(self, call: Call) -> tuple[int, str]:
        _v1, _, rest = call.path.partition("/v1/")
        key, _, action = rest.partition("/")
        form = call.form
        if key != "2F7A6B%2Fkey%2Bwith%3Dsigns":
            return refused(403, "کد شناسائی API-Key معتبر نمی‌باشد")
        if action == "sms/send.json":
            if not form.get("receptor", "").startswith(("09", "00")):
                return refused(411, "دریافت کننده نامعتبر است")
            reference = str(8792343 + len(self.accepted))
            new = Message(reference, form["receptor"], form["message"], form.get("localid", ""), 1)
            self.accepted.append(new)
            return entries(200, [self.entry(new)])
        wanted = form.get("localid") or form.get("messageid")
        known = [one for one in self.accepted if wanted in (one.local_id, one.reference)]
        if not known:
            nothing = {
                "messageid": 0,
                "localid": wanted,
                "status": 100,
                "statustext": "شناسه پیامک نامعتبر است",
            }
            return entries(200, [nothing])
        found = [
            {
                "messageid": int(one.reference),
                "localid": one.local_id,
                "status": one.status,
                "statustext": "…",
            }
            for one in known
        ]
        return entries(200, found)

    def entry(self, message: Message) -> dict[str, Any]:
        return {
            "messageid": int(message.reference),
            "message": message.text,
            "status": message.status,
            "statustext": "در صف ارسال",
            "sender": "10004346",
            "receptor": message.to,
            "date": 1356619709,
            "cost": 120,
        }


def entries(status: int, found: Any) -> tuple[int, str]:
    said = {"return": {"status": status, "message": "تایید شد"}, "entries": found}
    return status, json.dumps(said, ensure_ascii=False)


def refused(status: int, words: str) -> tuple[int, str]:
    """As Kavenegar says no."""
    said = {"return": {"status": status, "message": words}, "entries": None}
    return status, json.dumps(said, ensure_ascii=False)


class Twilio(FakeGateway):
    def is_sending(self, call: Call) -> bool:
        return call.method == "POST"

    def say(self, call: Call) -> tuple[int, str]:
        scheme, _, sealed = call.headers.get("Authorization", "").partition(" ")
        folder = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
        if scheme != "Basic" or b64decode(sealed).decode() != f"{ACCOUNT}:{TOKEN}":
            return twilio_error(401, 20003, "Authenticate")
        if call.method == "POST" and call.path == f"{folder}.json":
            form = call.form
            if form["To"] == "+15005550001":
                return twilio_error(400, 21211, "The 'To' number +15005550001 is not a valid phone number.")
            new = Message(f"SM{len(self.accepted):032x}", form["To"], form["Body"], status="queued")
            self.accepted.append(new)
            return 201, json.dumps(self.shown(new))
        if call.path == f"{folder}.json":
            found = [self.shown(one) for one in reversed(self.accepted) if one.to == call.query["To"]]
            return 200, json.dumps({"messages": found[: int(call.query["PageSize"])], "next_page_uri": None})
        reference = call.path.removeprefix(f"{folder}/").removesuffix(".json")
        one = next((one for one in self.accepted if one.reference == reference), None)
        return (200, json.dumps(self.shown(one))) if one else twilio_error(404, 20404, "not found")

    def shown(self, message: Message) -> dict[str, Any]:
        return {
            "sid": message.reference,
            "to": message.to,
            "from": "+15005550006",
            "body": message.text,
            "status": message.status,
            "direction": "outbound-api",
            "num_segments": "1",
            "price": message.price,
            "price_unit": "USD",
            "error_code": None,
            "error_message": None,
            "date_created": format_datetime(message.at),
            "date_sent": None,
        }


def twilio_error(status: int, code: int, words: str) -> tuple[int, str]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return status, json.dumps({"code": code, "message": words, "more_info": more, "status": status})


class Plain(FakeGateway):
    """Some gateway that answers `said` to whatever is sent."""

    said: tuple[int, str] = (200, '{"ok": true, "data": [{"id": "m-1"}]}')

    def is_sending(self, call: Call) -> bool:
        return True

    def say(self, call: Call) -> tuple[int, str]:
        self.accepted.append(Message(f"m-{len(self.accepted) + 1}", "", call.body or str(call.query)))
        return self.said


@contextmanager
def listening(gateway: FakeGateway) -> Iterator[Any]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._handle("POST")

        def do_GET(self) -> None:
            self._handle("GET")

        def _handle(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            call = Call(method, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
            answer = gateway.answer(call)
            if answer is None:
                return  # closed without a word
            raw = answer[1].encode()
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # who was waiting has hung up

    with Server(("127.0.0.1", 0), Handler) as server:
        gateway.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield gateway
        finally:
            gateway.over.set()
            server.shutdown()
            thread.join()
