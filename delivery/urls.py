from django.urls import path, re_path

from delivery.views import (
    addresses,
    board,
    couriers,
    deliveries,
    handing,
    handing_many,
    settings,
    sms,
    task_links,
    tasks,
    texts,
    tracking,
)

app_name = "delivery"
_PROOF = "(?P<pk>[0-9]{1,18})/(?P<what>photo|signature)"
urlpatterns = [
    path("deliveries/<int:pk>/", deliveries.detail, name="detail"),
    path("deliveries/<int:pk>/card/", deliveries.card, name="card"),
    path("deliveries/states.json", deliveries.states, name="states"),
    path("orders/<int:order_pk>/tracking/", deliveries.tracking, name="tracking"),
    path("orders/<int:order_pk>/my-address/", addresses.my_address, name="my_address"),
    path("o/<str:token>/delivery/", tracking.link_section, name="link_section"),
    re_path(rf"^deliveries/reports/{_PROOF}/$", deliveries.proof, name="proof"),
    re_path(rf"^o/(?P<token>[^/]+)/proof/{_PROOF}/$", tracking.link_proof, name="link_proof"),
    # The courier's phone.
    path("my-tasks/", tasks.tasks, name="tasks"),
    path("my-tasks/data.json", tasks.tasks_data, name="tasks_data"),
    path("my-tasks/manifest.webmanifest", tasks.tasks_manifest, name="tasks_manifest"),
    path("my-tasks/history/", tasks.task_history, name="task_history"),
    path("my-tasks/<int:pk>/", tasks.task, name="task"),
    path("my-tasks/<int:pk>/report/", tasks.report, name="report"),
    re_path(rf"^my-tasks/reports/{_PROOF}/$", tasks.task_proof, name="task_proof"),
    path("t/<slug:token>/", task_links.task_link, name="task_link"),
    path("t/<slug:token>/report/", task_links.link_report, name="link_report"),
    re_path(
        rf"^t/(?P<token>[-a-zA-Z0-9_]+)/reports/{_PROOF}/$",
        task_links.task_link_proof,
        name="task_link_proof",
    ),
    # The shop's dispatchers.
    path("couriers/", couriers.couriers, name="couriers"),
    path("couriers/add/", couriers.add_courier, name="add_courier"),
    path("couriers/<int:pk>/", couriers.edit_courier, name="edit_courier"),
    path("couriers/<int:pk>/photo/", couriers.courier_photo, name="courier_photo"),
    path("couriers/<int:pk>/deactivate/", couriers.deactivate_courier, name="deactivate_courier"),
    path("couriers/<int:pk>/activate/", couriers.activate_courier, name="activate_courier"),
    path("couriers/<int:pk>/password/", couriers.reset_courier_password, name="reset_courier_password"),
    path("deliveries/", board.board, name="board"),
    path("deliveries/assign/", handing_many.assign_many, name="assign_many"),
    path("deliveries/cash/<int:courier_pk>/", board.hand_in, name="hand_in"),
    path("deliveries/reports/<int:pk>/accept/", board.accept_report, name="accept_report"),
    path("deliveries/reports/<int:pk>/set-aside/", board.set_aside, name="set_aside"),
    path("deliveries/<int:pk>/take-back/", handing.take_back, name="take_back"),
    path("orders/<int:order_pk>/delivery/", handing.order_section, name="order_section"),
    path("orders/<int:order_pk>/assign/", handing.assign, name="assign"),
    path("orders/<int:order_pk>/address/", handing.save_address, name="save_address"),
    path("settings/delivery/", settings.delivery_settings, name="delivery_settings"),
    # SMS and their texts.
    path("settings/sms/", sms.sms_settings, name="sms_settings"),
    path("settings/sms/save/", sms.sms_save, name="sms_save"),
    path("settings/sms/test/", sms.sms_test, name="sms_test"),
    path("settings/sms/log/", sms.sms_log, name="sms_log"),
    path("settings/sms/log/<int:pk>/again/", sms.sms_again, name="sms_again"),
    path("settings/texts/", texts.message_texts, name="message_texts"),
    path("settings/texts/<slug:kind>/", texts.message_text, name="message_text"),
    path("settings/texts/<slug:kind>/switch/", texts.message_text_switch, name="message_text_switch"),
    path(
        "settings/texts/<slug:kind>/<slug:language>/save/", texts.message_text_save, name="message_text_save"
    ),
    path(
        "settings/texts/<slug:kind>/<slug:language>/preview/",
        texts.message_text_preview,
        name="message_text_preview",
    ),
    path(
        "settings/texts/<slug:kind>/<slug:language>/reset/",
        texts.message_text_reset,
        name="message_text_reset",
    ),
]
