"""What `make run` shows: a line for each step, with a tick and its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Terminal:
    def __init__(self, output: TextIO | None = None) -> None:
        self.output = output or sys.stdout
        self.is_tty = self.output.isatty()
        self._notes: list[str] = []
        self._in_step = False

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show what is being done, and once it is done how long it took; on an error a cross."""
        start = time.monotonic()
        self._in_step = True
        if self.is_tty:
            self._write(f"  {self._sign('…', '.')} {what}")
        try:
            yield
        except BaseException:
            self._finish("✗", "x", what, start)
            raise
        self._finish("✓", "+", what, start)

    def say(self, sentence: str) -> None:
        """A remark; during a step it appears below the step's line."""
        if self._in_step:
            self._notes.append(sentence)
        else:
            self.line(f"    {sentence}")

    def line(self, text: str = "") -> None:
        self._write(self._printable(text) + "\n")

    def error(self, text: str) -> None:
        self.line(f"{self._sign('✗', 'x')} {text}")

    def _finish(self, sign: str, plain: str, what: str, start: float) -> None:
        self._in_step = False
        before = "\r\033[K" if self.is_tty else ""
        self.line(f"{before}  {self._sign(sign, plain)} {what:<46} {time.monotonic() - start:5.1f} s")
        while self._notes:
            self.line(f"    {self._notes.pop(0)}")

    def _sign(self, sign: str, plain: str) -> str:
        return sign if self._printable(sign) == sign else plain

    def _printable(self, text: str) -> str:
        encoding = self.output.encoding or "ascii"
        return text.encode(encoding, "replace").decode(encoding)

    def _write(self, text: str) -> None:
        self.output.write(text)
        self.output.flush()
