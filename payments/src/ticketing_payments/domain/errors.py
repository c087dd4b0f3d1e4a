"""Why a payment or a refund is refused."""

from ticketing_common.errors import InvalidState


class OrderCancelled(InvalidState):
    """The buyer cancelled the order."""

    message = "That order was cancelled. Nothing was charged. Order the ticket again if it is still available."


class OrderExpired(InvalidState):
    """The reservation has expired."""

    message = (
        "The time to pay this order has run out. Nothing was charged. Order the ticket again if it is still available."
    )


class AlreadyPaid(InvalidState):
    """An order is paid once."""

    message = "That order is already paid. Nothing more was charged."


class PaymentCanceled(InvalidState):
    """The intent was canceled, not by us: the order is open, but nothing can pay it."""

    message = "The payment of that order was canceled. Nothing was charged. Cancel the order and order again."


class StillProcessing(InvalidState):
    """The order is closed, but the bank may still capture the money; orders then settles the payment."""

    message = "Your bank is still processing this payment. Check the order again in a minute."


class NotRefundable(Exception):
    """A refund was requested of a payment that does not exist here or captured nothing. Needs a person."""


class IntentMismatch(Exception):
    """The intent is another payment's, or differs in amount, currency or mode. Needs a person."""
