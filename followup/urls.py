from django.urls import path

from followup.views import contact, leads, lists, reports, settings

app_name = "followup"
urlpatterns = [
    path("sales/", lists.desk, name="desk"),
    path("sales/follow-up/", lists.leads, name="leads"),
    path("sales/orders/", lists.orders, name="orders"),
    path("sales/callbacks/", lists.callbacks, name="callbacks"),
    path("sales/transfers/", lists.transfers, name="transfers"),
    path("sales/<slug:menu>/export/<slug:file_format>/", lists.export, name="export"),
    path("sales/reports/", reports.reports, name="reports"),
    path("sales/settings/", settings.settings, name="settings"),
    path("sales/orders/<int:pk>/", leads.order, name="order"),
    path("sales/callbacks/<int:pk>/", leads.callback, name="callback"),
    path("sales/callbacks/<int:pk>/conversation/", leads.start_conversation, name="start_conversation"),
    path("sales/transfers/<int:pk>/", leads.transfer, name="transfer"),
    path("sales/conversations/<int:pk>/", leads.silence, name="silence"),
    path("sales/<slug:kind>/<int:pk>/notes/", leads.add_note, name="add_note"),
    path("sales/notes/<int:pk>/tick/", leads.tick_note, name="tick_note"),
    path("contact/<str:slug>/", contact.contact, name="contact"),
    path("contact/<str:slug>/thanks/", contact.contact_thanks, name="contact_thanks"),
]
