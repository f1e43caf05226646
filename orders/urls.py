from django.urls import path

from orders.views import lists, pages, placing

app_name = "orders"
urlpatterns = [
    path("services/<int:pk>/order/", placing.place, name="place"),
    path("orders/", lists.my_orders, name="list"),
    path("orders/shop/", lists.shop_list, name="shop_list"),
    path("orders/<int:pk>/", pages.detail, name="detail"),
    path("orders/<int:pk>/card/", pages.card, name="card"),
    path("orders/<int:pk>/confirm/", pages.confirm, name="confirm"),
    path("orders/<int:pk>/complete/", pages.complete, name="complete"),
    path("orders/<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("inbox/<int:thread_pk>/panel/", pages.thread_panel, name="thread_panel"),
]
