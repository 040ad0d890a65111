"""The public directory: what everybody sees, what nobody sees, and how it is found."""

import io
from typing import Any
from uuid import UUID

import httpx
import icalendar
import pytest
from PIL import Image
from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import today
from services.participation.hsds import faults
from services.participation.public.limits import A_MINUTE
from services.participation.public.limits import _limiter as limiter
from tests.services.participation.conftest import BASE, Enter, keyed

PUBLIC = f"{BASE}/public"
SECRET = {
    "contact": "架空 花子 090-0000-0000",
    "place": "架空町1丁目2番3号 秘密荘",
    "access": "ひみつ駅から徒歩5分",
}
OPENING = {
    "rule": "FREQ=WEEKLY;BYDAY=TU",
    "starts_on": "2026-04-07",
    "opens_at": "10:00",
    "closes_at": "12:00",
}


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    limiter.storage.reset()


def jpeg(size: tuple[int, int] = (40, 30)) -> bytes:
    picture = Image.new("RGB", size, "navy")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


async def public_routes(client: httpx.AsyncClient, resource_id: str) -> list[str]:
    """Every address that answers without a login, as the application itself lists them."""
    documented = (await client.get("/api/participation/v1/openapi.json")).json()["paths"]
    paths = [path for path in documented if "/public/" in path]
    assert len(paths) >= 7
    paths += ["/places", "/places/{resource_id}", "/places?q=秘密荘", "/places?q=ひみつ駅"]
    paths += ["/places?near=大森東&within=0", "/places?area=大森東"]
    return [path.replace("{resource_id}", resource_id) for path in paths]


