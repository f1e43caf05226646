"""7.3 Manage Permissions and 8.1 My Profile."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.domain import folded_username
from accounts.models import User
from loyalty.domain.people import FOR_ADMIN_ALONE, ROLES_WITH_RIGHTS, Person
from loyalty.enums import Right, Role
from loyalty.forms.members import MemberPhoneField
from loyalty.menu import item_for
from loyalty.models import Branch
from loyalty.permissions import rights_of_role, role_of
from marketplace.common.errors import DomainError

_AUTO = {"dir": "auto", "autocomplete": "off"}
_LTR = {"dir": "ltr", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class StorePhoneField(MemberPhoneField):
    """Cleans to a PhoneNumber or ""."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or ""


class AccountForm(forms.Form):
    """Add and edit; `person` is what the domain takes."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(_AUTO))
    username = forms.CharField(
        label=_("Username"),
        max_length=60,
        help_text=_("3 to 30 letters from a to z or digits, such as somchai-2. Used to log in."),
        widget=forms.TextInput(_LTR),
    )
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        max_length=254,
        help_text=_("Needed for “Forgot Password”."),
        widget=forms.EmailInput(_LTR),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    branch = forms.ModelChoiceField(
        Branch.objects.none(),
        label=_("Branch"),
        required=False,
        empty_label=_("Any branch"),
        help_text=_("Staff work at this branch alone. Of no meaning for the other roles."),
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(user))
        super().__init__(*args, **kwargs)
        account = getattr(user, "backoffice", None)
        branches: Any = self.fields["branch"]
        kept = [account.branch_id] if account else []
        branches.queryset = Branch.objects.open() | Branch.objects.filter(pk__in=kept)

    @property
    def person(self) -> Person:
        said = self.cleaned_data
        return Person(
            name=said["name"],
            username=said["username"],
            email=said["email"],
            role=Role(said["role"]),
            branch=said["branch"],
        )

    def clean_username(self) -> str:
        return folded_username(self.cleaned_data["username"])

    def refuse(self, error: DomainError) -> None:
        """Shows a refusal of the domain beside the field that it is about."""
        places = {"name": "name", "username": "username", "username_taken": "username"}
        places |= {"own_role": "role", "last_admin": "role"}
        self.add_error(places.get(error.code), error.sentence)


class RightsForm(forms.Form):
    """A tick for each right and role, named "operator-members"; Admin has them all and no ticks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in ROLES_WITH_RIGHTS:
            has = rights_of_role(role)
            for right in Right:
                item = item_for(right, "")
                tick = forms.BooleanField(required=False, initial=right in has)
                tick.disabled = right in FOR_ADMIN_ALONE
                tick.widget.attrs["aria-label"] = f"{item.name if item else right.label}: {role.label}"
                self.fields[f"{role}-{right}"] = tick

    def rows(self) -> list[tuple[Right, str, list[forms.BoundField]]]:
        """(right, its menu's name or "", the ticks)."""
        ticks = {right: [self[f"{role}-{right}"] for role in ROLES_WITH_RIGHTS] for right in Right}
        return [(right, item.name if (item := item_for(right, "")) else "", ticks[right]) for right in Right]

    def chosen(self) -> dict[Role, set[Right]]:
        return {
            role: {right for right in Right if self.cleaned_data[f"{role}-{right}"]}
            for role in ROLES_WITH_RIGHTS
        }


class MyProfileForm(forms.ModelForm[User]):
    phone = StorePhoneField(label=_("Phone"), required=False)
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        help_text=_("Needed for “Forgot Password”."),
        widget=forms.EmailInput({"dir": "ltr", "autocomplete": "email"}),
    )

    class Meta:
        model = User
        fields = ["display_name", "email", "phone", "language"]
        labels = {"display_name": _("Name"), "language": _("Language")}
        widgets = {"display_name": forms.TextInput({"dir": "auto", "autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].required = True
        language: Any = self.fields["language"]
        language.required, language.choices = True, settings.LANGUAGES


def _initial(user: User | None) -> dict[str, Any]:
    if user is None:
        return {"role": Role.STAFF}
    account = getattr(user, "backoffice", None)
    return {
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "role": role_of_row(user),
        "branch": account.branch_id if account else None,
    }


def role_of_row(user: User) -> Role | None:
    """Also of an account that is closed now: `role_of` knows only who may log in."""
    account = getattr(user, "backoffice", None)
    if user.is_superuser:
        return Role.ADMIN
    return Role(account.role) if account else role_of(user)
