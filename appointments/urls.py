from django.urls import path

from appointments.views import booking, calling, schedule

app_name = "appointments"
urlpatterns = [
    path("inbox/<int:thread_pk>/appointments/new/", booking.create, name="create"),
    path("appointments/", schedule.schedule, name="list"),
    path("appointments/feed/new/", schedule.renew_feed, name="renew_feed"),
    path("appointments/feed/<str:token>.ics", schedule.feed, name="feed"),
    path("appointments/<int:pk>/", booking.detail, name="detail"),
    path("appointments/<int:pk>/booked/", booking.booked, name="booked"),
    path("appointments/<int:pk>/card/", booking.card, name="card"),
    path("appointments/<int:pk>/accept/", booking.accept, name="accept"),
    path("appointments/<int:pk>/cancel/", booking.cancel, name="cancel"),
    path("appointments/<int:pk>/propose/", booking.propose, name="propose"),
    path("appointments/<int:pk>/appointment.ics", schedule.ics, name="ics"),
    path("appointments/<int:pk>/call/", calling.call, name="call"),
    path("appointments/<int:pk>/call/ice-servers/", calling.ice_servers, name="ice_servers"),
    path("appointments/<int:pk>/call/messages/", calling.call_messages, name="call_messages"),
    path("appointments/calls/<int:pk>/line/", calling.call_line, name="call_line"),
]
