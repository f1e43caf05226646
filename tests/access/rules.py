"""Who may open what. Every address of the site stands here; the test fails on one that does not.

`allowed` are the people of the cast for whom the address exists. For the others: who is signed out is
sent to log in, who is signed in gets 404.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loyalty.enums import Right
from loyalty.views.counter_common import coupon_token

SIGNED_OUT = "signed_out"
# `operator` is a superuser without a row of a role; the others are the roles, with the rights that
# they have until an Admin changes them.
OFFICE_ROLES = ("office_admin", "office_operator", "office_staff")
PEOPLE = ("customer", "provider", "agent", "stranger", "courier", "operator", *OFFICE_ROLES)
ACTORS = (SIGNED_OUT, *PEOPLE)

EVERYBODY = frozenset(ACTORS)
SIGNED_IN = frozenset(PEOPLE)
BOTH_SIDES = frozenset({"customer", "provider", "agent"})  # of the thread, order, appointment
SHOP = frozenset({"provider", "agent"})
CUSTOMER = frozenset({"customer"})
CALLERS = frozenset({"customer", "provider"})  # the host and the customer, not the host's colleagues
OPERATOR = frozenset({"operator", "office_admin"})  # an Admin may do everything
OFFICE = OPERATOR | {"office_operator"}
WITH_STAFF = OFFICE | {"office_staff"}  # and each one's own settings
OWNERS = frozenset({"provider", "stranger"})  # of their own shop each

World = dict[str, Any]
Arguments = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    allowed: frozenset[str]
    arguments: Arguments = field(default=lambda world: {})
    method: str = "get"
    data: Callable[[World], dict[str, Any]] = field(default=lambda world: {})


def _pk(name: str, key: str = "pk") -> Arguments:
    return lambda world: {key: world[name].pk}


def get(allowed: frozenset[str], arguments: Arguments = lambda world: {}) -> Rule:
    return Rule(allowed, arguments)


def post(allowed: frozenset[str], arguments: Arguments = lambda world: {}, **data: Any) -> Rule:
    return Rule(allowed, arguments, "post", lambda world: data)


def _thread(key: str = "pk", **more: Any) -> Arguments:
    return lambda world: {key: world["thread"].pk, **more}


def _link(world: World) -> dict[str, Any]:
    return {"token": world["order"].link_token}


def _invitation(world: World) -> dict[str, Any]:
    return {"token": world["invitation"].token}


NOTICE = _pk("notice")
ORDER, APPOINTMENT, SERVICE = _pk("order"), _pk("appointment"), _pk("service")

STORE: dict[str, Rule] = {
    "healthz": get(EVERYBODY),
    "manifest": get(EVERYBODY),
    "service_worker": get(EVERYBODY),
    "offline": get(EVERYBODY),
    "outbox": get(EVERYBODY),  # exists while DEBUG is on
    "choose_language": get(EVERYBODY, lambda world: {"language": "th"}),
    "public_media": get(EVERYBODY, lambda world: {"path": world["photo"]}),
    "dashboard": get(SIGNED_IN),
}

SERVICES: dict[str, Rule] = {
    "services:home": get(EVERYBODY),
    "services:browse": get(EVERYBODY),
    "services:category": get(EVERYBODY, lambda world: {"slug": world["service"].category.slug}),
    "services:detail": get(EVERYBODY, SERVICE),
    "services:provider": get(EVERYBODY, lambda world: {"slug": world["service"].provider.slug}),
    "services:mine": get(SIGNED_IN),
    "services:add": get(SIGNED_IN),
    "services:edit": get(SHOP, SERVICE),
    "services:list": post(SHOP, SERVICE),
    "services:unlist": post(SHOP, SERVICE),
    "services:sitemap": get(EVERYBODY),
    "services:sitemap_part": get(EVERYBODY, lambda world: {"section": "services"}),
    "services:robots": get(EVERYBODY),
}

ACCOUNTS: dict[str, Rule] = {
    "accounts:settings": get(SIGNED_IN),
    "accounts:save_profile": post(SIGNED_IN),
    "accounts:save_shop": post(frozenset({"provider", "stranger"})),  # owners, of their own shop
    "accounts:push_key": get(SIGNED_IN),
    "accounts:push_subscribe": post(SIGNED_IN),  # of their own browser; 422 without one
    "accounts:push_unsubscribe": post(SIGNED_IN),
    "accounts:choose_shop": post(SHOP, lambda world: {"pk": world["service"].provider_id}),
    "accounts:open_shop": get(SIGNED_IN),
    "accounts:join": get(EVERYBODY, _invitation),  # the secret in the address is what lets in
    "accounts:accept_invitation": post(SIGNED_IN, _invitation),  # all but the first read why not
}

TEAM: dict[str, Rule] = {
    "team": get(OWNERS),
    "invite_agent": post(OWNERS, email="somebody@people.example"),
    "withdraw_invitation": post(frozenset({"provider"}), _pk("invitation")),
    "remove_agent": post(frozenset({"provider"}), lambda world: {"pk": world["member"].pk}),
    "thread_panel": get(BOTH_SIDES, _thread("thread_pk")),
    "customer_profile": get(SHOP, _thread("thread_pk")),
    "save_customer": post(SHOP, _thread("thread_pk")),
    # An agent reads that only the owner merges.
    "merge_customers": Rule(SHOP, _thread("thread_pk"), "post", lambda world: {"other": world["thread"].pk}),
}

ORDERS: dict[str, Rule] = {
    "orders:place": get(SIGNED_IN, SERVICE),
    "orders:list": get(SIGNED_IN),
    "orders:shop_list": get(SHOP | {"stranger"}),
    "orders:detail": get(BOTH_SIDES, ORDER),
    "orders:card": get(BOTH_SIDES, ORDER),
    "orders:confirm": post(BOTH_SIDES, ORDER),  # the customer reads why not
    "orders:complete": post(BOTH_SIDES, ORDER),
    "orders:cancel": post(BOTH_SIDES, ORDER),
    "orders:order_list": get(SHOP | {"stranger"}),
    "orders:new_sale": get(SHOP, ORDER),
    "orders:additional_sale": get(SHOP, ORDER),
    "orders:create_in_thread": post(SHOP, _thread("thread_pk"), sale_kind="new"),
    "orders:for_customer": get(SHOP | {"stranger"}),
    "orders:taken": get(SHOP, _pk("taken_order")),
    "orders:notify_transfer": get(CUSTOMER, ORDER),
    "orders:use_coupon": post(CUSTOMER, ORDER, coupon="1"),
    "orders:remove_coupon": post(CUSTOMER, ORDER),
    "orders:share_link": post(BOTH_SIDES, ORDER),  # does nothing for the customer
    "orders:notice": get(BOTH_SIDES, NOTICE),
    "orders:transfer_line": get(BOTH_SIDES, NOTICE),
    "orders:slip": get(BOTH_SIDES, NOTICE),
    "orders:accept_notice": post(BOTH_SIDES, NOTICE),  # the customer reads why not
    "orders:reject_notice": post(BOTH_SIDES, NOTICE, finding="duplicate", reason="Twice"),
    "orders:link": get(EVERYBODY, _link),
    "orders:link_transfer": get(EVERYBODY, _link),
    "orders:payment_settings": get(OWNERS),
    "orders:save_payments": post(OWNERS),
    "orders:add_account": post(OWNERS),
    "orders:remove_account": post(frozenset({"provider"}), _pk("account")),
}

OUTSIDE: dict[str, Rule] = {
    "orders:outside": get(OWNERS),
    "orders:outside_save": post(OWNERS),
    "orders:outside_secret": post(OWNERS),
    "orders:outside_disconnect": post(OWNERS),
    "orders:outside_reconnect": post(OWNERS),
    "orders:outside_deliveries": get(OWNERS),
    "orders:outside_events": get(OWNERS),
    "orders:outside_send_again": post(frozenset({"provider"}), _pk("outside_delivery")),
    "orders:outside_screen": get(SHOP, _pk("outside_card")),
    "orders:outside_openapi": get(EVERYBODY),
    # The signature lets in, not who is logged in: without one everybody gets 401.
    "orders:outside_updates": post(EVERYBODY, lambda world: {"token": world["outside"].token}),
}

MESSAGING: dict[str, Rule] = {
    "messaging:inbox": get(SIGNED_IN),
    "messaging:rows": get(SIGNED_IN),
    "messaging:unread": get(SIGNED_IN),
    "messaging:thread": get(BOTH_SIDES, _thread()),
    "messaging:send": post(BOTH_SIDES, _thread(), body="hello"),
    "messaging:attach": post(BOTH_SIDES, _thread()),
    "messaging:older": get(BOTH_SIDES, _thread(seq=1)),
    "messaging:after": get(BOTH_SIDES, _thread(seq=0)),
    "messaging:read": post(BOTH_SIDES, _thread(), seq="1"),
    "messaging:assignment": get(SHOP, _thread()),
    "messaging:assign": post(SHOP, _thread(), to=""),
    "messaging:close": post(SHOP, _thread()),
    "messaging:reopen": post(SHOP, _thread()),
    "messaging:attachment": get(BOTH_SIDES, _pk("attachment")),
}

APPOINTMENTS: dict[str, Rule] = {
    "appointments:list": get(SIGNED_IN),
    "appointments:renew_feed": post(SIGNED_IN),
    "appointments:feed": get(EVERYBODY, lambda world: {"token": world["feed_token"]}),
    # The customer reads that the provider makes it.
    "appointments:create": get(BOTH_SIDES, _thread("thread_pk")),
    "appointments:detail": get(BOTH_SIDES, APPOINTMENT),
    "appointments:booked": get(BOTH_SIDES, APPOINTMENT),
    "appointments:card": get(BOTH_SIDES, APPOINTMENT),
    "appointments:accept": post(BOTH_SIDES, APPOINTMENT),
    "appointments:cancel": post(BOTH_SIDES, APPOINTMENT),
    "appointments:propose": get(BOTH_SIDES, APPOINTMENT),
    "appointments:ics": get(BOTH_SIDES, APPOINTMENT),
    "appointments:call": get(CALLERS, APPOINTMENT),
    "appointments:ice_servers": get(CALLERS, APPOINTMENT),
    "appointments:call_messages": get(CALLERS, APPOINTMENT),
    "appointments:call_line": get(BOTH_SIDES, _pk("call")),
}

# The desk is its own shop's: a stranger has one too. Of a lead on it only that shop's people know.
_DESKS = SHOP | {"stranger"}
_CONTACT: Arguments = lambda world: {"slug": world["service"].provider.slug}  # noqa: E731

FOLLOWUP: dict[str, Rule] = {
    "followup:desk": get(_DESKS),
    "followup:leads": get(_DESKS),
    "followup:orders": get(_DESKS),
    "followup:callbacks": get(_DESKS),
    "followup:transfers": get(_DESKS),
    "followup:export": get(_DESKS, lambda world: {"menu": "follow-up", "file_format": "csv"}),
    "followup:reports": get(_DESKS),
    "followup:settings": get(OWNERS),
    "followup:order": get(SHOP, ORDER),
    "followup:callback": get(SHOP, _pk("callback")),
    "followup:start_conversation": post(SHOP, _pk("callback")),
    "followup:transfer": get(SHOP, NOTICE),
    "followup:silence": get(SHOP, _pk("silence")),
    "followup:add_note": post(SHOP, lambda world: {"kind": "order", "pk": world["order"].pk}, note="Called"),
    "followup:tick_note": post(SHOP, _pk("note"), ended="1"),
    "followup:contact": get(EVERYBODY, _CONTACT),
    "followup:contact_thanks": get(EVERYBODY, _CONTACT),
}

# World's parcel is with the courier of the cast. Who holds the order's link sees it, whoever they are.
_CARRIED: Arguments = lambda world: {"order_pk": world["delivery"].order_id}  # noqa: E731
_PROOF: Arguments = lambda world: {"pk": world["report"].pk, "what": "photo"}  # noqa: E731
_BY_LINK: Arguments = lambda world: {"token": world["delivery"].order.link_token}  # noqa: E731

TRACKING: dict[str, Rule] = {
    "delivery:detail": get(BOTH_SIDES, _pk("delivery")),
    "delivery:card": get(BOTH_SIDES, _pk("delivery")),
    "delivery:states": get(SIGNED_IN),  # of the reader's own orders
    "delivery:tracking": get(BOTH_SIDES, _CARRIED),
    "delivery:my_address": get(CUSTOMER, _CARRIED),
    "delivery:proof": get(BOTH_SIDES, _PROOF),
    "delivery:link_section": get(EVERYBODY, _BY_LINK),
    "delivery:link_proof": get(EVERYBODY, lambda world: {**_BY_LINK(world), **_PROOF(world)}),
}

_COURIER: Arguments = lambda world: {"pk": world["delivery"].courier_id}  # noqa: E731
_OF_PROVIDER = frozenset({"provider"})

DISPATCH: dict[str, Rule] = {
    "delivery:couriers": get(OWNERS),
    "delivery:add_courier": get(OWNERS),
    "delivery:edit_courier": get(_OF_PROVIDER, _COURIER),
    "delivery:courier_photo": get(SHOP, _COURIER),
    "delivery:deactivate_courier": post(_OF_PROVIDER, _pk("spare_courier")),
    "delivery:activate_courier": post(_OF_PROVIDER, _pk("spare_courier")),
    "delivery:reset_courier_password": post(_OF_PROVIDER, _pk("spare_courier")),
    "delivery:board": get(_DESKS),
    "delivery:assign_many": get(_DESKS),
    "delivery:hand_in": post(SHOP, lambda world: {"courier_pk": world["delivery"].courier_id}, amount="1"),
    "delivery:accept_report": post(SHOP, _pk("report")),
    "delivery:set_aside": post(SHOP, _pk("report")),
    "delivery:take_back": post(SHOP, _pk("delivery")),
    "delivery:order_section": get(SHOP, _CARRIED),
    "delivery:assign": Rule(
        SHOP, _CARRIED, "post", lambda world: {"courier": world["delivery"].courier_id, "seen": "0"}
    ),
    "delivery:save_address": post(SHOP, _CARRIED, address="1 Silom"),
    "delivery:delivery_settings": get(OWNERS),
}

_TEXT = {"kind": "courier_announcement"}
_FARSI = {**_TEXT, "language": "fa"}
SMS: dict[str, Rule] = {
    "delivery:sms_settings": get(OWNERS),
    "delivery:sms_save": post(OWNERS),
    "delivery:sms_test": post(OWNERS),
    "delivery:sms_log": get(OWNERS),
    "delivery:sms_again": post(frozenset({"provider"}), _pk("sms")),
    "delivery:message_texts": get(OWNERS),
    "delivery:message_text": get(OWNERS, lambda world: _TEXT),
    "delivery:message_text_switch": post(OWNERS, lambda world: _TEXT, on="1"),
    "delivery:message_text_save": post(OWNERS, lambda world: _FARSI, text="{number}"),
    "delivery:message_text_preview": post(OWNERS, lambda world: _FARSI, text="{number}"),
    "delivery:message_text_reset": post(OWNERS, lambda world: _FARSI),
}

_COURIERS = frozenset({"courier"})
_TASK_LINK: Arguments = lambda world: {"token": world["delivery"].link_token}  # noqa: E731
_PICKED_UP = {"state": "picked_up", "client_id": "0f4a4a0e-6f0f-4b1e-9d53-3b1f0c8f7a11"}

TASKS: dict[str, Rule] = {
    "delivery:tasks": get(_COURIERS),
    "delivery:tasks_data": get(_COURIERS),
    "delivery:tasks_manifest": get(EVERYBODY),
    "delivery:task_history": get(_COURIERS),
    "delivery:task": get(_COURIERS, _pk("delivery")),
    "delivery:report": post(_COURIERS, _pk("delivery"), **_PICKED_UP),
    "delivery:task_proof": get(_COURIERS, _PROOF),
    # The secret in the address is what lets in.
    "delivery:task_link": get(EVERYBODY, _TASK_LINK),
    "delivery:link_report": post(EVERYBODY, _TASK_LINK, **_PICKED_UP),
    "delivery:task_link_proof": get(EVERYBODY, lambda world: {**_TASK_LINK(world), **_PROOF(world)}),
}

_KIND: Arguments = lambda world: {"kind": "phone"}  # noqa: E731
BATCHES: dict[str, Rule] = {
    "loyalty:imports": get(OFFICE),
    "loyalty:adjust_by_phone": get(OFFICE),
    "loyalty:adjust_by_number": get(OFFICE),
    "loyalty:upload_batch": post(OFFICE, _KIND),
    "loyalty:batch_template": get(OFFICE, lambda world: {"kind": "phone", "file_format": "csv"}),
    "loyalty:batch": get(OFFICE, _pk("batch")),
    "loyalty:batch_state": get(OFFICE, _pk("batch")),
    "loyalty:check_batch": post(OFFICE, _pk("batch")),
    "loyalty:run_batch": post(OFFICE, _pk("batch")),
    "loyalty:approve_batch": post(OFFICE, _pk("batch")),
    "loyalty:undo_batch": post(OFFICE, _pk("batch")),
    "loyalty:approve_undo": post(OFFICE, _pk("batch")),
    "loyalty:keep_batch": post(OFFICE, _pk("batch")),
    "loyalty:stop_batch": post(OFFICE, _pk("batch")),
    "loyalty:go_on_with_batch": post(OFFICE, _pk("batch")),
    "loyalty:discard_batch": post(OFFICE, _pk("batch")),
    "loyalty:batch_result": get(OFFICE, lambda world: {"pk": world["batch"].pk, "file_format": "csv"}),
    "loyalty:activity_log": get(OFFICE),
    "loyalty:member_changes": get(OFFICE),
    "loyalty:coupon_log": get(OFFICE),
    "loyalty:export_activity_log": get(OFFICE, lambda world: {"file_format": "csv"}),
}

# The operator's own pages beside the models' ones: for everybody else they are the admin's log-in.
# The site's own lists that the role Operator acts on; it reads a row and its history, and changes none.
FOR_OPERATORS_TOO = ("admin:services_service", "admin:accounts_user", "admin:notify_notification")
ADMIN: dict[str, Rule] = {
    "admin:system_check": get(OPERATOR),
    "admin:system_check_relay": post(OPERATOR),
    "admin:system_check_servers": get(OPERATOR),
}

_LOYAL, _CAMPAIGN = _pk("loyal"), _pk("campaign")
_REFUND = {"amount": "1", "reason": "Broken", "form_token": "0f4a4a0e-6f0f-4b1e-9d53-3b1f0c8f7a12"}

# The backoffice's 3.4 Friend Get Friend and 4.1 Member Detail.
MEMBERS: dict[str, Rule] = {
    "loyalty:campaigns": get(OFFICE),
    "loyalty:add_campaign": get(OFFICE),
    "loyalty:campaign": get(OFFICE, _CAMPAIGN),
    "loyalty:edit_campaign": get(OFFICE, _CAMPAIGN),
    "loyalty:export_campaign": get(OFFICE, _CAMPAIGN),
    "loyalty:members": get(OFFICE),
    "loyalty:add_member": get(OFFICE),
    "loyalty:member": get(OFFICE, _LOYAL),
    "loyalty:edit_member": get(OFFICE, _LOYAL),
    "loyalty:merge_members": get(OFFICE, _LOYAL),
    "loyalty:confirm_merge": Rule(OFFICE, _LOYAL, "post", lambda world: {"other": world["other_loyal"].pk}),
    "loyalty:erase_member": get(OFFICE, _LOYAL),
    "loyalty:export_member": get(OFFICE, _LOYAL),
    "loyalty:refund_purchase": post(OFFICE, _pk("purchase"), **_REFUND),
}

RULES: dict[str, Rule] = {**STORE, **SERVICES, **ACCOUNTS, **TEAM, **ORDERS, **MESSAGING, **APPOINTMENTS}
RULES |= FOLLOWUP
RULES |= TRACKING
RULES |= OUTSIDE
RULES |= DISPATCH
RULES |= SMS
RULES |= TASKS
RULES |= MEMBERS

_COUNTER = WITH_STAFF
WHO_GAVE = frozenset({"operator"})
_UUID = "0f4a4a0e-6f0f-4b1e-9d53-3b1f0c8f7a11"


def _chosen(**more: Any) -> Arguments:
    return lambda world: {
        "member_pk": world["loyalty_member"].pk,
        "kind": "reward",
        "pk": world["reward"].pk,
        **more,
    }


_WHO_DID = frozenset({"operator"})

COUNTER: dict[str, Rule] = {
    "loyalty:counter": get(_COUNTER),
    "loyalty:counter_branch": get(_COUNTER),
    "loyalty:choose_branch": post(_COUNTER, _pk("branch")),
    "loyalty:counter_card": get(_COUNTER, lambda world: {"token": world["loyalty_member"].qr_token}),
    "loyalty:counter_link_phone": post(_COUNTER, _pk("loyalty_member"), phone="+66812345670"),
    "loyalty:counter_earn": get(_COUNTER),
    "loyalty:counter_new_member": post(_COUNTER, phone="+66812345671", amount="10"),
    "loyalty:counter_give": get(
        _COUNTER, lambda world: {"member_pk": world["loyalty_member"].pk, "form_token": _UUID}
    ),
    "loyalty:counter_redeem": get(_COUNTER),
    "loyalty:counter_rewards": get(_COUNTER, _pk("loyalty_member", "member_pk")),
    "loyalty:counter_choose": get(_COUNTER, _chosen()),
    "loyalty:counter_confirm": get(_COUNTER, _chosen(form_token=_UUID)),
    "loyalty:counter_coupon": get(_COUNTER),
    "loyalty:counter_use_coupon": get(_COUNTER, lambda world: {"token": coupon_token(world["redemption"])}),
    # Of who did it, and of nobody else at the counter.
    # A slip belongs to who gave the points.
    "loyalty:counter_given": get(WHO_GAVE, _pk("counter_purchase")),
    "loyalty:undo_counter_purchase": post(WHO_GAVE, _pk("counter_purchase")),
    "loyalty:counter_redeemed": get(WHO_GAVE, _pk("redemption")),
    "loyalty:undo_counter_redemption": post(WHO_GAVE, _pk("redemption")),
    "loyalty:undo_counter_coupon": post(WHO_GAVE, _pk("coupon_use")),
}

_OFFER: Arguments = lambda world: {"kind": "reward", "pk": world["reward"].pk}  # noqa: E731

# Who has not joined is led to joining.
POINTS: dict[str, Rule] = {
    "loyalty:my_points": get(SIGNED_IN),
    "loyalty:join_points": post(SIGNED_IN),
    "loyalty:my_history": get(SIGNED_IN),
    "loyalty:my_card": get(SIGNED_IN),
    "loyalty:my_phone": get(SIGNED_IN),
    "loyalty:prove_my_phone": post(SIGNED_IN, code="123456"),
    "loyalty:my_rewards": get(SIGNED_IN),
    "loyalty:my_reward": get(SIGNED_IN, _OFFER),
    "loyalty:my_redeem": get(SIGNED_IN, lambda world: {**_OFFER(world), "form_token": _UUID}),
    "loyalty:my_coupons": get(SIGNED_IN),
    "loyalty:my_coupon": get(CUSTOMER, _pk("redemption")),
    "loyalty:my_friends": get(SIGNED_IN),
    "loyalty:invitation": get(EVERYBODY, lambda world: {"code": world["loyalty_member"].invite_code}),
}

RULES |= COUNTER
RULES |= POINTS
RULES |= BATCHES

# The backoffice's 3.2 Reward Setup and 3.3 Package Setup.
_REWARD, _PACKAGE = _pk("reward"), _pk("package")

REWARDS: dict[str, Rule] = {
    "loyalty:rewards": get(OFFICE),
    "loyalty:add_reward": get(OFFICE),
    "loyalty:edit_reward": get(OFFICE, _REWARD),
    "loyalty:switch_reward": post(OFFICE, _REWARD, to="off"),
    "loyalty:reward_codes": get(OFFICE, _REWARD),
    "loyalty:remove_codes": post(OFFICE, _REWARD),
    "loyalty:reward_redemptions": get(OFFICE, _REWARD),
    "loyalty:undo_reward_redemption": post(OFFICE, _pk("redemption")),
    "loyalty:packages": get(OFFICE),
    "loyalty:add_package": get(OFFICE),
    "loyalty:edit_package": get(OFFICE, _PACKAGE),
    "loyalty:switch_package": post(OFFICE, _PACKAGE, to="off"),
}

RULES |= REWARDS

# The backoffice's 2 Home.
HOME: dict[str, Rule] = {
    "loyalty:dashboard": get(OFFICE),
    "loyalty:refresh_figures": post(OFFICE, page="dashboard"),
    "loyalty:user_insight": get(OFFICE),
    "loyalty:save_insight_rule": post(OFFICE),
    "loyalty:export_group": get(OFFICE, lambda world: {"group": "new", "file_format": "csv"}),
    "loyalty:activity_summary": get(OFFICE),
}

RULES |= HOME

_BRANCH: Arguments = lambda world: {"pk": world["branch"].pk}  # noqa: E731
_PERSON: Arguments = lambda world: {"pk": world["office_person"].pk}  # noqa: E731
RULES |= {
    "loyalty:account_setup": get(OFFICE),
    "loyalty:save_store": post(OFFICE),
    "loyalty:programme_setup": get(OFFICE),
    "loyalty:save_programme": post(OFFICE),
    "loyalty:branches": get(OFFICE),
    "loyalty:add_branch": get(OFFICE),
    "loyalty:edit_branch": get(OFFICE, _BRANCH),
    "loyalty:close_branch": post(OFFICE, _BRANCH),
    "loyalty:open_branch": post(OFFICE, _BRANCH),
    "loyalty:permissions": get(OPERATOR),
    "loyalty:role_rights": get(OPERATOR),
    "loyalty:save_rights": post(
        OPERATOR, **{f"operator-{right}": "on" for right in Right}, **{"staff-counter": "on"}
    ),
    "loyalty:add_account": get(OPERATOR),
    "loyalty:edit_account": get(OPERATOR, _PERSON),
    "loyalty:deactivate_account": post(OPERATOR, _PERSON),
    "loyalty:activate_account": post(OPERATOR, _PERSON),
    "loyalty:reset_account_password": post(OPERATOR, _PERSON),
    "loyalty:my_profile": get(WITH_STAFF),
    "loyalty:save_my_profile": post(WITH_STAFF),
    "loyalty:user_manual": get(WITH_STAFF),
    "loyalty:download_manual": get(WITH_STAFF, lambda world: {"language": "th"}),
    "loyalty:language": get(WITH_STAFF),
    "loyalty:save_language": post(WITH_STAFF, language="en"),
}

_RULE: Arguments = lambda world: {"pk": world["earning_rule"].pk}  # noqa: E731
_LEVEL: Arguments = lambda world: {"pk": world["level"].pk}  # noqa: E731
RULES |= {
    "loyalty:earning_rules": get(OFFICE),
    "loyalty:add_earning_rule": get(OFFICE),
    "loyalty:edit_earning_rule": get(OFFICE, _RULE),
    "loyalty:move_earning_rule": post(OFFICE, _RULE, to="up"),
    "loyalty:levels": get(OFFICE),
    "loyalty:save_level_settings": post(OFFICE),
    "loyalty:add_level": get(OFFICE),
    "loyalty:edit_level": get(OFFICE, _LEVEL),
    # A reward is for it: everybody reads that it stays.
    "loyalty:remove_level": post(OFFICE, _LEVEL),
}
