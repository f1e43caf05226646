"""How threads and messages read in a list."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Provider, User
from marketplace.common.calendars import base_language, format_date, format_number, format_time
from marketplace.common.money import format_money
from messaging.enums import MessageKind
from messaging.models import Message, Thread

register = template.Library()


@register.filter
def in_words(message: Message) -> str:
    """What it says where nothing draws it; what a card is called, and amounts, as the reader says them."""
    said, data = [message.body], message.data or {}
    if label := data.get("label"):
        said.insert(0, _(label))
    if data.get("amount"):
        said.append(format_money(Decimal(data["amount"]), data["currency"], base_language(get_language())))
    return " · ".join(said)


@register.simple_tag
def other_side(thread: Thread) -> Provider | User:
    """With whom the reader talks; needs `thread.is_customer`."""
    is_customer: bool = thread.is_customer  # type: ignore[attr-defined]
    return thread.provider if is_customer else thread.customer


@register.filter
def day_or_time(at: datetime) -> str:
    """The time of something of today, else its date."""
    local, language = timezone.localtime(at), base_language(get_language())
    if local.date() == timezone.localdate():
        return format_time(local, language)
    return format_date(local, language)


@register.simple_tag
def preview(message: Message | None, reader: User) -> SafeString:
    """One line of the newest message, with who wrote it where that is the reader."""
    if message is None:
        return SafeString("")
    body = " ".join(in_words(message).split())[:120]
    if not body and message.kind == MessageKind.FILE:
        body = _("Photo or file")
    if message.author_id == reader.pk and message.kind in (MessageKind.TEXT, MessageKind.FILE):
        return format_html(
            '<span>{}</span><span class="thread-row-body" dir="auto">{}</span>', _("You:"), body
        )
    return format_html('<span class="thread-row-body" dir="auto">{}</span>', body)


@register.filter
def file_size(size: int) -> str:
    """Bytes as kB or MB, in the reader's digits."""
    language = base_language(get_language())
    if size < 1024 * 1024:
        return _("%(size)s kB") % {"size": format_number(max(1, round(size / 1024)), language)}
    return _("%(size)s MB") % {"size": format_number(round(size / 1024 / 1024, 1), language)}


@register.filter
def words(text: str) -> list[str]:
    return text.split()
