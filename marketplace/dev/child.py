"""Run a command that does not outlive the process that started it.

    python child.py PARENT_PID command …

Started by its path, not with -m, so that nothing of the project is imported before the command takes over.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals, parent: int) -> None:
    """Have the kernel send this signal when the parent ends, even by kill -9 (Linux; elsewhere nothing)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:  # it had ended before the kernel was told
        sys.exit(1)


if __name__ == "__main__":
    die_with_parent(signal.SIGTERM, int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
