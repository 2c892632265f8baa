"""What is done in giving: begin a gift, take a webhook, apply the inbox, sweep, give back, send receipts, practise."""

from masthead.funding.giving.actions.checkout import Asked, ConfirmFirst, begin_checkout, confirm_checkout, send_confirmations
from masthead.funding.giving.actions.gifts import Began, GiftRefused, GiveAgain, forget_supporter, start_gift
from masthead.funding.giving.actions.inbox import Received, apply_inbox, receive_webhook, try_again
from masthead.funding.giving.actions.practice import PracticeGift, PracticeOutcome, give_practice, settle_practice
from masthead.funding.giving.actions.receipts import send_again, send_receipts
from masthead.funding.giving.actions.refunds import refund_gift
from masthead.funding.giving.actions.sweeping import look_on_return, sweep

__all__ = [
    "Asked",
    "Began",
    "ConfirmFirst",
    "GiftRefused",
    "GiveAgain",
    "PracticeGift",
    "PracticeOutcome",
    "Received",
    "apply_inbox",
    "begin_checkout",
    "confirm_checkout",
    "forget_supporter",
    "give_practice",
    "look_on_return",
    "receive_webhook",
    "refund_gift",
    "send_again",
    "send_confirmations",
    "send_receipts",
    "settle_practice",
    "start_gift",
    "sweep",
    "try_again",
]
