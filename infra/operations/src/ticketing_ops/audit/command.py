"""`ticketing audit`: does the running stack keep its guarantees?"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from ticketing_common.errors import Unavailable
from ticketing_ops.audit import run_checks
from ticketing_ops.audit.delivery import DEAD_LETTERED
from ticketing_ops.audit.reader import SnapshotReader, open_reader
from ticketing_ops.audit.snapshot import Finding, Snapshot, amounts
from ticketing_ops.errors import OperationError
from ticketing_ops.progress import Progress

RECHECK_SECONDS = 1.0


def audit(urls: Mapping[str, str], *, settle: float, as_json: bool) -> int:
    """Print each violation of I1 to I11 and each dead letter; exit status 1 when there is one.

    Raises OperationError when a part of the stack cannot be read.
    """
    progress = Progress()
    try:
        result = asyncio.run(_audit(urls, settle, progress))
    except Unavailable as error:
        raise OperationError(f"The audit failed: {error.message} `ticketing ps` shows what is running.") from None
    finally:
        progress.close()
    print(_json(result) if as_json else _text(result))
    return 1 if result.findings else 0


@dataclass(frozen=True)
class Result:
    """What one run of all checks found, and how much it checked; amounts in minor units."""

    findings: list[Finding]
    counts: Mapping[str, int]
    has_ledger: bool


async def _audit(urls: Mapping[str, str], settle: float, progress: Progress) -> Result:
    async with open_reader(urls) as reader:
        return await _settled(reader, progress, deadline=time.monotonic() + settle)


async def _settled(reader: SnapshotReader, progress: Progress, *, deadline: float) -> Result:
    """Check until nothing is wrong or the deadline has passed. Only what two checks in a row find is reported: the
    stack keeps working while it is read."""
    result = await _check(reader, progress)
    while result.findings:
        await asyncio.sleep(RECHECK_SECONDS)
        before = {(finding.guarantee, finding.where) for finding in result.findings}
        result = await _check(reader, progress)
        if time.monotonic() > deadline or all(finding.guarantee == DEAD_LETTERED for finding in result.findings):
            permanent = [finding for finding in result.findings if _is_permanent(finding, before)]
            return replace(result, findings=permanent)
    return result


async def _check(reader: SnapshotReader, progress: Progress) -> Result:
    findings, has_ledger = set[Finding](), False
    counts = Counter(accounts=await reader.count_accounts())

    def report(kind: str, done: int) -> None:
        progress.show(f"audit: {kind}, {done:,} checked, {len(findings)} findings so far")

    async for page in reader.pages(report=report):
        findings.update(run_checks(page))
        counts.update(_counts(page))
        has_ledger = has_ledger or page.ledger is not None
    return Result(sorted(findings), counts, has_ledger)


def _is_permanent(finding: Finding, before: set[tuple[str, str]]) -> bool:
    return finding.guarantee == DEAD_LETTERED or (finding.guarantee, finding.where) in before


def _counts(page: Snapshot) -> dict[str, int]:
    totals = [amounts(payment) for payment in page.payments]
    return {
        "tickets": len(page.tickets),
        "orders": len(page.orders),
        "payments": sum(total.captured > 0 for total in totals),
        "captured": sum(total.captured for total in totals),
        "refunded": sum(total.refunded for total in totals),
        "disputed": sum(total.disputed for total in totals),
        "dead letters": len(page.dead_letters),
    }


def _text(result: Result) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in result.counts.items())
    if not result.findings:
        ledger = "Stripe's ledger agrees" if result.has_ledger else "Stripe's ledger was not read"
        return f"clean: {counts} (amounts in minor units; {ledger})"
    guarantees = ", ".join(sorted({finding.guarantee for finding in result.findings}))
    summary = f"{len(result.findings)} violations of {guarantees} among {counts} (amounts in minor units)"
    return "\n".join([*map(str, result.findings), summary])


def _json(result: Result) -> str:
    counts = {name.replace(" ", "_"): count for name, count in result.counts.items()}
    findings = [asdict(finding) for finding in result.findings]
    return json.dumps({"clean": not findings, "counts": counts, "findings": findings}, indent=2)
