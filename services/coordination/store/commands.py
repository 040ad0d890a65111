"""What workflows are to be told: rows written with what causes them, delivered afterwards."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.trace_context import current_trace
from chassis.vault import Vault
from contracts.acts import Act, Actor, Command
from contracts.awaited import LOOK_AGAIN
from contracts.cases import INTAKE_WITHDRAWN, CaseInput, Kind, workflow_id
from contracts.events.envelope import new_id
from contracts.message import private_texts, without_private
from contracts.policies import Policy
from services.coordination.models import (
    CaseFile,
    CasePerson,
    CommandRow,
    Meeting,
    PrivateTextRow,
)

WAKE_CHANNEL = "command"
"""Prefix of the NOTIFY channel by which the relay wakes; the schema's name follows."""

START, ACT, SIGNAL = "start", "act", "signal"


@dataclass(frozen=True)
class Addressee:
    """The workflow that a command is for."""

    kind: Kind
    id: UUID

    @property
    def workflow_id(self) -> str:
        return workflow_id(self.kind, self.id)


async def store_start(session: AsyncSession, case: CaseFile) -> None:
    """A case's workflow is to be started; the policy in force is added when it is."""
    started = await case_input(session, case, Policy())
    payload = started.model_dump(mode="json", exclude={"policy", "carried", "memory"})
    await _store(session, case, START, START, payload)


async def case_input(session: AsyncSession, case: CaseFile, policy: Policy) -> CaseInput:
    """What a case's workflow begins with, as the record has it."""
    persons = await session.scalars(
        select(col(CasePerson.person_id)).where(col(CasePerson.case_id) == case.case_id)
    )
    return CaseInput(
        case_id=case.case_id,
        intake_id=case.intake_id,
        receipt_number=case.receipt_number,
        channel=case.channel,
        programme_no=case.programme_no,
        person_ids=tuple(sorted(persons)),
        urgent=case.urgent,
        basic_area=case.basic_area,
        received_on=case.received_on,
        policy=policy,
    )


async def store_withdrawal(session: AsyncSession, case: CaseFile) -> None:
    """A case's workflow is to hear that its intake was taken back."""
    await _store(session, case, SIGNAL, INTAKE_WITHDRAWN, {})


async def store_look_again(session: AsyncSession, case: CaseFile) -> None:
    """A case's workflow is to hear that a birth date was entered or corrected."""
    await _store(session, case, SIGNAL, LOOK_AGAIN, {})


async def store_placement_news(
    session: AsyncSession, case: CaseFile, placement_id: UUID, news: str
) -> None:
    """A placement is to hear what participation made known; one that is over does not."""
    await _store(session, case, SIGNAL, news, {}, to=Addressee(Kind.PLACEMENT, placement_id))


async def store_act(
    session: AsyncSession,
    vault: Vault,
    case: CaseFile,
    to: Addressee,
    act: Act,
    principal: Principal,
    *,
    task_id: UUID | None,
    decisive: bool,
) -> UUID:
    """Store an act for delivery; its private texts are sealed, apart. The command's id."""
    command = Command(
        command_id=new_id(),
        act=without_private(act),
        actor=Actor(
            sub=principal.sub, roles=tuple(sorted(principal.roles)), agency=principal.agency
        ),
        at=datetime.now(UTC),
    )
    await _store(
        session,
        case,
        ACT,
        act.code,
        command.model_dump(mode="json"),
        to=to,
        command_id=command.command_id,
        sub=principal.sub,
        agency=principal.agency,
        task_id=task_id,
        decisive=decisive,
    )
    await _seal_texts(session, vault, case, to, act, command.command_id)
    return command.command_id


async def _seal_texts(
    session: AsyncSession,
    vault: Vault,
    case: CaseFile,
    to: Addressee,
    act: Act,
    command_id: UUID,
) -> None:
    """A text that belongs to a meeting carries its legal basis: that decides who may open it."""
    held = await session.get(Meeting, to.id) if to.kind is Kind.MEETING else None
    for field, text in sorted(private_texts(act)):
        session.add(
            PrivateTextRow(
                command_id=command_id,
                field=field,
                case_id=case.case_id,
                meeting_id=held.meeting_id if held else None,
                legal_basis=held.legal_basis if held else None,
                categories=list(getattr(act, "about", ())),
                sealed=await vault.seal(session, "case", case.case_id, text),
            )
        )
    await session.flush()


async def _store(
    session: AsyncSession,
    case: CaseFile,
    what: str,
    name: str,
    payload: dict[str, Any],
    *,
    to: Addressee | None = None,
    command_id: UUID | None = None,
    **more: Any,
) -> None:
    """The caller holds the case's lock, so `seq` follows the order of commits for its workflows."""
    to = to or Addressee(Kind.CASE, case.case_id)
    now = datetime.now(UTC)
    traceparent, tracestate = current_trace()
    await session.execute(
        insert(CommandRow).values(
            command_id=command_id or new_id(),
            case_id=case.case_id,
            workflow_id=to.workflow_id,
            target_kind=to.kind,
            target_id=to.id,
            what=what,
            act=name,
            payload=payload,
            outcome={},
            status="pending",
            attempts=0,
            next_try_at=now,
            created_at=now,
            traceparent=traceparent,
            tracestate=tracestate,
            **{"decisive": False, **more},
        )
    )
    channel = func.concat(f"{WAKE_CHANNEL}.", func.current_schema())
    await session.execute(select(func.pg_notify(channel, "")))


async def decisive_on_its_way(session: AsyncSession, workflow: str) -> CommandRow | None:
    """Somebody's act that leaves the workflow's present state and is not settled yet."""
    return (
        await session.scalars(
            select(CommandRow)
            .where(
                col(CommandRow.workflow_id) == workflow,
                col(CommandRow.status) == "pending",
                col(CommandRow.decisive),
            )
            .limit(1)
        )
    ).one_or_none()


async def settle(
    session: AsyncSession, command_id: UUID, status: str, outcome: dict[str, Any]
) -> bool:
    """Close a pending command; False if its effect has closed it already."""
    settled = await session.scalar(
        update(CommandRow)
        .where(col(CommandRow.command_id) == command_id, col(CommandRow.status) == "pending")
        .values(status=status, outcome=outcome, settled_at=datetime.now(UTC))
        .returning(col(CommandRow.command_id))
    )
    return settled is not None


async def put_off(session: AsyncSession, command_id: UUID, until: datetime) -> None:
    """A try has failed: the command stays pending and is tried again."""
    await session.execute(
        update(CommandRow)
        .where(col(CommandRow.command_id) == command_id, col(CommandRow.status) == "pending")
        .values(next_try_at=until, attempts=col(CommandRow.attempts) + 1)
    )


async def pending(session: AsyncSession) -> tuple[int, float]:
    """How many commands are on their way, and for how many seconds the oldest has been."""
    age = func.extract("epoch", func.now() - func.min(col(CommandRow.created_at)))
    row = (
        await session.execute(
            select(func.count(), func.coalesce(age, 0)).where(col(CommandRow.status) == "pending")
        )
    ).one()
    return int(row[0]), max(float(row[1]), 0.0)


__all__ = [
    "ACT",
    "SIGNAL",
    "START",
    "WAKE_CHANNEL",
    "Addressee",
    "decisive_on_its_way",
    "pending",
    "put_off",
    "settle",
    "store_act",
    "store_start",
    "store_withdrawal",
]
