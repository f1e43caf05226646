"""The owner's pages about SMS."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.models import Courier, MessageText
from delivery.texts import TextKind
from loyalty.domain.phone_codes import send_code
from marketplace.common.limits import may_do
from marketplace.notify.domain import send_notification
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms import notify_sms
from orders.models import Order
from tests.support.sms import KEY, Kavenegar, Plain, listening

ClientOf = Callable[[User], Client]
FORM = {
    "per_number": "10",
    "per_day": "200",
    "daily_cap": "",
    "part_price": "",
    "currency": "THB",
    "is_on": "on",
}
TOKEN = "7d9f8a52-8f1c-4c57-9d51-0b4ed6f6a001"


@pytest.fixture
def owner(client_of: ClientOf, provider: User, shop: Provider) -> Client:
    return client_of(provider)


@pytest.fixture
def kavenegar(settings: Any) -> Iterator[Kavenegar]:
    settings.OUTSIDE_ALLOW_PRIVATE = True
    with listening(Kavenegar()) as fake:
        settings.KAVENEGAR_URL = fake.url
        yield fake


def save(client: Client, **fields: str) -> Any:
    return client.post("/settings/sms/save/", {**FORM, **fields})


def errors(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 422
    return dict(response.context["form"].errors)


def test_the_settings_are_saved_and_the_secret_is_never_shown_again(owner: Client) -> None:
    response = save(
        owner, kind="kavenegar", kavenegar_secret=KEY, kavenegar_sender="۱۰۰۰ ۴۳۴۶", daily_cap="۵۰۰٬۰۰۰"
    )

    gateway = SmsGateway.objects.get()
    assert response["Location"] == "/settings/sms/"
    assert (gateway.kind, gateway.secret, gateway.sender) == ("kavenegar", KEY, "10004346")
    assert (gateway.currency, gateway.daily_cap, gateway.per_day) == ("IRR", Decimal(500000), 200)
    assert KEY not in gateway.sealed_secret
    page = owner.get("/settings/sms/").content.decode()
    assert KEY not in page
    assert "One is stored. Leave this empty to keep it." in page


def test_a_gateway_without_a_currency_does_not_break_the_page_of_a_thai_reader(
    owner: Client, provider: User, shop: Provider
) -> None:
    """Such as earlier demo data left behind: with nothing spent there is no amount to write."""
    SmsGateway.objects.create(provider=shop, owner=provider, kind="console", time_zone="Asia/Bangkok")
    provider.language = "th"
    provider.save()

    response = owner.get("/settings/sms/")

    assert response.status_code == 200
    assert response.context["today_spent"] == ""
    assert 'lang="th"' in response.content.decode()


def test_a_stored_secret_stays_when_it_is_left_empty_and_goes_with_its_gateway(owner: Client) -> None:
    save(owner, kind="kavenegar", kavenegar_secret=KEY)

    save(owner, kind="kavenegar", per_day="50")
    gateway = SmsGateway.objects.get()
    assert (gateway.secret, gateway.per_day) == (KEY, 50)

    refused = save(owner, kind="twilio", twilio_account="AC1", twilio_sender="+15005550006")
    assert errors(refused) == {"twilio_secret": ["Fill this in."]}
    assert SmsGateway.objects.get().kind == "kavenegar"
    save(owner, kind="console")
    assert (SmsGateway.objects.get().kind, SmsGateway.objects.get().secret) == ("console", "")


def test_what_is_missing_is_said_and_nothing_typed_is_lost(owner: Client) -> None:
    nothing = errors(save(owner))
    twilio = save(owner, kind="twilio", twilio_account="AC 1", twilio_secret="token", per_number="none")

    assert list(nothing) == ["kind"]
    assert set(errors(twilio)) == {"twilio_sender", "per_number"}
    page = twilio.content.decode()
    assert 'value="AC 1"' in page
    assert 'value="none"' in page
    assert not SmsGateway.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"address"}),
        ({"address": "ftp://sms.example/"}, {"address"}),
        ({"address": "http://sms.example/"}, {"address"}),
        ({"address": "https://127.0.0.1/"}, {"address"}),
        ({"address": "https://sms.example/", "fields": "text {text}"}, {"fields"}),
        ({"address": "https://sms.example/", "fields": "text = {txt}"}, {"fields"}),
        ({"address": "https://sms.example/", "fields": "to = {to}"}, {"fields"}),
        ({"address": "https://sms.example/", "headers": "X: {secret}"}, {"generic_secret"}),
    ],
)
def test_a_gateway_of_ones_own_is_checked(
    fields: dict[str, str], wrong: set[str], owner: Client, settings: Any
) -> None:
    settings.OUTSIDE_ALLOW_PRIVATE = False
    fields = {"fields": "to = {to}\ntext = {text}", **fields}

    assert set(errors(save(owner, kind="generic", **fields))) == wrong
    assert not SmsGateway.objects.exists()


def test_a_gateway_of_ones_own_is_saved_and_tried(owner: Client, settings: Any) -> None:
    settings.OUTSIDE_ALLOW_PRIVATE = True
    with listening(Plain()) as fake:
        save(
            owner,
            kind="generic",
            method="POST",
            body_format="json",
            address=f"{fake.url}/send",
            fields="to = {to}\ntext = {text}",
            headers="Authorization: Bearer {secret}",
            generic_secret="s3cret",
            reference_path="data.0.id",
        )
        fake.said = (200, '<b>ok</b> {"key": "s3cret"}')
        answer = owner.post(
            "/settings/sms/test/", {"phone": "081 234 5678", "form_token": TOKEN}, follow=True
        )

    assert fake.calls[0].headers["Authorization"] == "Bearer s3cret"
    assert '{"to": "+66812345678"' in fake.calls[0].body
    page = answer.content.decode()
    assert "&lt;b&gt;ok&lt;/b&gt; {&quot;key&quot;: &quot;•••&quot;}" in page
    assert "s3cret" not in page


def test_a_test_shows_the_gateways_own_answer_and_a_double_click_sends_one(
    owner: Client, kavenegar: Kavenegar
) -> None:
    save(owner, kind="kavenegar", kavenegar_secret=KEY)
    form = {"phone": "+98 912 123 4567", "form_token": TOKEN}

    first = owner.post("/settings/sms/test/", form, follow=True)
    again = owner.post("/settings/sms/test/", form, follow=True)

    assert [message.text for message in kavenegar.accepted] == ["Siam Legal: this is a test."]
    for page in (first.content.decode(), again.content.decode()):
        assert "Accepted by the gateway" in page
        assert "&quot;messageid&quot;: 8792343" in page


def test_a_refused_test_shows_why(owner: Client, kavenegar: Kavenegar) -> None:
    save(owner, kind="kavenegar", kavenegar_secret="wrong")

    page = owner.post(
        "/settings/sms/test/", {"phone": "+989121234567", "form_token": TOKEN}, follow=True
    ).content.decode()

    assert "The gateway refused it." in page
    assert "کد شناسائی API-Key معتبر نمی‌باشد" in page
    assert kavenegar.accepted == []


def test_a_test_to_no_number_is_refused(owner: Client, kavenegar: Kavenegar) -> None:
    save(owner, kind="kavenegar", kavenegar_secret=KEY)

    response = owner.post("/settings/sms/test/", {"phone": "nobody", "form_token": TOKEN})

    assert response.status_code == 422
    assert 'value="nobody"' in response.content.decode()
    assert (kavenegar.calls, Notification.objects.count()) == ([], 0)


def test_trying_it_out_has_an_end(owner: Client, kavenegar: Kavenegar) -> None:
    save(owner, kind="kavenegar", kavenegar_secret=KEY, per_number="", per_day="")

    def attempt(number: int) -> int:
        token = f"7d9f8a52-8f1c-4c57-9d51-0b4ed6f6b{number:03}"
        form = {"phone": f"+9891212345{number:02}", "form_token": token}
        return owner.post("/settings/sms/test/", form).status_code

    assert [attempt(number) for number in range(11)] == [302] * 10 + [422]
    assert len(kavenegar.accepted) == 10


@pytest.fixture
def gateway(shop: Provider, provider: User) -> SmsGateway:
    return SmsGateway.objects.create(
        provider=shop, owner=provider, kind="console", time_zone="Asia/Bangkok", currency="THB"
    )


@pytest.fixture
def make_sms(gateway: SmsGateway) -> Callable[..., Notification]:
    def make(key: str, **fields: Any) -> Notification:
        first = {"kind": "courier_announcement", "status": "sent", "address": "+66812345678", "parts": 1}
        shared = {
            "channel": "sms",
            "language": "en",
            "time_zone": "UTC",
            "gateway": gateway,
            "via": "console",
        }
        return Notification.objects.create(
            unique_key=key, **shared, **{**first, "body": f"Text {key}", **fields}
        )

    return make


def texts_in(response: Any) -> list[str]:
    return [entry["row"].body for entry in response.context["rows"]]


def test_the_log_says_what_became_of_each(owner: Client, make_sms: Callable[..., Notification]) -> None:
    make_sms("a", reach="delivered", cost=Decimal("0.0217"), cost_currency="USD")
    make_sms("b", status="failed", problem="day_limit")
    make_sms("c", status="pending")
    make_sms("d", reach="undelivered", answer="<script>")

    page = owner.get("/settings/sms/log/").content.decode()

    for words in (
        "Arrived on the phone",
        "0.022 USD",
        "Today&#x27;s number of SMS is reached.",
        "Did not arrive",
        "&lt;script&gt;",
        "Order announcement to courier",
    ):
        assert words in page
    assert "<script>" not in page
    for state, found in {"delivered": ["Text a"], "failed": ["Text b"], "waiting": ["Text c"]}.items():
        assert texts_in(owner.get(f"/settings/sms/log/?state={state}")) == found
    assert len(texts_in(owner.get("/settings/sms/log/?state=nonsense&before=x"))) == 4


def test_the_log_goes_on_page_by_page(owner: Client, make_sms: Callable[..., Notification]) -> None:
    for number in range(31):
        make_sms(f"{number:02}", status="failed" if number % 2 else "sent")

    first = owner.get("/settings/sms/log/?state=")
    older = first.context["older"]
    second = owner.get(f"/settings/sms/log/?before={older}")

    assert (texts_in(first)[0], texts_in(first)[-1], texts_in(second)) == ("Text 30", "Text 01", ["Text 00"])
    assert second.context["older"] is None


def test_the_log_asks_the_database_as_often_for_three_as_for_one(
    owner: Client, make_sms: Callable[..., Notification], customer: User, django_assert_num_queries: Any
) -> None:
    make_sms("1", recipient=customer)
    owner.get("/settings/sms/log/")  # what many pages share is in the cache now
    with django_assert_num_queries(8):
        owner.get("/settings/sms/log/")
    make_sms("2", recipient=customer)
    make_sms("3", recipient=customer)

    with django_assert_num_queries(8):
        assert len(texts_in(owner.get("/settings/sms/log/"))) == 3


def test_send_again_from_the_log(owner: Client, make_sms: Callable[..., Notification]) -> None:
    failed, sent = make_sms("f", status="failed", problem="refused"), make_sms("s", reach="undelivered")

    for row in (failed, sent, sent):
        assert owner.post(f"/settings/sms/log/{row.pk}/again/")["Location"] == "/settings/sms/log/"

    failed.refresh_from_db()
    assert failed.status == "pending"
    assert Notification.objects.filter(body__startswith="Text s").count() == 2


def test_nobody_sends_another_shops_sms_again(
    client_of: ClientOf, stranger: User, agent: User, make_sms: Callable[..., Notification], customer: User
) -> None:
    row = make_sms("f", status="failed")
    for person in (stranger, agent, customer):
        assert client_of(person).post(f"/settings/sms/log/{row.pk}/again/").status_code == 404

    row.refresh_from_db()
    assert row.status == "failed"


def test_a_mail_in_the_outbox_is_no_sms_of_the_shop(
    owner: Client, customer: User, gateway: SmsGateway
) -> None:
    mail = Notification.objects.create(
        channel="email", status="failed", address="a@b.example", kind="x", unique_key="m", language="en"
    )

    assert owner.post(f"/settings/sms/log/{mail.pk}/again/").status_code == 404
    SmsGateway.objects.all().delete()
    assert owner.post(f"/settings/sms/log/{mail.pk}/again/").status_code == 404


def test_the_texts_are_listed_with_what_they_say(owner: Client) -> None:
    page = owner.get("/settings/texts/").content.decode()

    assert "SMS are not set up, so none of these goes out yet." in page
    for words in ("Order announcement to courier", "Order 100042", "Collect 450 THB", "1 part"):
        assert words in page
    assert page.count('aria-checked="true"') == 2
    assert page.count('aria-checked="false"') == 3


def test_the_editor_previews_with_a_real_order(
    owner: Client, rider: Courier, parcel: Order, provider: User
) -> None:
    delivery = hand_over(parcel, courier=rider, by=provider)

    page = owner.get("/settings/texts/courier_announcement/?language=en").content.decode()

    assert f"Order {parcel.number}\n12 Charoen Krung, Bang Rak\nCollect 241 THB" in page
    assert f"With your order {parcel.number}." in page
    assert str(delivery.link_token) not in page  # the live link is the courier's


def test_a_text_is_saved_for_its_language_and_reset(owner: Client) -> None:
    saved = owner.post("/settings/texts/courier_announcement/fa/save/", {"text": "سفارش {number}\r\n{link}"})

    assert saved["Location"] == "/settings/texts/courier_announcement/?language=fa"
    assert list(MessageText.objects.values_list("kind", "language", "text")) == [
        ("courier_announcement", "fa", "سفارش {number}\n{link}")
    ]
    assert "سفارش {number}\n{link}</textarea>" in owner.get(saved["Location"]).content.decode()
    owner.post("/settings/texts/courier_announcement/fa/reset/")
    assert not MessageText.objects.exists()


def test_an_unknown_variable_is_refused_and_the_text_stays_in_the_box(owner: Client) -> None:
    response = owner.post("/settings/texts/courier_announcement/en/save/", {"text": "Go to {adress} <now>"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "{adress}\u2069 is no variable of this text." in page
    assert "Go to {adress} &lt;now&gt;</textarea>" in page
    assert not MessageText.objects.exists()


def test_the_preview_follows_what_is_typed_and_stores_nothing(owner: Client) -> None:
    address = "/settings/texts/customer_delivered/th/preview/"
    part = owner.post(address, {"text": "ส่งแล้ว {number}"}, headers={"X-Requested-With": "fetch"})
    page = owner.post(address, {"text": "ส่งแล้ว {number}"}).content.decode()

    fragment = part.content.decode()
    assert "ส่งแล้ว 100042" in fragment
    assert "14 characters, 70 to a part" in fragment
    assert "<html" not in fragment
    assert "ส่งแล้ว {number}</textarea>" in page
    assert "ส่งแล้ว 100042" in page
    assert not MessageText.objects.exists()


def test_a_text_is_switched_on_and_off(owner: Client) -> None:
    def states() -> int:
        return owner.get("/settings/texts/").content.decode().count('aria-checked="true"')

    on = owner.post("/settings/texts/customer_delivered/switch/", {"on": "1"})
    assert (on["Location"], states()) == ("/settings/texts/#customer_delivered", 3)
    off = owner.post(
        "/settings/texts/courier_announcement/switch/", {"on": "0", "from": "text", "language": "fa"}
    )
    assert (off["Location"], states()) == ("/settings/texts/courier_announcement/?language=fa", 2)


@pytest.mark.parametrize("path", ["no_such_kind/", "courier_announcement/?language=de"])
def test_what_is_no_text_is_not_found(path: str, owner: Client) -> None:
    assert owner.get(f"/settings/texts/{path}").status_code == 404


@pytest.mark.parametrize("kind", [kind.value for kind in TextKind])
def test_every_text_has_its_editor_in_every_language(kind: str, owner: Client) -> None:
    pages = [owner.get(f"/settings/texts/{kind}/?language={one}") for one in ("en", "th", "fa", "vi")]

    assert [page.status_code for page in pages] == [200, 200, 200, 200]


def test_an_sms_whose_answer_was_lost_is_unknown_in_the_log_and_sent_again_only_when_asked(
    owner: Client, parcel: Order, rider: Courier, provider: User, settings: Any
) -> None:
    settings.OUTSIDE_ALLOW_PRIVATE = True
    User.objects.filter(pk=rider.user_id).update(phone="+66812345678")
    with listening(Plain()) as fake:
        fields = "to = {to}\ntext = {text}\nid = {id}"
        save(owner, kind="generic", address=f"{fake.url}/send", fields=fields)
        hand_over(parcel, courier=Courier.objects.get(pk=rider.pk), by=provider)
        row = Notification.objects.get(channel="sms")
        fake.faults = [("drop",)]
        send_notification(row.pk)

        words = owner.get("/settings/sms/log/?state=unknown").content.decode()
        nothing = owner.get("/settings/sms/log/?state=failed").context["rows"]
        owner.post(f"/settings/sms/log/{row.pk}/again/")
        send_notification(row.pk)

    assert "so it is unknown whether this SMS went out. Send it again?" in words
    assert nothing == []
    assert [call.form["id"] for call in fake.calls] == [str(row.message_id)] * 2
    row.refresh_from_db()
    assert row.sms_state == "accepted"


def test_the_settings_say_what_the_number_of_a_message_is_good_for(owner: Client) -> None:
    words = owner.get("/settings/sms/").content.decode()

    assert "ask the gateway to drop repeats by it" in words


def test_an_amount_with_decimals_that_the_currency_has_not_is_refused(owner: Client) -> None:
    refused = save(owner, kind="console", currency="VND", daily_cap="1000.5")

    assert errors(refused)["daily_cap"] == ["Write a whole amount: this currency has no decimals."]
    assert not SmsGateway.objects.exists()


@pytest.mark.parametrize("price", ["", "0"])
@pytest.mark.parametrize(
    "kind",
    [
        {
            "kind": "twilio",
            "twilio_account": "AC1",
            "twilio_secret": "t",
            "twilio_sender": "+15005550006",
            "currency": "USD",
        },
        {"kind": "generic", "address": "https://sms.example/", "fields": "to = {to}\ntext = {text}"},
    ],
)
def test_an_amount_a_day_needs_a_price_where_the_gateway_says_none_at_once(
    kind: dict[str, str], price: str, owner: Client
) -> None:
    refused = save(owner, **kind, daily_cap="100", part_price=price)

    assert errors(refused) == {
        "part_price": ["Write what one part costs: without it the amount a day cannot be kept."]
    }
    assert not SmsGateway.objects.exists()
    assert save(owner, **kind, daily_cap="100", part_price="0.05").status_code == 302
    assert save(owner, **kind, daily_cap="", part_price="").status_code == 302


def test_the_loyalty_code_is_listed_to_read_and_named_in_the_log(
    owner: Client, provider: User, shop: Provider, settings: Any
) -> None:
    SmsGateway.objects.create(
        provider=shop, owner=provider, kind="console", time_zone="Asia/Bangkok", currency="THB"
    )
    elsewhere = owner.get("/settings/texts/").content.decode()
    settings.LOYALTY_SMS_SHOP = shop.slug
    send_code(provider, "+66812345678")

    listed, log = owner.get("/settings/texts/"), owner.get("/settings/sms/log/")

    assert "Code to prove a phone, for points" not in elsewhere
    assert "123456 is your code for your points at" in listed.content.decode()
    assert listed.context["fixed"]["parts"].count == 1
    assert "/settings/texts/loyalty_code/" not in listed.content.decode()
    assert [row["kind"] for row in log.context["rows"]] == ["Code to prove a phone, for points"]


@pytest.mark.parametrize(("action", "times"), [("sms-caused", 300), ("sms-caused-ip", 600)])
def test_sending_again_has_an_end_within_the_hour(
    action: str, times: int, owner: Client, provider: User, shop: Provider
) -> None:
    gateway = SmsGateway.objects.create(
        provider=shop, owner=provider, kind="console", time_zone="Asia/Bangkok", currency="THB"
    )
    assert notify_sms(shop, "+66812345678", "courier_announcement", "sms:1", text="Order 1")
    row = Notification.objects.get(gateway=gateway)
    send_notification(row.pk)
    for _time in range(times):
        may_do(action, provider.pk if action == "sms-caused" else "127.0.0.1", times=times, seconds=3600)

    refused = owner.post(f"/settings/sms/log/{row.pk}/again/", follow=True).content.decode()

    assert "Too many SMS were sent from here within the hour. Try again later." in refused
    assert Notification.objects.count() == 1
