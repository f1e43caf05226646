"""A friend's invitation: what it is, kept until the friend has joined."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from accounts.models import User
from loyalty import domain
from loyalty.domain.programme import programme
from loyalty.models import Member
from loyalty.queries.points import friends_of, member_of_account, member_of_invitation
from loyalty.views.my_common import members_page, my_page
from marketplace.common.errors import DomainError

INVITED_BY, OPENED_AT = "invite_code", "invite_opened_at"  # in the session


@login_not_required
@require_GET
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """What both get, and the way to join. Whoever opens it is known by it until joining."""
    inviter = member_of_invitation(code)
    if inviter is None:
        raise Http404
    user = request.user
    member = member_of_account(user) if isinstance(user, User) else None
    campaign = domain.running_campaign()
    is_own = member == inviter
    if campaign is not None and not is_own:
        if request.session.get(INVITED_BY) != inviter.invite_code:
            request.session[OPENED_AT] = timezone.now().timestamp()
        request.session[INVITED_BY] = inviter.invite_code
    context = {"inviter": inviter, "name": short_name(inviter), "campaign": campaign, "is_own": is_own}
    context["programme"] = programme()
    return my_page(request, "loyalty/points_invitation.html", member, context)


@members_page
@require_GET
def my_friends(request: HttpRequest, member: Member) -> HttpResponse:
    """The link to give away, and who came by it."""
    context = {
        "link": settings.BASE_URL + reverse("loyalty:invitation", args=[member.invite_code]),
        "campaign": domain.running_campaign(),
        "friends": friends_of(member),
    }
    return my_page(request, "loyalty/my_friends.html", member, context)


def pending_inviter(request: HttpRequest) -> Member | None:
    """By whose invitation the reader came, if a campaign still runs."""
    code = request.session.get(INVITED_BY, "")
    return member_of_invitation(code) if code and domain.running_campaign() else None


def accept_pending(request: HttpRequest, member: Member) -> None:
    """Once for each invitation opened; a refusal is said and changes nothing else."""
    code, opened = request.session.pop(INVITED_BY, ""), request.session.pop(OPENED_AT, None)
    if not code:
        return
    opened_at = datetime.fromtimestamp(opened, UTC) if opened else None
    try:
        referral = domain.accept_invitation(member, code, opened_at=opened_at)
    except DomainError as error:
        messages.info(request, error.sentence)
        return
    messages.success(
        request, gettext("%(friend)s invited you: that is noted.") % {"friend": short_name(referral.inviter)}
    )


def short_name(member: Member) -> str:
    """A friend knows the rest."""
    return member.name.split()[0] if member.name.split() else gettext("A friend")
