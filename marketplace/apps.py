from django.contrib.admin.apps import AdminConfig


class TaladAdminConfig(AdminConfig):
    default_site = "marketplace.admin_site.TaladAdminSite"
