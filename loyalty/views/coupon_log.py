"""5.3 Activity Log: coupons that were taken in at the counter."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from loyalty.enums import Right
from loyalty.queries.points import coupon_uses
from loyalty.views.common import backoffice, page
from loyalty.views.members import page_key


@backoffice(Right.ACTIVITY_LOG)
@require_safe
def coupon_log(request: HttpRequest) -> HttpResponseBase:
    """By whom and where, also when it was undone; in pages, newest first."""
    after = page_key(request, "after")
    uses, following = coupon_uses(after)
    context = {"uses": uses, "next": following, "is_first_page": after is None}
    return page(request, "loyalty/coupon_log.html", gettext("Coupons taken in"), context)
