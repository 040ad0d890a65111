"""From a wish to a place, and handovers."""

from uuid import uuid4

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import (
    Handover,
    Placement,
)
from tests.services.coordination.desk import (
    Case,
    Desk,
    act_of,
    yesterday,
)
from tests.services.coordination.scenarios.beside import between_two, packed
from tests.services.coordination.scenarios.registry import effect, team


@effect
async def start_participation(desk: Desk) -> Case:
    case = await desk.open(state="active")
    key = uuid4()
    act = act_of("start_participation", person_id=case.person, kinds=["ibasho"], daily_area="馬込")
    await desk.step(case, "active", act, created_id=key)
    row = await desk.row(Placement, placement_id=key)
    assert (row.person_id, row.kinds, row.daily_area) == (case.person, ["ibasho"], "馬込")
    return case


async def on_placement(desk: Desk, state: str, code: str, **fields: object) -> Case:
    case = await desk.open()
    key = await desk.placement(case)
    await desk.step(case, state, act_of(code, **fields), kind=Kind.PLACEMENT, key=key)
    assert (await desk.strand(case, Kind.PLACEMENT, key)).state == state
    return case


@effect
async def approach(desk: Desk) -> Case:
    resource = uuid4()
    case = await on_placement(desk, "approached", "approach", resource_id=resource)
    assert (await desk.row(Placement, case_id=case.case_id)).resource_id == resource
    return case


@effect
async def join_waiting_list(desk: Desk) -> Case:
    resource = uuid4()
    case = await on_placement(desk, "waiting", "join_waiting_list", resource_id=resource)
    assert (await desk.row(Placement, case_id=case.case_id)).resource_id == resource
    return case


async def leave_host(desk: Desk, case: Case, code: str, **fields: object) -> Case:
    row = await desk.row(Placement, case_id=case.case_id)
    left = act_of(code, **fields)
    await desk.step(case, "matching", left, kind=Kind.PLACEMENT, key=row.placement_id)
    assert (await desk.row(Placement, case_id=case.case_id)).resource_id is None
    return case


@effect
async def stop_waiting(desk: Desk) -> Case:
    return await leave_host(desk, await join_waiting_list(desk), "stop_waiting")


@effect
async def match_again(desk: Desk) -> Case:
    return await leave_host(desk, await approach(desk), "match_again", reason="host")


@effect
async def request_development(desk: Desk) -> Case:
    return await on_placement(desk, "developing", "request_development")


@effect
async def record_answer(desk: Desk) -> Case:
    case = await approach(desk)
    row = await desk.row(Placement, case_id=case.case_id)
    refused = act_of("record_answer", accepted=False)
    await desk.step(case, "matching", refused, kind=Kind.PLACEMENT, key=row.placement_id)
    again = await desk.row(Placement, case_id=case.case_id)
    assert again.resource_id is None, "a new try begins without the last host"
    return case


@effect
async def record_visit(desk: Desk) -> Case:
    return await on_placement(desk, "trial", "record_visit", liked=True, on=today())


@effect
async def record_trial(desk: Desk) -> Case:
    return await on_placement(desk, "linking", "record_trial", liked=True, on=today())


@effect
async def record_link(desk: Desk) -> Case:
    case = await on_placement(desk, "settling", "record_link", on=yesterday())
    assert (await desk.row(Placement, case_id=case.case_id)).linked_on == yesterday()
    return case


@effect
async def record_settling(desk: Desk) -> Case:
    return await on_placement(desk, "settled", "record_settling", settled=True)


@effect
async def end_placement(desk: Desk) -> Case:
    case = await on_placement(desk, "ended", "end_placement", reason="host-withdrew")
    row = await desk.row(Placement, case_id=case.case_id)
    assert row.end_reason == "host-withdrew"
    assert row.ended_at is not None
    return case


@effect
async def confirm_handover(desk: Desk) -> Case:
    case = await desk.open()
    key = uuid4()
    await desk.step(
        case, "waiting", kind=Kind.HANDOVER, key=key, cause="started", person_id=case.person
    )
    await between_two(desk, case, key, "kodomo-katei-center", "jobota")
    await packed(desk, case, key)
    for side, agency in (("giving", "kodomo-katei-center"), ("receiving", "jobota")):
        act = act_of("confirm_handover", side=side, agency=agency)
        await desk.step(case, "preparing", act, kind=Kind.HANDOVER, key=key)
    row = await desk.row(Handover, handover_id=key)
    assert (row.giving, row.receiving) == ("kodomo-katei-center", "jobota")
    assert row.person_id == case.person
    assert ("jobota", "support") in await team(desk, case)
    return case
