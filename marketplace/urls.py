"""Composition root: every app by dotted string."""

from django.contrib import admin
from django.urls import include, path

from marketplace import panel, profile, team
from marketplace.common import views as common
from marketplace.dashboard import dashboard
from marketplace.notify.views import outbox

urlpatterns = [
    path("", include("services.urls")),
    path("dashboard/", dashboard, name="dashboard"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite_agent, name="invite_agent"),
    path("team/invitations/<int:pk>/withdraw/", team.withdraw_invitation, name="withdraw_invitation"),
    path("team/<int:pk>/remove/", team.remove_agent, name="remove_agent"),
    path("customers/<int:thread_pk>/", profile.customer_profile, name="customer_profile"),
    path("customers/<int:thread_pk>/save/", profile.save_customer, name="save_customer"),
    path("customers/<int:thread_pk>/merge/", profile.merge_customers, name="merge_customers"),
    path("inbox/<int:thread_pk>/panel/", panel.thread_panel, name="thread_panel"),
    path("", include("accounts.urls")),
    path("", include("orders.urls")),
    path("", include("messaging.urls")),
    path("", include("appointments.urls")),
    path("", include("followup.urls")),
    path("", include("delivery.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/<str:language>/", common.choose_language, name="choose_language"),
    path("healthz", common.healthz, name="healthz"),
    path("media/<path:path>", common.public_media, name="public_media"),
    path("sw.js", common.service_worker, name="service_worker"),
    path("offline/", common.offline, name="offline"),
    path("manifest.webmanifest", common.manifest, name="manifest"),
    path("outbox/", outbox, name="outbox"),
    path("", include("loyalty.urls")),  # the backoffice, in admin's addresses
    path("admin/", admin.site.urls),
]

handler404 = "marketplace.common.views.page_not_found"
handler500 = "marketplace.common.views.server_error"
