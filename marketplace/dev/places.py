"""Where the embedded servers live, and as whom they run.

PostgreSQL refuses to run as root, so root drops both servers to an unprivileged user. That user may not be
able to reach the clone or DATA_DIR (root's home is private). No mode of anybody's folder is ever changed for
that: the servers then live below /var/lib/talad and DATA_DIR/servers is a symbolic link to them.
"""

import hashlib
import os
import pwd
import re
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

Say = Callable[[str], None]

# sun_path is 104 bytes on macOS and 108 on Linux; the longest name in the folder is ".s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 104 - len("/.s.PGSQL.5432") - 1
# Folders with other characters would need quoting in libpq, kombu and redis-py, each in its own way.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")


class StartError(Exception):
    """Something that the person at the terminal has to settle; the text is the whole message."""


class PopenUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The unprivileged user that root's servers run as."""

    uid: int
    gid: int

    def __str__(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


@dataclass(frozen=True)
class Place:
    base: Path  # lock, logs, copied binaries, and one data folder for each server
    sockets: Path
    account: Account | None

    def server_folder(self, name: str) -> Path:
        return private_folder(self.base / name, self.account)


def popen_user(account: Account | None) -> PopenUser:
    return PopenUser(user=account.uid, group=account.gid, extra_groups=[]) if account else PopenUser()


def reachable(path: Path, account: Account | None) -> bool:
    """Whether the servers' user can read `path`; asked of the system, so that ACLs count too."""
    if account is None:
        return os.access(path, os.R_OK | os.X_OK)
    command = ["/bin/sh", "-c", 'test -r "$1" && test -x "$1"', "sh", str(path)]
    try:
        return subprocess.run(command, cwd="/", check=False, **popen_user(account)).returncode == 0
    except PermissionError:
        raise StartError(
            "PostgreSQL does not run as root, and root may not change to another user here. "
            "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None


def settle(data_dir: Path, say: Say) -> Place:
    """Choose and make the folders for the servers of this DATA_DIR."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        account = _account(data_dir / "servers" / "postgres")
        base = _base(data_dir, account, say)
        return Place(base, _socket_folder(base, account), account)
    except PermissionError as error:
        raise StartError(
            f"{error.filename} cannot be used: permission denied. It may belong to another user "
            "(was DATA_DIR first used by root?); choose another DATA_DIR."
        ) from None


def private_folder(path: Path, account: Account | None, mode: int = 0o700) -> Path:
    """Make `path` for the account, or check that what is there is a real folder of its own."""
    uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    try:
        os.mkdir(path, mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o022:
            raise StartError(f"{path} is not a private folder of user {uid}; please move it away.") from None
        return path
    os.chmod(path, mode)  # mkdir's mode is cut by the umask
    os.chown(path, uid, gid)
    return path


def _account(postgres_folder: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    try:
        # A DATA_DIR that an ordinary user made before stays that user's.
        owner = postgres_folder.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    except OSError:
        pass
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(nobody.pw_uid, nobody.pw_gid)


def _base(data_dir: Path, account: Account | None, say: Say) -> Path:
    link = data_dir / "servers"
    if link.is_symlink() and not link.exists():
        link.unlink()
    if link.exists():
        base = link.resolve()
        if not reachable(base, account):
            raise StartError(
                f"User {account} cannot reach {base}, which holds the database. "
                "Open the way to it again, or choose another DATA_DIR."
            )
    elif reachable(data_dir, account):
        base = _open_folder(link).resolve()
    else:
        base = _base_elsewhere(data_dir, account)
        link.symlink_to(base)
    if link.is_symlink():
        say(f"user {account} cannot reach {data_dir}; the servers' files are in {base}")
    return base


def parents_elsewhere() -> list[Path]:
    """Below which of these, in `talad`, the servers of an unreachable DATA_DIR live; the first that works."""
    return [Path("/var/lib"), Path("/var/tmp"), Path(tempfile.gettempdir())]


def _base_elsewhere(data_dir: Path, account: Account | None) -> Path:
    """A folder of its own for this DATA_DIR.

    One that already holds a database belonged to a DATA_DIR that was removed or renamed. It is neither used
    nor deleted: a renamed DATA_DIR still points at it.
    """
    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    for parent in parents_elsewhere():
        if not os.access(parent, os.W_OK) or not reachable(parent, account):
            continue
        ours = _open_folder(parent / "talad")
        number = 1
        while (base := ours / (name if number == 1 else f"{name}-{number}")).joinpath("postgres").exists():
            number += 1
        _open_folder(base).joinpath("data_dir.txt").write_text(f"{data_dir.resolve()}\n")
        return base
    raise StartError(
        f"User {account} cannot reach {data_dir}, and /var/lib cannot be written; choose another DATA_DIR."
    )


def _open_folder(path: Path) -> Path:
    """A folder of the present user; root's can be passed through by the servers' user, but not written."""
    return private_folder(path, None, 0o755 if os.geteuid() == 0 else 0o700)


def _socket_folder(base: Path, account: Account | None) -> Path:
    if _fits(base / "sockets"):
        return private_folder(base / "sockets", account)
    name = "talad-" + hashlib.sha256(os.fsencode(base)).hexdigest()[:12]
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        if _fits(parent / name) and reachable(parent, account):
            return private_folder(parent / name, account)
    raise StartError(
        f"No folder with a short enough path for Unix sockets: {base} and the temp folder are too long."
    )


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and bool(PLAIN_PATH.fullmatch(str(folder)))
