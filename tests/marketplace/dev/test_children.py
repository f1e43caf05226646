"""Children that stop together, and none that stays when the supervisor is killed."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

from marketplace.dev import processes

ROOT = Path(__file__).resolve().parents[3]


def supervise(*commands: str) -> "subprocess.Popen[str]":
    """A supervisor of shell commands; each prints its process id first."""
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, *commands],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_pids(supervisor: "subprocess.Popen[str]", count: int) -> list[int]:
    assert supervisor.stdout is not None
    return [int(supervisor.stdout.readline().rpartition("pid ")[2]) for _ in range(count)]


def test_sigterm_stops_all(tmp_path: Path) -> None:
    with supervise("echo pid $$; exec sleep 600", "echo pid $$; exec sleep 600") as supervisor:
        children = read_pids(supervisor, 2)

        supervisor.send_signal(signal.SIGTERM)

        output, _ = supervisor.communicate(timeout=20)
    assert output.splitlines()[-1] == "culprit None []"
    assert [processes.alive(pid) for pid in children] == [False, False]


def test_the_one_that_ended_by_itself_is_named_with_its_words() -> None:
    with supervise("echo pid $$; exec sleep 600", "echo pid $$; sleep 0.5; echo out of luck") as supervisor:
        children = read_pids(supervisor, 2)

        output, _ = supervisor.communicate(timeout=20)

    last_line = output.splitlines()[-1]
    assert last_line.startswith("culprit child1 ")
    assert last_line.endswith("'out of luck']")
    assert [processes.alive(pid) for pid in children] == [False, False]


def test_the_own_question_of_the_wait_for_ready_is_not_shown() -> None:
    with supervise("echo 'ERROR django.request: Service Unavailable: /healthz'; echo hello") as supervisor:
        output, _ = supervisor.communicate(timeout=20)

    shown = [line.rpartition("| ")[2] for line in output.splitlines()]
    assert shown == ["hello", "culprit child0 ['hello']"]


def test_one_that_ignores_the_request_is_killed() -> None:
    stubborn = "trap '' TERM; echo pid $$; while true; do sleep 0.1; done"
    with supervise(stubborn) as supervisor:
        (child,) = read_pids(supervisor, 1)

        supervisor.send_signal(signal.SIGINT)

        supervisor.communicate(timeout=30)
    assert not processes.alive(child)


def test_none_outlives_a_killed_supervisor() -> None:
    with supervise("echo pid $$; exec sleep 600", "echo pid $$; exec sleep 600") as supervisor:
        children = read_pids(supervisor, 2)

        supervisor.kill()

        ended = processes.wait_until(lambda: not any(map(processes.alive, children)), 10)
    assert ended


def test_taken_port_is_told_before_anything_starts(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]

        outcome = run_with(PORT=str(port), DATA_DIR=str(data_dir))

    assert outcome.returncode == 1
    assert (
        outcome.stdout.splitlines()[-1]
        == f"✗ Port {port} is in use by another program: choose another with PORT=…"
    )
    assert not (data_dir / "servers" / "postgres").exists()


def test_port_that_is_no_port_is_told(data_dir: Path) -> None:
    outcome = run_with(PORT="80a", DATA_DIR=str(data_dir))

    assert outcome.returncode == 1
    assert outcome.stdout.strip() == "✗ PORT=80a is not a port number between 1 and 65535."
    assert not data_dir.exists()


def run_with(**environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "-m", "marketplace.dev.run"],
        cwd=ROOT,
        env={**clean, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


SUPERVISOR = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from marketplace.dev.children import Children
    children = Children(on_started=lambda: None, on_stopping=lambda: None)
    for number, command in enumerate(sys.argv[1:]):
        children.add(f"child{number}", ["/bin/sh", "-c", command], os.environ, Path("/"))
    children.loop()
    print("culprit", children.culprit, children.culprit_lines)
""")
