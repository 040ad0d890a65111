"""How fast the directory answers at 20,000 resources: `python -m tests.bench.directory [COUNT]`.

On a PostgreSQL of its own: the public search and the matching, each through the store as a request
does it, beside a baseline run in the same minute: the same words looked for in every text (LIKE
over the whole table), and all listed rows of a kind read and weighed. Prints milliseconds (median
and slowest) and the ratio to the baseline.
"""

import asyncio
import base64
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlmodel import col

from chassis.db import Database
from chassis.migrate import migrate_all
from chassis.settings import Settings
from contracts.catalogue import areas, resource_features, resource_kinds
from deploy.embedded.postgres import temporary_postgres
from services.participation.matching import Offer, rank
from services.participation.models import Resource
from services.participation.search import fold, grams, search_key
from services.participation.store.directory import Search, search_listed
from services.participation.store.matches import WEIGHED, plain_wish, proposals_for

COUNT = 20_000
ROUNDS = 15
AT_ONCE = 500
LIMIT_MS = 100
ROLES = ("intake", "coordination", "participation", "indicators", "traces")

WORDS = [
    "介護",
    "子ども食堂",
    "見守り",
    "居場所",
    "体操",
    "認知症",
    "カフェ",
    "親子",
    "学習",
    "就労",
    "園芸",
    "音楽",
    "手芸",
    "将棋",
    "囲碁",
    "散歩",
    "料理",
    "読書",
    "絵手紙",
    "外国人",
    "日本語",
    "相談",
    "高齢者",
    "若者",
    "不登校",
    "ひきこもり",
    "障がい",
    "当事者",
    "家族会",
    "防災",
    "スマホ",
    "健康",
    "太極拳",
    "合唱",
    "子育て",
    "ひろば",
    "商店街",
    "公園",
    "会館",
    "集会所",
    "毎週",
    "月に一度",
    "どなたでも",
]
ASKED = ("介護", "こども食堂", "みまもり 公園", "絵", "認知症 カフェ", "該当なし")


def made(count: int) -> list[dict[str, Any]]:
    """Places as a ward of many districts would write them; the same every time."""
    chance = random.Random(20)  # noqa: S311 - synthetic rows
    now, today = datetime.now(UTC), date(2026, 11, 24)
    rows = []
    for number in range(count):
        name = f"{chance.choice(WORDS)}の{chance.choice(WORDS)}{number}"
        area = chance.choice(areas())
        described = "、".join(chance.choices(WORDS, k=12)) + "を楽しみます。"
        key = search_key(name, "見本の会", described)
        rows.append(
            {
                "resource_id": UUID(int=number + 1),
                "name": name,
                "kana": "",
                "organiser": f"見本の会{number % 700}",
                "kinds": chance.sample(sorted(resource_kinds()), chance.choice((1, 1, 2))),
                "description": described,
                "eligibility": "",
                "daily_area": area.daily_area,
                "basic_area": area.basic_area,
                "min_age": chance.choice((None, None, 15, 65)),
                "max_age": None,
                "openings": [],
                "weekdays": chance.sample(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], 2),
                "schedule_note": "",
                "capacity": chance.choice((None, 5, 20)),
                "held": 0,
                "capacity_status": chance.choice(("open", "open", "asks-first", "waiting-list")),
                "cost": "",
                "fee_yen": chance.choice((None, 0, 100, 500)),
                "languages": ["ja"],
                "features": chance.sample(sorted(resource_features()), 4),
                "access": "",
                "website": "",
                "public_contact": "",
                "confidential_location": False,
                "place": None,
                "status": "published",
                "assured_on": today,
                "check_due_on": today + timedelta(days=182),
                "version": 1,
                "search_key": key,
                "name_key": fold(name),
                "grams": grams(key),
                "created_at": now,
                "created_by": "bench",
                "updated_at": now,
            }
        )
    return rows


async def timed(run: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Milliseconds: the median and the slowest of ROUNDS, after one to warm up."""
    await run()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await run()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), max(took)


async def compared(
    name: str, run: Callable[[], Awaitable[Any]], baseline: Callable[[], Awaitable[Any]]
) -> float:
    (median, slowest), (base, _) = await timed(run), await timed(baseline)
    sys.stdout.write(
        f"{name:<28} {median:7.1f} ms (slowest {slowest:6.1f})   baseline {base:7.1f} ms   "
        f"ratio {median / base:4.2f}\n"
    )
    return median


async def measure(database: Database, count: int) -> bool:
    rows = made(count)
    async with database.transaction() as session:
        for start in range(0, count, AT_ONCE):
            await session.execute(insert(Resource), rows[start : start + AT_ONCE])
    async with database.transaction() as session:
        await session.execute(text("ANALYZE resource"))
    took = []
    for asked in ASKED:

        async def search(asked: str = asked) -> None:
            async with database.transaction() as session:
                await search_listed(session, Search(asked=asked, near="馬込"), limit=20, offset=0)

        async def every_text(asked: str = asked) -> None:
            async with database.transaction() as session:
                found = select(Resource)
                for word in asked.split():
                    found = found.where(col(Resource.search_key).contains(fold(word)))
                (await session.scalars(found.order_by(col(Resource.name)).limit(20))).all()

        took.append(await compared(f"search {asked}", search, every_text))
    on = date(2026, 11, 24)
    wishes = {
        "match one kind": plain_wish(["ibasho"], "馬込", on, age=30, most_yen=300),
        "match any kind": plain_wish([], "六郷", on, needs=("quiet",), weekdays=("TU",)),
    }
    for name, wish in wishes.items():

        async def match(wish: Any = wish) -> None:
            async with database.transaction() as session:
                await proposals_for(session, wish)

        async def weigh_all(wish: Any = wish) -> None:
            async with database.transaction() as session:
                found = (await session.execute(select(*WEIGHED))).mappings()
                rank(wish, [Offer.model_validate(dict(row)) for row in found])

        took.append(await compared(name, match, weigh_all))
    sys.stdout.write(f"slowest median {max(took):.1f} ms at {count} resources\n")
    return max(took) < LIMIT_MS


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with temporary_postgres() as admin:
        at = urlsplit(admin)
        urls = {
            f"{role}_database_url": f"postgresql://{role}:pw@{at.hostname}:{at.port}{at.path}"
            for role in ROLES
        }
        key = f"k1:{base64.b64encode(os.urandom(32)).decode()}"
        settings = Settings(
            profile="embedded",
            admin_database_url=admin,
            payload_keys=key,
            master_keys=key,
            **urls,
        )
        migrate_all(settings)

        async def run() -> bool:
            database = Database(settings.database_url("participation"))
            try:
                return await measure(database, count)
            finally:
                await database.close()

        return 0 if asyncio.run(run()) else 1


if __name__ == "__main__":
    sys.exit(main())
