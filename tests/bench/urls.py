from django.urls import include, path

from tests.bench.limits import bare_list

urlpatterns = [path("bench/bare/", bare_list), path("", include("marketplace.urls"))]
handler404 = "marketplace.common.views.page_not_found"
