"""The household of a case on screen: recorded at intake, shown with what may be shown."""

from typing import Any
from urllib.parse import urlencode

import pytest

from contracts.life import CaseState
from tests.services.coordination_portal.conftest import Browser, Portal, Seeded, seed

WORDS = "母が入院した"


@pytest.fixture
async def house(portal: Portal, taken_in: dict[str, Any]) -> Seeded:
    return await seed(portal, taken_in, CaseState.ACTIVE)


@pytest.fixture
def hanako(portal: Portal) -> Browser:
    return portal.as_("hanako", "coordinator", agency="chiiki-fukushi-omori")


async def test_a_household_is_shown_and_grows_by_forms(house: Seeded, hanako: Browser) -> None:
    page = f"/cases/{house.case_id}/household"
    shown = (await hanako.get(page)).text
    assert "見本 一郎" in shown
    assert "対象者" in shown
    ask = (await hanako.get(f"{page}/members")).text
    assert "フリガナ" in ask
    child = {"name": "見本 小春", "birth_date": "2014-05-01", "relation": "child", "carer": "true"}
    shown = (await hanako.follow(await hanako.post(f"{page}/members", child))).text
    assert "見本 小春" in shown
    assert "ヤングケアラーかもしれません" in shown
    assert "18歳未満、ケアラーとして届けられている" in shown


async def test_what_intake_refuses_comes_back_with_what_was_typed(
    house: Seeded, hanako: Browser
) -> None:
    page = f"/cases/{house.case_id}/household/members"
    again = await hanako.post(page, {"name": "見本 三郎", "birth_date": "2999-01-01"})
    assert again.status_code == 422
    assert "生年月日が正しくありません" in again.text
    assert "見本 三郎" in again.text
    nobody = await hanako.post(f"/cases/{house.case_id}/household/flags", {"reason": WORDS})
    assert nobody.status_code == 422
    assert WORDS in nobody.text


async def test_flags_and_the_chronology_are_recorded_and_a_protected_address_is_not_shown(
    house: Seeded, hanako: Browser
) -> None:
    page = f"/cases/{house.case_id}/household"
    flag = {"person_id": str(house.person_id), "kind": "address-protection", "reason": WORDS}
    shown = (await hanako.follow(await hanako.post(f"{page}/flags", flag))).text
    assert "支援措置により表示しません" in shown
    entry = {
        "on_date": "2025-06-01",
        "exact": "month",
        "kind": "illness",
        "legal_basis": "consent",
        "text": "年表の言葉",
    }
    shown = (await hanako.follow(await hanako.post(f"{page}/chronology", entry))).text
    assert "年表の言葉" in shown
    assert "令和7年6月<" in shown, "no more of the date than is known"
    query = urlencode({"person_id": str(house.person_id)})
    assert "必要な理由" in (await hanako.get(f"{page}/address?{query}")).text
    need = {"person_id": str(house.person_id), "need": "visit"}
    revealed = await hanako.post(f"{page}/address", need)
    assert revealed.status_code == 200
    assert "確認したことと理由は記録されました" in revealed.text


async def test_who_looked_at_a_case_is_shown_to_the_wards_staff(
    house: Seeded, hanako: Browser, portal: Portal
) -> None:
    await hanako.get(f"/cases/{house.case_id}")
    shown = (await hanako.get(f"/cases/{house.case_id}/looks")).text
    assert "ケースを見る" in shown
    outsider = portal.as_("visitor", "agency", agency="sapota")
    assert (await outsider.get(f"/cases/{house.case_id}/looks")).status_code in (403, 404)
