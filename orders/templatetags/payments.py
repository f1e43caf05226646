"""What the pages about being paid share."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from marketplace.common.calendars import base_language
from marketplace.common.money import format_money
from orders.domain.paying import REJECTIONS
from orders.models import TransferNotice
from orders.payment_forms import RejectForm
from orders.queries.payments import Facts, facts_of
from orders.transfers.promptpay import promptpay_payload, promptpay_svg

register = template.Library()


@register.simple_tag
def transfer_facts(notice: TransferNotice) -> Facts:
    """`{% transfer_facts notice as facts %}`: what stands against the order's amount; one query."""
    return facts_of(notice)


@register.simple_tag
def promptpay_code(target: str, amount: Decimal, currency: str) -> SafeString:
    """The QR code that pays exactly that; nothing for an amount that no app could pay."""
    try:
        payload = promptpay_payload(target, amount)
    except ValueError:
        return SafeString("")
    said = format_money(amount, currency, base_language(get_language()))
    return promptpay_svg(payload, label=gettext("PromptPay QR code for %(amount)s") % {"amount": said})


@register.simple_tag
def reject_choices(notice: TransferNotice, form: RejectForm | str) -> list[tuple[str, str, bool]]:
    """(value, label, whether to tick it) of what may be wrong: as chosen before, else as it looks."""
    chosen = form["finding"].value() if isinstance(form, RejectForm) else str(notice.finding)
    return [(finding.value, str(finding.label), finding.value == chosen) for finding in REJECTIONS]


@register.simple_tag
def copy_button(text: str) -> SafeString:
    """Copies `text`; it works through static/orders/copy.js and is not shown without scripts."""
    return format_html(
        '<button class="btn btn-quiet btn-sm pay-copy" type="button" data-copy-text="{}" data-copied="{}">{}'
        "</button>",
        text,
        gettext("Copied"),
        gettext("Copy"),
    )
