"""Refusals of files and rows: a code from loyalty.enums that a page turns into a sentence."""

from typing import Any

from loyalty.enums import FileProblem, RowProblem


class FileError(Exception):
    def __init__(self, problem: FileProblem, **parts: Any) -> None:
        super().__init__(problem)
        self.problem = problem
        self.parts = parts

    def as_json(self) -> dict[str, Any]:
        """For Batch.problem."""
        return {"code": self.problem.value, **self.parts}

    @property
    def sentence(self) -> str:
        return sentence_of(self.as_json())


class RowError(ValueError):
    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def sentence_of(problem: dict[str, Any]) -> str:
    """What Batch.problem says, in the reader's language."""
    return str(FileProblem(problem["code"]).label) % problem
