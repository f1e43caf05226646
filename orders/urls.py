from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("services/<int:pk>/order/", views.place, name="place"),
    path("orders/", views.my_orders, name="list"),
    path("orders/shop/", views.shop_list, name="shop_list"),
    path("orders/<int:pk>/", views.detail, name="detail"),
    path("orders/<int:pk>/card/", views.card, name="card"),
    path("orders/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("orders/<int:pk>/complete/", views.complete, name="complete"),
    path("orders/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("inbox/<int:thread_pk>/panel/", views.thread_panel, name="thread_panel"),
]
