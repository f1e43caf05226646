from marketplace.demo.market import PASSWORD as OF_THE_MARKET
from marketplace.dev.ready import DEMO_ACCOUNTS, PASSWORD


def test_no_demo_account_waits_for_a_part_that_is_there_by_now() -> None:
    said = [" ".join(line) for line in DEMO_ACCOUNTS]

    assert [line for line in said if "later" in line] == []
    assert [(login, lands) for login, _role, lands in DEMO_ACCOUNTS if login in ("staff", "courier")] == [
        ("staff", "counter /counter/"),
        ("courier", "own tasks /my-tasks/"),
    ]


def test_the_terminal_names_the_password_that_the_market_gives() -> None:
    assert PASSWORD == OF_THE_MARKET
