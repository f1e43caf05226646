"""The filter of the shop's order list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole
from accounts.models import ProviderMember, User
from accounts.queries import people_of
from marketplace.common.fields import LocalDateField
from orders.enums import OrderStatus, SaleKind, SalesChannel

_ALL = [("", _("All"))]


class FilterForm(forms.Form):
    """Each field narrows the list; one that cannot be read is left out, and says why.

    Only the owner may ask for one agent's orders: a colleague's are not found anyway.
    """

    status = forms.ChoiceField(label=_("Status"), required=False, choices=[*_ALL, *OrderStatus.choices])
    channel = forms.ChoiceField(
        label=_("Sales channel"), required=False, choices=[*_ALL, *SalesChannel.choices]
    )
    kind = forms.ChoiceField(label=_("Kind of sale"), required=False, choices=[*_ALL, *SaleKind.choices])
    agent = forms.TypedChoiceField(label=_("Agent"), required=False, coerce=int, empty_value=None)
    since = LocalDateField(label=_("From day"), required=False)
    until = LocalDateField(label=_("To day"), required=False)

    def __init__(self, data: Any, *, membership: ProviderMember) -> None:
        super().__init__(data)
        if membership.role == MemberRole.OWNER:
            people: list[User] = list(people_of(membership.provider))
            agent: Any = self.fields["agent"]
            agent.choices = [*_ALL, *((person.pk, person.name) for person in people)]
        else:
            del self.fields["agent"]
        self.is_valid()

    def clean(self) -> None:
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if first and last and last < first:
            self.add_error("until", _("This day is before the first one. Choose a later day."))

    @property
    def wanted(self) -> dict[str, Any]:
        """What `queries.narrowed` takes."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    @property
    def used(self) -> int:
        """How many narrow the list beside the state, which has its own row of chips."""
        return len(set(self.wanted) - {"status"})
