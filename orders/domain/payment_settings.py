"""How a shop wants to be paid."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider
from marketplace.common.errors import DomainError
from orders.models import BankAccount, PaymentSettings
from orders.queries.payments import ways_to_pay
from orders.transfers.promptpay import UnreadableTargetError, clean_target

MAX_ACCOUNTS = 12


def save_payment_settings(
    provider: Provider, *, promptpay_id: str, unpaid_hours: int | None
) -> PaymentSettings:
    """Stores both; new hours, and a first way to pay, count from now. Refuses a promptpay_id that is none."""
    try:
        promptpay_id = clean_target(promptpay_id) if promptpay_id.strip() else ""
    except UnreadableTargetError as error:
        raise DomainError(str(error), code="promptpay_id") from error
    with transaction.atomic():
        settings = _locked(provider)
        could_be_paid = bool(ways_to_pay(provider))
        if settings.unpaid_hours != unpaid_hours or (promptpay_id and not could_be_paid):
            settings.counting_from = timezone.now()
        settings.promptpay_id, settings.unpaid_hours = promptpay_id, unpaid_hours
        settings.save()
    return settings


def add_account(provider: Provider, *, bank: str, number: str, holder: str) -> BankAccount:
    """One more account for customers to pay to; the same one again changes nothing."""
    with transaction.atomic():
        settings = _locked(provider)
        existing = BankAccount.objects.filter(provider=provider, bank=bank, number=number).first()
        if existing:
            return existing
        if BankAccount.objects.filter(provider=provider).count() >= MAX_ACCOUNTS:
            raise DomainError(_("Remove an account first: customers see them all."), code="too_many")
        if not ways_to_pay(provider):
            settings.counting_from = timezone.now()
            settings.save(update_fields=["counting_from"])
        return BankAccount.objects.create(provider=provider, bank=bank, number=number, holder=holder)


def remove_account(account: BankAccount) -> None:
    """Notices keep the bank's name as it was written."""
    BankAccount.objects.filter(pk=account.pk).delete()


def _locked(provider: Provider) -> PaymentSettings:
    PaymentSettings.objects.get_or_create(provider=provider)
    return PaymentSettings.objects.select_for_update().get(provider=provider)
