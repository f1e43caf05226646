from django.urls import path

from delivery.views import deliveries

app_name = "delivery"
urlpatterns = [
    path("deliveries/<int:pk>/", deliveries.detail, name="detail"),
    path("deliveries/<int:pk>/card/", deliveries.card, name="card"),
]
