"""What services import from here. A name that goes away breaks them: take it out of this list only on purpose."""

import importlib
import pkgutil
from types import ModuleType

import pytest

import ticketing_common

NAMES = {
    "replicas": {"wait_for_replica"},
    "currency": {"USD", "Currency"},
    "documents": {"known_fields", "parse_enum"},
    "errors": {
        *("AppError", "ErrorItem", "InvalidRequest", "Forbidden", "NotAuthenticated", "NotFound"),
        *("PaymentDeclined", "InvalidState", "PayloadTooLarge", "Unavailable", "AccountChanged"),
    },
    "events": {
        *("EVENTS", "CancelReason", "Envelope", "Event", "ExpirationComplete", "HeldTicket", "OrderCancelled"),
        *("OrderCompleted", "OrderCreated", "OrderRefundDue", "OrderState", "OrderStatus", "PaymentCreated"),
        *(
            "PaymentFailed",
            "PaymentHistoryEntry",
            "PaymentRefunded",
            "PaymentState",
            "PaymentStep",
            "RefundReason",
            "Subject",
            "TicketCreated",
        ),
        *("TicketState", "TicketUpdated", "VersionedEvent"),
    },
    "events.schemas": {"schema_of", "write_all"},
    "ids": {"created_at", "is_id"},
    "messaging": {
        *("Broker", "RetryLater", "EventPublisher", "Listener", "Publisher", "RetryPolicy", "StreamLimits"),
        *("Consumer", "DeadLetter", "DeadLetters", "NotReplayable", "Backlog", "backlogs", "connect_readonly"),
        *("StoredEvent", "read_events"),
    },
    "mongo": {"OUTBOX_INDEX", "Database", "Document", "Documents", "DuplicateKey", "new_id", "translated_errors"},
    "money": {"to_major", "to_minor"},
    "observability": {"configure"},
    "outbox": {"OutboxSource", "Relay", "PendingEvents"},
    "settings": {"CommonSettings", "PricingSettings", "SessionSettings", "load"},
    "tokens": {"LIFETIME", "CurrentUser", "is_weak", "issue", "verify"},
    "web": {
        *(
            "BrokerConnected",
            "CamelModel",
            "CurrencyDep",
            "CurrentUser",
            "MaybeUser",
            "NewId",
            "Now",
            "Price",
            "SignedInUser",
            "UserId",
            "build_app",
        ),
        *("clear_session", "set_session"),
    },
}


@pytest.mark.parametrize("module", NAMES)
def test_every_public_name_is_there(module: str) -> None:
    there = dir(importlib.import_module(f"ticketing_common.{module}"))
    assert NAMES[module] - set(there) == set()


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(ticketing_common.__path__, "ticketing_common.")
    return [importlib.import_module(module.name) for module in found]


def test_what_a_package_exports_is_in_the_list() -> None:
    exporting = {
        module.__name__.partition(".")[2]: set(module.__all__) for module in modules() if hasattr(module, "__all__")
    }
    assert exporting == {name: NAMES[name] for name in exporting}


def test_every_module_says_what_it_is_for() -> None:
    assert [module.__name__ for module in modules() if not module.__doc__] == []
