from django.conf import settings
from django.contrib.admin import AdminSite


class TaladAdminSite(AdminSite):
    """Stock admin under the store's name; log-in goes through the one log-in page with its limits."""

    site_header = settings.STORE_NAME
    site_title = settings.STORE_NAME
