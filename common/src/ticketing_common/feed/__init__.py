"""What has just happened, for those who follow it: a process consumes it once for all of them."""

from ticketing_common.feed.changes import Change, Entry, Message, parse
from ticketing_common.feed.feed import Feed, Present
from ticketing_common.feed.subscription import Closed, Subscription

__all__ = ["Change", "Closed", "Entry", "Feed", "Message", "Present", "Subscription", "parse"]
