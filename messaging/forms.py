"""The shape of what is typed into a conversation."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import people_of
from messaging.models import Thread
from messaging.uploads import ACCEPT


class MessageForm(forms.Form):
    """A text, a photo or file, or both. Each shown form has a `client_id` of its own, so that sending it
    twice makes one message. What may be said is for the domain to refuse."""

    body = forms.CharField(label=_("Message"), required=False, strip=False, widget=forms.Textarea)
    file = forms.FileField(
        label=_("Attach a photo or file"),
        required=False,
        max_length=255,
        allow_empty_file=True,  # refused by the domain, in one sentence with the other reasons
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class FileForm(MessageForm):
    """The same with a file in any case."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = True


ASSIGNED = ("mine", "unassigned")


class InboxForm(forms.Form):
    """`q` searches; `before` is the last row of the page before, as "<ISO time>~<id>"; `open` is the thread
    that the page shows; `assigned` is one of ASSIGNED, or all."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    before = forms.CharField(required=False, max_length=60)
    open = forms.IntegerField(required=False, min_value=1)
    assigned = forms.CharField(required=False, max_length=20)

    def clean_assigned(self) -> str:
        assigned: str = self.cleaned_data["assigned"]
        return assigned if assigned in ASSIGNED else ""

    def clean_before(self) -> tuple[datetime, int] | None:
        at, _sign, pk = self.cleaned_data["before"].partition("~")
        try:
            key = datetime.fromisoformat(at), int(pk)
        except ValueError:
            return None
        return key if key[0].tzinfo else None


class AssignForm(forms.Form):
    """Nobody, whoever is free, or one of the shop's people; `thread` comes from `with_assignee`."""

    NOBODY, FREE = "", "free"

    to = forms.ChoiceField(label=_("Assigned to"), required=False)

    def __init__(self, *args: Any, thread: Thread, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people_of(thread.provider)}
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [
            (self.NOBODY, _("Nobody")),
            (self.FREE, _("Whoever is free")),
            *((pk, person.name) for pk, person in self.people.items()),
        ]
        self.initial["to"] = str(thread.assignee_id or self.NOBODY)
        to.widget.attrs["id"] = f"assign-{thread.pk}"
        to.error_messages["invalid_choice"] = _("This person does not work in the shop any more.")

    @property
    def is_for_free(self) -> bool:
        return bool(self.cleaned_data["to"] == self.FREE)

    @property
    def person(self) -> User | None:
        return self.people.get(self.cleaned_data["to"])
