from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/", views.settings_page, name="settings"),
    path("settings/profile/", views.save_profile, name="save_profile"),
    path("settings/shop/", views.save_shop, name="save_shop"),
    path("settings/push/key/", views.push_key, name="push_key"),
    path("settings/push/on/", views.push_subscribe, name="push_subscribe"),
    path("settings/push/off/", views.push_unsubscribe, name="push_unsubscribe"),
    path("shops/<int:pk>/choose/", views.choose_shop, name="choose_shop"),
    path("open-shop/", views.open_shop, name="open_shop"),
    path("join/<slug:token>/", views.join, name="join"),
    path("join/<slug:token>/accept/", views.accept_invitation, name="accept_invitation"),
]
