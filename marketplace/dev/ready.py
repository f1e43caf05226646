"""Wait until the site answers, and say so."""

import http.client
import json
import time
from typing import Any

from marketplace.dev.terminal import Terminal

PASSWORD = "talad-demo"
DEMO_ACCOUNTS = (
    ("admin", "Admin: everything", "backoffice /admin/"),
    ("operator", "Operator: runs the store", "backoffice /admin/"),
    ("staff", "Staff: gives points at a counter", "counter /counter/"),
    ("provider@demo.example", "Provider: a shop's owner", "provider's dashboard"),
    ("agent@demo.example", "Agent of that shop", "provider's dashboard"),
    ("courier", "Courier: brings parcels, on a phone", "own tasks /my-tasks/"),
    ("customer@demo.example", "Customer", "own dashboard"),
)
PATIENCE_SECONDS = 40.0


def announce(
    terminal: Terminal,
    port: int,
    *,
    with_demo: bool,
    patience: float = PATIENCE_SECONDS,
) -> None:
    """Print "Ready" once all is healthy; after `patience` seconds also with a remark on what is not."""
    limit = time.monotonic() + patience
    waiting_told = False
    while True:
        report = health(port)
        late = time.monotonic() > limit
        if report is not None and (not (missing := unhealthy(report)) or late):
            break
        if late and not waiting_told:
            terminal.line("Still waiting for the web process; its messages are above.")
            waiting_told = True
        time.sleep(0.1 if report is None else 0.5)
    remark = f"Not healthy yet: {', '.join(missing)} (see /healthz)" if missing else ""
    terminal.line("\n".join(["", *_lines(port, remark, with_demo=with_demo), ""]))


def health(port: int) -> dict[str, Any] | None:
    """What /healthz answers, or None while nothing does. Straight to the port, past any proxy settings."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        report = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return {**report, "ok": response.status == 200} if isinstance(report, dict) else None


def unhealthy(report: dict[str, Any]) -> list[str]:
    """The parts that keep /healthz from answering 200, in words."""
    if report["ok"]:
        return []
    parts = [name for name in ("database", "redis") if report.get(name) is False]
    if not parts and report.get("worker_seconds") is None:
        parts.append("the worker has not reported")
    elif not parts:
        parts.append(
            f"the worker's last report is {report['worker_seconds']:.0f} s old, or alerts are waiting"
        )
    return parts


def _lines(port: int, remark: str, *, with_demo: bool) -> list[str]:
    lines = [f"Ready: http://127.0.0.1:{port}"]
    if remark:
        lines.append(remark)
    if with_demo:
        lines += ["", f"Demo accounts, password {PASSWORD}:"]
        lines += [f"  {login:<23} {role:<41} {lands}" for login, role, lands in DEMO_ACCOUNTS]
    return [*lines, "", "Ctrl-C stops everything."]
