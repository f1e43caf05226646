"""Test sessions that are really killed, and those that start after them."""

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from marketplace.dev import processes
from tests.support.leftovers import PREFIX

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Session:
    """A process that has loaded tests.support.servers, as pytest does."""

    process: "subprocess.Popen[str]"

    def __post_init__(self) -> None:
        assert self.process.stdout is not None
        data_dir, base, *pids = self.process.stdout.readline().split()
        self.data_dir, self.base, self.pids = Path(data_dir), Path(base), [int(pid) for pid in pids]

    @property
    def remains(self) -> list[bool]:
        """Its two servers, its folder, the servers' files."""
        return [*map(processes.alive, self.pids), self.data_dir.exists(), self.base.exists()]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


ALL, NOTHING = [True] * 4, [False] * 4
Begin = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Starts a session in a temp folder of this test's own, so that it sees no others."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    environment |= {"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:

        def start() -> "subprocess.Popen[str]":
            return stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", SESSION],
                    cwd=ROOT,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )

        yield start


def test_what_a_killed_session_left_goes_with_the_start_of_the_next(begin: Begin, tmp_path: Path) -> None:
    killed = Session(begin())
    killed.kill()
    assert killed.remains == ALL

    following = Session(begin())

    assert (killed.remains, following.remains) == (NOTHING, ALL)
    following.process.communicate("end")
    assert (following.process.returncode, following.remains) == (0, NOTHING)
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


def test_a_session_that_runs_is_left_alone(begin: Begin) -> None:
    running = Session(begin())

    following = Session(begin())

    assert (running.remains, following.remains) == (ALL, ALL)
    for session in (running, following):
        session.process.communicate("end")
        assert (session.process.returncode, session.remains) == (0, NOTHING)


def test_two_that_start_at_once_remove_it_and_not_each_other(begin: Begin) -> None:
    killed = Session(begin())
    killed.kill()

    starting = [begin(), begin()]
    sessions = [Session(process) for process in starting]

    assert killed.remains == NOTHING
    for session in sessions:
        assert session.remains == ALL
    for session in sessions:
        session.process.communicate("end")
        assert (session.process.returncode, session.remains) == (0, NOTHING)


def test_servers_of_a_folder_that_somebody_tidied_away_go_too(begin: Begin) -> None:
    killed = Session(begin())
    killed.kill()
    is_elsewhere = not killed.base.is_relative_to(killed.data_dir)  # so for root, whose folders are private
    if is_elsewhere:
        shutil.rmtree(killed.data_dir)

    following = Session(begin())

    assert killed.remains == NOTHING
    following.process.communicate("end")


SESSION = textwrap.dedent("""
    import sys
    from tests.support import servers
    found = servers._servers
    print(found.data_dir, found.base, found.postgres.pid, found.valkey.pid, flush=True)
    sys.stdin.read()
    servers.pytest_unconfigure(None)
""")
