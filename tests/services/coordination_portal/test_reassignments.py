"""The page of 担当替え: seen first, done then; and a transfer proposed from a case."""

from contracts.events import new_id
from tests.services.coordination_portal.conftest import Browser, Portal, Seeded
from tests.services.coordination_portal.test_pages import is_a_page


async def test_a_superior_sees_what_would_follow_before_it_is_done(
    portal: Portal, seeded: Seeded
) -> None:
    boss = portal.as_("boss", "manager")
    is_a_page(await boss.get("/reassignments"))
    form = {"from_agency": "chiiki-fukushi-omori", "to_agency": "chiiki-fukushi-kamata"}
    seen = await boss.post("/reassignments", form)
    is_a_page(seen)
    assert "まだ何も変更していません" in seen.text
    assert seeded.receipt_number in seen.text
    done = await boss.post("/reassignments", {**form, "seen": "yes", "_key": str(new_id())})
    assert done.status_code == 303
    result = await boss.get(done.headers["location"])
    is_a_page(result)
    assert "変更しました" in result.text
    back = await boss.post(f"{done.headers['location']}/undo", {"_key": str(new_id())})
    assert back.status_code == 303


async def test_a_reassignment_to_nobody_keeps_what_was_typed(portal: Portal) -> None:
    boss = portal.as_("boss", "manager")
    answer = await boss.post("/reassignments", {"from_agency": "chiiki-fukushi-omori"})
    assert answer.status_code == 422
    is_a_page(answer)
    assert 'value="chiiki-fukushi-omori" selected' in answer.text


async def test_a_transfer_is_proposed_from_the_case(coordinator: Browser, seeded: Seeded) -> None:
    answer = await coordinator.get(f"/cases/{seeded.case_id}/acts/propose_transfer")
    is_a_page(answer)
    assert "移管先の所管" in answer.text
