"""Which right of the backoffice opens which of its addresses. What is nobody's right (one's own profile,
manual, language) is open to all of the operator's people."""

from loyalty.enums import Right

ADDRESSES: dict[Right, str] = {
    Right.DASHBOARD: "dashboard refresh_figures",
    Right.USER_INSIGHT: "user_insight",
    Right.ACTIVITY_SUMMARY: "activity_summary",
    Right.POINT_EARNING: "earning_rules add_earning_rule edit_earning_rule move_earning_rule",
    Right.REWARDS: "rewards add_reward edit_reward switch_reward reward_codes remove_codes"
    " reward_redemptions undo_reward_redemption",
    Right.PACKAGES: "packages add_package edit_package switch_package",
    Right.FRIENDS: "campaigns add_campaign campaign edit_campaign export_campaign",
    Right.MEMBERS: "members add_member member edit_member merge_members confirm_merge erase_member"
    " export_member refund_purchase",
    Right.LEVELS: "levels save_level_settings add_level edit_level remove_level",
    Right.IMPORT: "imports",
    Right.ADJUST_BY_PHONE: "adjust_by_phone upload_batch batch_template check_batch run_batch"
    " undo_batch discard_batch stop_batch keep_batch go_on_with_batch",
    Right.ADJUST_BY_NUMBER: "adjust_by_number",
    Right.APPROVE: "approve_batch approve_undo",
    Right.ACTIVITY_LOG: "activity_log export_activity_log member_changes coupon_log",
    Right.ACCOUNT_SETUP: "account_setup save_store programme_setup save_programme branches add_branch"
    " edit_branch close_branch open_branch",
    Right.PERMISSIONS: "permissions role_rights save_rights add_account edit_account deactivate_account"
    " activate_account reset_account_password",
    Right.COUNTER: "counter counter_branch choose_branch counter_card counter_link_phone counter_earn"
    " counter_new_member counter_give counter_given undo_counter_purchase counter_redeem counter_rewards"
    " counter_choose counter_confirm counter_redeemed undo_counter_redemption counter_coupon"
    " counter_use_coupon undo_counter_coupon",
}
NOBODYS = "my_profile save_my_profile user_manual download_manual language save_language"

# Each set of rights that opens the address.
OPENED_BY: dict[str, list[set[Right]]] = {
    f"loyalty:{name}": [{right}] for right, names in ADDRESSES.items() for name in names.split()
}
for _name in ("batch", "batch_state", "batch_result"):  # who approves must see what
    OPENED_BY[f"loyalty:{_name}"] = [{Right.ADJUST_BY_PHONE}, {Right.APPROVE}]
OPENED_BY["loyalty:save_insight_rule"] = [{Right.USER_INSIGHT, Right.ACCOUNT_SETUP}]
OPENED_BY["loyalty:export_group"] = [{Right.USER_INSIGHT, Right.MEMBERS}]
OPENED_BY["loyalty:member_changes"] = [{Right.ACTIVITY_LOG, Right.MEMBERS}]
EVERY_ROLES = {f"loyalty:{name}" for name in NOBODYS.split()}
