"""What the ways out have in common."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.notify.enums import Reach


class TransportError(Exception):
    """The outside did not take the message. `permanent` means that trying again cannot help; `problem` is
    one of enums.Problem for who reads the log of a shop's SMS; `answer` what the outside said, word for word;
    `may_have_arrived` that it got the message and we did not hear what became of it.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        problem: str = "",
        answer: str = "",
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.problem = problem
        self.answer = answer
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a gateway said of a message that it has. `cost` in `currency`, None while it does not say;
    `is_final`: nothing more will become of it."""

    reference: str
    reach: Reach = Reach.ACCEPTED
    is_final: bool = False
    cost: Decimal | None = None
    currency: str = ""
    answer: str = ""
