from django.urls import path

from services.views import mine, public, robots

app_name = "services"
urlpatterns = [
    path("", public.home, name="home"),
    path("services/", public.browse, name="browse"),
    path("services/<int:pk>/", public.detail, name="detail"),
    path("category/<slug:slug>/", public.category, name="category"),
    path("shop/<str:slug>/", public.provider, name="provider"),
    path("my/services/", mine.mine, name="mine"),
    path("my/services/add/", mine.add, name="add"),
    path("my/services/<int:pk>/edit/", mine.edit, name="edit"),
    path("my/services/<int:pk>/unlist/", mine.unlist, name="unlist"),
    path("my/services/<int:pk>/list/", mine.list_, name="list"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", robots.sitemap_part, name="sitemap_part"),
    path("robots.txt", robots.robots, name="robots"),
]
