"""Every point has its reason, and together they are the balance."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils import timezone, translation

from accounts.models import User
from loyalty.domain import merge_members, refund
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.enums import EntryKind
from loyalty.models import Branch, EarningRule, LedgerEntry, Member, Purchase
from loyalty.queries.history import PAGE, account_of, history, name_of, purchases_of, reason_of

Buy = Callable[..., Purchase]


def reasons(member: Member) -> list[str]:
    """Oldest first."""
    return [reason_of(entry) for entry in LedgerEntry.objects.filter(member=member).order_by("pk")]


def write(member: Member, *postings: Posting) -> None:
    post(lock_member(member.pk), postings, now=timezone.now())


def test_a_purchase_its_refund_and_what_stays_owed_say_why(
    rule: EarningRule, member: Member, branch: Branch, buy: Buy
) -> None:
    purchase = buy(1000, branch=branch, reference="order:7", name="42")
    write(member, Posting(EntryKind.REDEMPTION, -8, "redemption:1", note="Tea", branch=branch))

    refund(purchase, amount=Decimal(500), reference="r", by=None, note="Broken")

    assert reasons(member) == [
        "฿1,000 spent at Siam (order 42). “Spend” gave 10 points: ฿1,000 at 1 point for each ฿100, down to "
        "whole points.",
        "Redeemed for “Tea”. At Siam.",
        "Money of the purchase of ฿1,000 (order 42) went back, and its points with it. 3 points were spent "
        "already and stay owed. “Broken”",
    ]


def test_a_purchase_without_a_name_is_called_by_its_place(
    rule: EarningRule, member: Member, branch: Branch, buy: Buy
) -> None:
    purchase = buy(100, branch=branch, reference="order:88")

    assert name_of(purchase) == "Online"
    assert reasons(member) == [
        "฿100 spent at Siam (Online). “Spend” gave 1 point: ฿100 at 1 point for each ฿100, down to whole "
        "points."
    ]


def test_other_kinds_say_why(member: Member, make_member: Callable[..., Member], operator: User) -> None:
    other = make_member()
    write(other, Posting(EntryKind.IMPORTED, 9, "i"))
    write(
        member,
        Posting(EntryKind.ADJUSTMENT, 50, "a", by=operator, note="Sorry"),
        Posting(EntryKind.BONUS, 5, "redemption:2", note="Five points"),
        Posting(EntryKind.REFERRAL, 7, "referral:1:inviter", steps={"side": "inviter", "campaign": "May"}),
        Posting(EntryKind.REFERRAL, 3, "referral:2:friend", steps={"side": "friend", "campaign": "May"}),
    )
    first = LedgerEntry.objects.get(reference="a")
    write(
        member,
        Posting(EntryKind.UNDO, -50, "a", reverses=first),
        Posting(EntryKind.EXPIRY, -2, "x", expires_on=date(2026, 10, 31)),
    )
    merge_members(member, other, by=operator)

    assert reasons(member) == [
        "Given by the store. “Sorry”",
        "Bonus points of a reward. “Five points”",
        "For a friend who came by the invitation (May).",
        "Welcome: you came by a friend's invitation (May).",
        "Undone: Given by the store. “Sorry”",
        "They were good until 31 Oct 2026 and were not used.",
        f"Came over from Member ID {other.number}, who was merged into this one.",
    ]
    assert reasons(other)[1] == f"Moved to Member ID {member.number}, with which this one was merged."


def test_kinds_add_up_to_the_balance_and_pages_go_back_to_the_first_entry(member: Member) -> None:
    for number in range(PAGE + 2):
        write(
            member, Posting(EntryKind.ADJUSTMENT, 2, f"a{number}"), Posting(EntryKind.BONUS, 1, f"b{number}")
        )
    account = account_of(member)

    first, older = history(member, account, kind="bonus")
    second, last = history(member, account, kind="bonus", before=older)

    member.refresh_from_db()
    assert [(one.label, one.points) for one in account.by_kind()] == [("Bonus", 32), ("Point Adjustment", 64)]
    assert member.balance == 96
    assert [line.running for line in first[:2]] == [96, 93]
    assert [line.running for line in second] == [6, 3]
    assert last is None


def test_purchases_stand_newest_first_with_the_points_that_stand(
    rule: EarningRule, member: Member, buy: Buy
) -> None:
    bought = [buy(100 * number) for number in range(1, 13)]
    refund(bought[11], amount=Decimal(600), reference="r", by=None)

    first, older = purchases_of(member)
    second, last = purchases_of(member, before=older)

    assert [purchase.pk for purchase in first + second] == [purchase.pk for purchase in bought[::-1]]
    assert (first[0].given, last) == (6, None)  # type: ignore[attr-defined]


def test_a_name_of_the_other_direction_is_kept_apart_in_its_sentence(member: Member) -> None:
    write(
        member,
        Posting(EntryKind.REDEMPTION, 0, "redemption:1", shortfall=1, note="چای رایگان"),
        Posting(EntryKind.REDEMPTION, 0, "redemption:2", shortfall=1, note="Tea"),
    )

    in_english = reasons(member)
    with translation.override("fa"):
        in_persian = reasons(member)

    assert "“\u2068چای رایگان\u2069”" in in_english[0]
    assert "“Tea”" in in_english[1]
    assert "\u2068Tea\u2069" in in_persian[1]
