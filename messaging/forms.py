"""The shape of what is typed into a conversation."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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


class InboxForm(forms.Form):
    """`q` searches; `before` is the last row of the page before, as "<ISO time>~<id>"; `open` is the thread
    that the page shows."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    before = forms.CharField(required=False, max_length=60)
    open = forms.IntegerField(required=False, min_value=1)

    def clean_before(self) -> tuple[datetime, int] | None:
        at, _sign, pk = self.cleaned_data["before"].partition("~")
        try:
            key = datetime.fromisoformat(at), int(pk)
        except ValueError:
            return None
        return key if key[0].tzinfo else None