async def test_no_public_route_tells_where_a_confidential_place_is(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    shelter = await enter(
        name="見本の家",
        confidential_location=True,
        daily_area="大森東",
        openings=[OPENING],
        **SECRET,
    )
    key = shelter["resource_id"]
    sent = await client.post(
        f"{BASE}/resource-photos?resource_id={key}&alt=外観", content=jpeg(), headers=keeper
    )
    photo = sent.json()["photo_id"]
    seen = 0
    for path in await public_routes(client, key):
        answer = await client.get(path.replace("{photo_id}", photo))
        shown = answer.text
        area = ('"daily_area":"大森東"', "/ 大森東 /", "<dd>大森東</dd>")
        for secret in (*SECRET.values(), *area, "shakyo-1"):
            assert secret not in shown, path
        assert answer.headers["content-type"] != "image/jpeg"
        seen += "見本の家" in shown
    assert seen >= 6
    for narrowing in ("q=秘密荘", "q=ひみつ駅", "near=大森東&within=1", "area=大森東"):
        found = (await client.get(f"{PUBLIC}/resources?{narrowing}")).json()
        assert found["total"] == 0, narrowing
    assert (await client.get(f"{PUBLIC}/resources?area=大森")).json()["total"] == 1


async def test_a_secret_place_in_a_public_text_is_refused(
    client: httpx.AsyncClient, keeper: dict[str, str]
) -> None:
    told = {
        "name": "見本の家",
        "organiser": "見本の会",
        "kinds": ["ibasho"],
        "confidential_location": True,
        "place": "架空町1丁目2番3号",
        "description": "架空町 1丁目2番3号 で開いています",
    }
    refused = await client.post(f"{BASE}/resources", json=told, headers=keyed(keeper))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "confidential-place-told"


async def test_drafts_and_withdrawn_places_are_not_public(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    draft = await enter(publish=False)
    gone = await enter()
    url = f"{BASE}/resources/{gone['resource_id']}/withdrawal"
    await client.post(url, json={"reason": "closed"}, headers=keyed(keeper))
    assert (await client.get(f"{PUBLIC}/resources")).json()["total"] == 0
    for one in (draft, gone):
        for path in (f"{PUBLIC}/resources/{one['resource_id']}", f"/places/{one['resource_id']}"):
            assert (await client.get(path)).status_code == 404


FOUND = {
    "q=子ども食堂": ["こども食堂 みほん"],
    "q=子供食堂": ["こども食堂 みほん"],
    "q=こども しょくどう": ["こども食堂 みほん"],
    "q=介護": ["見本カフェ"],
    "q=かいご": ["見本カフェ"],
    "q=みまもり": ["見本カフェ"],
    "q=ﾐﾎﾝ": ["こども食堂 みほん", "見本カフェ"],
    "q=絵": ["見本カフェ"],
    "q=護者": ["見本カフェ"],
    "q=護家": [],
    "q=100%25": [],
    "kind=food": ["こども食堂 みほん"],
    "area=蒲田": ["見本カフェ"],
    "area=大森東": ["こども食堂 みほん"],
    "area=江戸": [],
    "day=TU": ["こども食堂 みほん"],
    "near=六郷": ["見本カフェ", "こども食堂 みほん"],
    "near=大森西": ["こども食堂 みほん", "見本カフェ"],
    "near=大森西&within=1": ["こども食堂 みほん"],
    "age=70": ["見本カフェ"],
    "feature=step-free": ["見本カフェ"],
    "free=true": ["こども食堂 みほん"],
    "q=食堂&area=蒲田": [],
}
"""What a search finds among two places."""


async def test_places_are_found_by_words_kana_area_day_and_distance(
    client: httpx.AsyncClient, enter: Enter
) -> None:
    await enter(
        name="こども食堂 みほん",
        kinds=["food"],
        daily_area="大森東",
        max_age=18,
        openings=[OPENING],
        fee_yen=0,
    )
    await enter(
        name="見本カフェ",
        kana="みほんかふぇ",
        kinds=["salon"],
        daily_area="六郷",
        description="在宅介護者の会と地域見守り活動。絵も描きます",
        features=["step-free"],
        fee_yen=300,
    )
    for query, found in FOUND.items():
        answer = await client.get(f"{PUBLIC}/resources?{query}")
        names = [one["name"] for one in answer.json()["places"]]
        in_order = "near=" in query
        assert (names if in_order else sorted(names)) == (found if in_order else sorted(found)), (
            query
        )
    page = await client.get("/places?q=食堂")
    assert "1件" in page.text


async def test_the_pages_show_a_place_with_its_calendar_and_need_no_script(
    client: httpx.AsyncClient, enter: Enter
) -> None:
    made = await enter(openings=[OPENING], public_contact="見本の会 03-0000-0000")
    page = await client.get(f"/places/{made['resource_id']}")
    assert page.status_code == 200
    assert "毎週火曜日 10:00〜12:00" in page.text
    assert "見本の会 03-0000-0000" in page.text
    assert page.text.count("10:00〜12:00</span>") >= 1
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "public, max-age=300"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "set-cookie" not in page.headers
    for broken in ("month=2026-13", "page=0", "within=x", "day=XX", "q=" + "長" * 101):
        answer = await client.get(f"/places/{made['resource_id']}?{broken}")
        answer = answer if broken.startswith("month") else await client.get(f"/places?{broken}")
        assert answer.status_code == 422


async def test_a_feed_and_an_unchanged_place_are_cheap_to_ask_for_again(
    client: httpx.AsyncClient, enter: Enter
) -> None:
    made = await enter(openings=[OPENING], place="見本会館")
    key = made["resource_id"]
    for path in (f"{PUBLIC}/resources.ics?q=見本", f"{PUBLIC}/resources/{key}/calendar.ics"):
        fed = await client.get(path)
        assert fed.headers["content-type"].startswith("text/calendar")
        (event,) = icalendar.Calendar.from_ical(fed.text).walk("VEVENT")
        assert (event["SUMMARY"], event["LOCATION"]) == (made["name"], "見本会館")
    first = await client.get(f"{PUBLIC}/resources/{key}")
    again = await client.get(
        f"{PUBLIC}/resources/{key}", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


async def test_whoever_asks_too_often_has_to_wait(client: httpx.AsyncClient) -> None:
    here = {"X-Forwarded-For": "198.51.100.7, 203.0.113.1"}
    for _ in range(A_MINUTE):
        limiter.hit(_item(), "203.0.113.1")
    refused = await client.get(f"{PUBLIC}/resources", headers=here)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert int(refused.headers["retry-after"]) > 0
    other = {"X-Forwarded-For": "203.0.113.1, 203.0.113.2"}
    assert (await client.get(f"{PUBLIC}/resources", headers=other)).status_code == 200


def _item() -> Any:
    from services.participation.public.limits import _limit

    return _limit


async def test_photos_are_drawn_anew_without_what_the_camera_wrote(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    made = await enter()
    key = made["resource_id"]
    assert b"SecretCamera" in jpeg()
    url = f"{BASE}/resource-photos?resource_id={key}&alt=入口"
    sent = await client.post(url, content=jpeg((4000, 3000)), headers=keeper)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["width"], sent.json()["height"]) == (1600, 1200)
    (photo,) = (await client.get(f"{PUBLIC}/resources/{key}")).json()["photos"]
    shown = await client.get(f"{PUBLIC}/resources/{key}/photos/{photo['photo_id']}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert b"SecretCamera" not in shown.content
    assert f'alt="{photo["alt"]}"' in (await client.get(f"/places/{key}")).text
    for wrong in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", jpeg()[:60], b"GIF89a"):
        refused = await client.post(url, content=wrong, headers=keeper)
        assert (refused.status_code, refused.json()["code"]) == (422, "photo-unreadable")
    for _ in range(5):
        await client.post(url, content=jpeg(), headers=keeper)
    full = await client.post(url, content=jpeg(), headers=keeper)
    assert (full.status_code, full.json()["code"]) == (409, "photos-too-many")
    gone = await client.delete(f"{BASE}/resources/{key}/photos/{photo['photo_id']}", headers=keeper)
    assert gone.status_code == 204


async def test_a_listing_turns_stale_by_itself_says_so_and_is_asked_about_before(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter, context: Context
) -> None:
    from services.participation.ageing import age_once
    from services.participation.listing import check_due, notice_from

    made = await enter()
    key = UUID(made["resource_id"])
    assert made["check_due_on"] == check_due(today()).isoformat()
    assert (await client.get(f"{BASE}/resources/to-check", headers=keeper)).json()[
        "resources"
    ] == []

    async def due(days: int) -> None:
        async with context.database.transaction() as session:
            await session.execute(
                text("UPDATE resource SET check_due_on = :today ::date + :days ::int"),
                {"today": today(), "days": days},
            )

    await due((check_due(today()) - notice_from(check_due(today()))).days)
    (asked,) = (await client.get(f"{BASE}/resources/to-check", headers=keeper)).json()["resources"]
    assert (asked["resource_id"], asked["status"]) == (str(key), "published")
    assert await age_once(context) == 0
    await due(-1)
    assert [await age_once(context), await age_once(context)] == [1, 0]
    public = (await client.get(f"{PUBLIC}/resources/{key}")).json()
    assert public["stale"] is True
    assert "しばらく確認されていません" in (await client.get(f"/places/{key}")).text
    url = f"{BASE}/resources/{key}/assurance"
    fresh = (await client.post(url, headers=keyed(keeper))).json()
    assert (fresh["status"], fresh["check_due_on"]) == (
        "published",
        check_due(today()).isoformat(),
    )
    changes = (await client.get(f"{BASE}/resources/{key}/changes", headers=keeper)).json()
    assert [(one["action"], one["by"]) for one in changes["changes"]] == [
        ("assured", "shakyo-1"),
        ("turned-stale", "system"),
        ("published", "shakyo-1"),
        ("entered", "shakyo-1"),
    ]


async def test_the_history_says_who_changed_what_but_no_contact(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter
) -> None:
    made = await enter(cost="無料")
    url = f"{BASE}/resources/{made['resource_id']}"
    based = keeper | {"If-Match": '"2"'}
    await client.patch(url, json={"cost": "100円", "contact": "別の人"}, headers=based)
    told = (await client.get(f"{url}/changes", headers=keeper)).json()["changes"][0]
    assert told["fields"]["cost"] == ["無料", "100円"]
    assert told["fields"]["contact"] == ["(非公開)", "(非公開)"]
    same = await client.patch(url, json={"cost": "100円"}, headers=keeper | {"If-Match": '"3"'})
    assert same.json()["version"] == 3


async def test_hsds_services_pass_the_standards_schemas(
    client: httpx.AsyncClient, enter: Enter
) -> None:
    made = await enter(openings=[OPENING], fee_yen=100, website="https://example.test/")
    page = (await client.get(f"{PUBLIC}/hsds/services")).json()
    assert (page["total_items"], page["last_page"], page["size"]) == (1, True, 1)
    (service,) = page["contents"]
    assert faults(service) == []
    assert service["id"] == made["resource_id"]
    assert service == (await client.get(f"{PUBLIC}/hsds/services/{service['id']}")).json()
    assert faults({"id": "x", "name": "y", "status": "active"})
