from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ServiceKind(TextChoices):
    VIDEO_CALL = "video_call", _("Video call")
    ON_SITE = "on_site", _("On site")
    GOODS = "goods", _("Goods")


class Sort(TextChoices):
    NEWEST = "newest", _("Newest")
    CHEAPEST = "cheapest", _("Lowest price")
    DEAREST = "dearest", _("Highest price")
