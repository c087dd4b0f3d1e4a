"""What `ticketing trace` tells of an order of a running stack."""

from ticketing_local.operated_stack import operated_stack
from ticketing_local.state import StateDir
from ticketing_ops.trace.command import read_timeline
from ticketing_ops.trace.timeline import Timeline
from ticketing_test_support.stack import Stack


async def timeline_of(stack: Stack, name: str) -> Timeline:
    """Of the order, ticket or payment with this id."""
    return await read_timeline(operated_stack(StateDir(stack.state_dir)), name)


def sentences(timeline: Timeline) -> list[str]:
    """Each step, oldest first: `orders: The reservation expires; …`."""
    return [f"{step.source}: {step.text}" for step in timeline.steps]


def in_order(timeline: Timeline, *beginnings: str) -> bool:
    """Whether steps that begin so happened in this order."""
    told = iter(sentences(timeline))
    return all(any(sentence.startswith(beginning) for sentence in told) for beginning in beginnings)
