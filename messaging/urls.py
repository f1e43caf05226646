from django.urls import path

from messaging import views

app_name = "messaging"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/rows/", views.rows, name="rows"),
    path("inbox/unread/", views.unread, name="unread"),
    path("inbox/<int:pk>/", views.thread, name="thread"),
    path("inbox/<int:pk>/send/", views.send, name="send"),
    path("inbox/<int:pk>/attach/", views.attach, name="attach"),
    path("inbox/<int:pk>/before/<int:seq>/", views.older, name="older"),
    path("inbox/<int:pk>/after/<int:seq>/", views.after, name="after"),
    path("inbox/<int:pk>/read/", views.read, name="read"),
    path("inbox/<int:pk>/assignment/", views.assignment, name="assignment"),
    path("inbox/<int:pk>/assign/", views.assign, name="assign"),
    path("inbox/<int:pk>/close/", views.close, name="close"),
    path("inbox/<int:pk>/reopen/", views.reopen, name="reopen"),
    path("attachments/<int:pk>/", views.attachment, name="attachment"),
]
