"""Five more stories, of what happens between offices and in the community rather than to a case."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from contracts.calendar import fiscal_year, today
from simulation import lives
from simulation.stage import COORDINATION, PARTICIPATION, Case, expect
from simulation.stories import Setting, story

KAMATA = "蒲田西"
"""A daily area that another office answers for than the one that takes the case over."""
OMORI = "chiiki-fukushi-omori"


async def _show(case: Case) -> Any:
    return await case.cast.staff["manager"].get(f"{COORDINATION}/cases/{case.case_id}")


@story("hoiku-adviser", "移管の打診→引き受けない→再打診→移管", reason="information")
async def transferred(case: Case, _: Setting) -> None:
    resident = case.cast.residents.person(age=37)
    await case.arrive("hoiku-adviser", resident, daily_area=KAMATA)
    await case.do("manager", "propose_transfer", agency=OMORI, reason="better-placed")
    await case.do("coordinator", "decline_transfer", reason="needs-talk")
    await case.do("manager", "propose_transfer", agency=OMORI, reason="moved-within-ward")
    await case.do("coordinator", "accept_transfer")
    shown = await _show(case)
    expect(shown["coordinator_agency"] == OMORI, "the case stayed where it was")
    await case.do("coordinator", "end_with_information")


@story("kosodate-hiroba", "4月1日の担当替え→予定の取消し→すぐに実施→元に戻す", reason="information")
async def reassigned(case: Case, _: Setting) -> None:
    """人事異動: previewed, planned for 1 April, called off, done at once, taken back."""
    await case.arrive("kosodate-hiroba", case.cast.residents.person(age=33))
    await case.do("coordinator", "respond_urgently", measure="food")
    manager, path = case.cast.staff["manager"], f"{COORDINATION}/reassignments"
    staff = await manager.get(f"{COORDINATION}/staff")
    to = next(one["sub"] for one in staff["items"] if one["name"] == "調整 花子")
    wanted = {"case_ids": [case.case_id], "to_coordinator": to}
    seen = await manager.post(f"{path}/preview", wanted)
    expect([one["case_id"] for one in seen["cases"]] == [case.case_id], "another case was seen")
    april = date(fiscal_year(today()) + 1, 4, 1).isoformat()
    planned = await manager.post(path, {**wanted, "effective_on": april})
    expect(planned["status"] == "planned", "it was not planned")
    await manager.post(f"{path}/{planned['reassignment_id']}/cancel", {})
    done = await manager.post(path, wanted)
    shown = await _show(case)
    expect(shown["coordinator"]["sub"] == to, "the case did not change hands")
    await manager.post(f"{path}/{done['reassignment_id']}/undo", {})
    expect((await _show(case))["coordinator"] is None, "the case was not given back")
    await case.do("coordinator", "end_with_information")


@story("ninpu-mensetsu", "支援会議→他の法定会議 (要対協) へ", ends=("sk-decided", "sk-requested"))
async def to_another_law(case: Case, _: Setting) -> None:
    await case.arrive("ninpu-mensetsu", case.cast.residents.person(age=22))
    await case.do("coordinator", "request_support_meeting", reason="unsafe")
    await lives.support_meeting(case, "other-meeting", statutory_meeting="child-protection")
    await case.do(
        "coordinator",
        "record_statutory_meeting",
        meeting="child-protection",
        on=today().isoformat(),
        agency="kodomo-katei-center",
        outcome="shared",
    )


@story("takikan", "合同開催: 二つのケースを一度に", ends=("decision",))
async def sat_together(case: Case, _: Setting) -> None:
    """Two cases at one time and place; each keeps its own gate, attendees and papers."""
    other = Case(case.cast, case.expected, case.told)
    for one, age in ((case, 61), (other, 47)):
        await one.arrive("takikan", case.cast.residents.person(age=age))
        await one.do("coordinator", "ask_consent")
        await lives.give_consent(one)
        await one.do("coordinator", "complete_assessment", issues=["housing"])
        await lives.plan(one)
    starts_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    sitting = await case.cast.staff["coordinator"].post(
        f"{COORDINATION}/sittings", {"starts_at": starts_at, "venue": "ward-office"}
    )
    for one in (case, other):
        called = {"sitting_id": sitting["sitting_id"], "starts_at": starts_at}
        await lives.meet(one, **called)
    listed = await case.cast.staff["coordinator"].get(
        f"{COORDINATION}/sittings/{sitting['sitting_id']}"
    )
    expect(len(listed["meetings"]) == 2, "the cases did not sit together")
    await case.reaches("decision")


@story("flat-ota", "資源開発依頼→新しい場→体験→つながり→定着", ends=("active", "monitor"))
async def a_place_is_made(case: Case, _: Setting) -> None:
    """Nothing fits, so a place is made; the request is answered, and the wish comes back."""
    await case.arrive("flat-ota", case.cast.residents.person(age=22))
    await lives.to_active(case)
    community = case.cast.staff["community"]
    await case.do(
        "coordinator",
        "start_participation",
        person_id=case.persons[0],
        kinds=["work-experience"],
        wish="機械を直すことが好き",
    )
    await case.do("community", "request_development")
    made = await community.post(
        f"{PARTICIPATION}/resources",
        {
            "name": f"見本の修理工房 {uuid4().hex[:4]}",
            "organiser": "見本の会",
            "kinds": ["work-experience"],
            "daily_area": case.cast.residents.area(),
            "capacity": 2,
            "publish": True,
        },
    )
    case.expected.count("2.10.resources-registered")
    placement = (await _show(case))["placements"][-1]["placement_id"]
    await case.until(lambda: _answered(case, placement, made["resource_id"]), "the request")
    await lives.settle_at(case, made["resource_id"])


async def _answered(case: Case, placement_id: str, resource_id: str) -> bool:
    """Whether the request is there and was answered with the place."""
    community, path = case.cast.staff["community"], f"{PARTICIPATION}/development-requests"
    found = await community.get(path, status="open", limit=200)
    mine = [r for r in found["development_requests"] if r["placement_id"] == placement_id]
    for one in mine:
        await community.post(f"{path}/{one['request_id']}/answer", {"resource_id": resource_id})
    return bool(mine)
