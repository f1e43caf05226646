from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from orders.domain.outside.signing import SignatureError, make_secret, sign, verify

# The specification's own vector.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, STAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
THEN = datetime.fromtimestamp(STAMP, UTC)


def headers(signature: str = SIGNATURE, stamp: str = str(STAMP), event_id: str = ID) -> dict[str, str]:
    return {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": signature}


def test_the_vector_of_the_specification_is_signed_and_verified() -> None:
    assert sign(SECRET, event_id=ID, timestamp=STAMP, body=BODY) == SIGNATURE
    assert verify(SECRET, headers(), BODY, now=THEN) == (ID, THEN)


def test_a_secret_of_ours_signs_what_the_standards_own_code_accepts() -> None:
    secret, now = make_secret(), datetime.now(UTC)
    body = '{"name":"Nguyễn"}'

    ours = sign(secret, event_id="evt_1", timestamp=int(now.timestamp()), body=body.encode())

    assert ours == Webhook(secret).sign("evt_1", now, body)
    assert Webhook(secret).verify(body, headers(ours, str(int(now.timestamp())), "evt_1")) == {
        "name": "Nguyễn"
    }


def test_one_right_signature_of_several_is_enough() -> None:
    several = f"v1a,Zm9v v1,AAAA {SIGNATURE}"

    assert verify(SECRET, headers(several), BODY, now=THEN) == (ID, THEN)


@pytest.mark.parametrize(
    "wrong",
    [
        headers("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF="),
        headers("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        headers(SIGNATURE.replace("v1,", "v2,")),
        headers("v1,é"),
        headers(""),
        headers(" "),
        headers(event_id="msg_other"),
        headers(event_id=""),
        headers(stamp=str(STAMP + 1)),
        headers(stamp="٣"),
        headers(stamp="-1"),
        headers(stamp="nan"),
        headers(stamp="9" * 12),
        {},
    ],
)
def test_anything_else_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        verify(SECRET, wrong, BODY, now=THEN)


def test_a_changed_body_or_another_secret_is_refused() -> None:
    with pytest.raises(SignatureError):
        verify(SECRET, headers(), BODY + b" ", now=THEN)
    with pytest.raises(SignatureError):
        verify(make_secret(), headers(), BODY, now=THEN)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_right_signature_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(SignatureError) as refusal:
        verify(SECRET, headers(), BODY, now=THEN + timedelta(seconds=seconds))

    assert str(refusal.value) == "webhook-timestamp is more than five minutes away from our clock"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_still_good(seconds: int) -> None:
    assert verify(SECRET, headers(), BODY, now=THEN + timedelta(seconds=seconds)) == (ID, THEN)
