"""What has to be done before the web process may start, each step skipped when nothing changed."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from marketplace.dev import processes
from marketplace.dev.children import tied_command
from marketplace.dev.places import StartError
from marketplace.dev.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
# Whatever may change the collected files without lying in a folder named "static".
STATIC_LISTS = (
    "requirements.txt",
    "package.json",
    "package-lock.json",
    "marketplace/settings.py",
)
NOT_OURS = {".venv", "node_modules", ".git", ".data", "__pycache__"}


def manage(command: Iterable[str], environment: Mapping[str, str]) -> str:
    """Run a `manage.py` command and return what it printed; StartError with its last lines if it fails."""
    words = list(command)
    child = subprocess.Popen(
        tied_command([sys.executable, ROOT / "manage.py", *words]),
        shell=True,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the supervisor, which ends this in its own time
    )
    try:
        output, _ = child.communicate()
    except BaseException:
        processes.end([child.pid], [(signal.SIGTERM, 3), (signal.SIGKILL, 3)])
        child.wait()
        raise
    if child.returncode:
        last = "\n".join(f"    {line}" for line in output.splitlines()[-30:])
        raise StartError(f"`manage.py {' '.join(words)}` failed:\n{last}")
    return output


def migrate(terminal: Terminal, environment: Mapping[str, str]) -> None:
    with terminal.step("Migrating the database"):
        manage(["migrate", "--no-input", "--verbosity=0"], environment)


def collect_static(terminal: Terminal, environment: Mapping[str, str], data_dir: Path) -> None:
    stamp = data_dir / "collectstatic.stamp"
    fingerprint = _fingerprint(_static_sources(data_dir))
    before = stamp.read_text().splitlines() if stamp.exists() else []
    if before[:1] == [fingerprint] and Path(before[1]).is_dir():
        return
    with terminal.step("Collecting static files"):
        stamp.unlink(missing_ok=True)
        output = manage(["collectstatic", "--no-input", "--verbosity=1"], environment)
        # "… copied to '/where'." tells the folder, whatever the settings say; once removed, collect again.
        target = output.rpartition(" to '")[2].partition("'")[0] or str(data_dir)
        stamp.write_text(f"{fingerprint}\n{target}\n")


def load_demo_data(terminal: Terminal, environment: Mapping[str, str], marker: Path) -> None:
    """Once for each database. The command can be run again, so after an interrupt half-way it simply is."""
    if marker.exists():
        return
    with terminal.step("Loading demo data (first start only)"):
        manage(["demo_data"], environment)
        marker.write_text("demo data is complete\n")


def demo_marker(base: Path, data_dir: Path, given_database_url: str) -> Path:
    """Beside the embedded database, so that it goes when that goes; else one for each outside database."""
    if not given_database_url:
        return base / "demo_data.done"
    return data_dir / f"demo_data-{hashlib.sha256(given_database_url.encode()).hexdigest()[:12]}.done"


def _static_sources(data_dir: Path) -> Iterator[Path]:
    for name in STATIC_LISTS:
        if (ROOT / name).exists():
            yield ROOT / name
    for folder, subfolders, _ in os.walk(ROOT):
        subfolders[:] = [
            name for name in subfolders if name not in NOT_OURS and Path(folder, name) != data_dir
        ]
        if Path(folder).name == "static":
            yield from (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
            subfolders.clear()


def _fingerprint(files: Iterable[Path]) -> str:
    seen = hashlib.sha256()
    for path in sorted(files):
        state = path.stat()
        seen.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return seen.hexdigest()
