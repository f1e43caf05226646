"""The one kind of refusal that a reader may see."""

from typing import Any

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule refused a write. The message is a translated sentence that says what to do next.

    `code` is stable and for programs; `extra` carries what a page needs to help further, such as
    the next free times. The transaction in which it is raised must not be committed.
    """

    def __init__(self, message: "str | Promise", *, code: str = "refused", **extra: Any) -> None:
        super().__init__(message)
        self.code = code
        self.extra = extra

    @property
    def sentence(self) -> str:
        """The message in the reader's language, translated when it is read."""
        return str(self.args[0])
