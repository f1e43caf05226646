"""What a shop writes about a gateway of its own choice: whether it can be called that way."""

from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from marketplace.common.outgoing import OutgoingError, check_address
from marketplace.notify.transports import generic

TEXTS = ("address", "fields", "headers")  # in which our placeholders may stand


def problems_of(said: Mapping[str, str], *, but: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """(field, sentence) for what cannot be used of `said`, which has TEXTS; fields in `but` have a problem
    already."""
    address = _problem_of_address(said["address"])
    if address:
        yield "address", address
    wrong = set(but)
    for name in TEXTS:
        for problem in _problems_of_text(name, said[name]):
            wrong.add(name)
            yield name, problem
    if "fields" not in wrong and not any("{text}" in text for text in said.values()):
        yield "fields", _("Say where {text} and {to} go.")


def _problem_of_address(address: str) -> str:
    try:
        if address:
            check_address(
                address.replace("{", "").replace("}", ""), allow_private=settings.OUTSIDE_ALLOW_PRIVATE
            )
    except OutgoingError as error:
        if error.code == "private":
            return _("Write an address of the open internet.")
        return _("Write an address that begins with https://.")
    return ""


def _problems_of_text(name: str, text: str) -> Iterator[str]:
    unknown = generic.unknown_placeholders(text)
    if unknown:
        names = ", ".join(f"{{{one}}}" for one in unknown)
        yield _("There is no placeholder %(names)s.") % {"names": names}
    if name == "address":
        return
    try:
        generic.lines_of(text)
    except ValueError as error:
        yield _("This line has no name and value: %(line)s") % {"line": str(error)[:80]}
