"""`ticketing audit`: does the running stack keep its guarantees?"""

import asyncio
import json
import time
from collections.abc import Mapping

from ticketing_common.errors import Unavailable
from ticketing_ops.audit import run_checks
from ticketing_ops.audit.delivery import DEAD_LETTERED
from ticketing_ops.audit.reader import SnapshotReader, open_reader
from ticketing_ops.audit.snapshot import Finding, Snapshot, amounts
from ticketing_ops.errors import OperationError

RECHECK_SECONDS = 1.0


def audit(urls: Mapping[str, str], *, settle: float, as_json: bool) -> int:
    """Print each violation of I1 to I8 and each dead letter; exit status 1 when there is one.

    Raises OperationError when a part of the stack cannot be read.
    """
    try:
        snapshot, findings = asyncio.run(_audit(urls, settle))
    except Unavailable as error:
        raise OperationError(f"The audit failed: {error.message} `ticketing ps` shows what is running.") from None
    print(_json(snapshot, findings) if as_json else _text(snapshot, findings))
    return 1 if findings else 0


async def _audit(urls: Mapping[str, str], settle: float) -> tuple[Snapshot, list[Finding]]:
    async with open_reader(urls) as reader:
        return await _settled(reader, deadline=time.monotonic() + settle)


async def _settled(reader: SnapshotReader, *, deadline: float) -> tuple[Snapshot, list[Finding]]:
    """Check until nothing is wrong or the deadline has passed. Only what two checks in a row find is reported: the
    stack goes on working while a snapshot is read."""
    snapshot = await reader.read()
    findings = run_checks(snapshot)
    while findings:
        await asyncio.sleep(RECHECK_SECONDS)
        before = {(finding.guarantee, finding.where) for finding in findings}
        snapshot = await reader.read()
        findings = run_checks(snapshot)
        if time.monotonic() > deadline or all(finding.guarantee == DEAD_LETTERED for finding in findings):
            return snapshot, [finding for finding in findings if _is_permanent(finding, before)]
    return snapshot, findings


def _is_permanent(finding: Finding, before: set[tuple[str, str]]) -> bool:
    return finding.guarantee == DEAD_LETTERED or (finding.guarantee, finding.where) in before


def _counts(snapshot: Snapshot) -> dict[str, int]:
    totals = [amounts(payment) for payment in snapshot.payments]
    return {
        "accounts": len(snapshot.users),
        "tickets": len(snapshot.tickets),
        "orders": len(snapshot.orders),
        "payments": sum(total.captured > 0 for total in totals),
        "captured": sum(total.captured for total in totals),
        "refunded": sum(total.refunded for total in totals),
        "disputed": sum(total.disputed for total in totals),
        "dead letters": len(snapshot.dead_letters),
    }


def _text(snapshot: Snapshot, findings: list[Finding]) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in _counts(snapshot).items())
    if not findings:
        ledger = "Stripe's ledger agrees" if snapshot.ledger is not None else "Stripe's ledger was not read"
        return f"clean: {counts} (amounts in minor units; {ledger})"
    guarantees = ", ".join(sorted({finding.guarantee for finding in findings}))
    summary = f"{len(findings)} violations of {guarantees} among {counts} (amounts in minor units)"
    return "\n".join([*map(str, findings), summary])


def _json(snapshot: Snapshot, findings: list[Finding]) -> str:
    counts = {name.replace(" ", "_"): count for name, count in _counts(snapshot).items()}
    shown = [{"guarantee": item.guarantee, "where": item.where, "what": item.what} for item in findings]
    return json.dumps({"clean": not findings, "counts": counts, "findings": shown}, indent=2)
