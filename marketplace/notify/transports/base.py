class TransportError(Exception):
    """The outside did not take the message. `permanent` means that trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent
