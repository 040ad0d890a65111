"""Synthetic residents: plainly made-up names, plausible ages and addresses. Nobody real."""

from datetime import timedelta
from random import Random
from typing import Any

from contracts.calendar import today
from contracts.catalogue import areas

FAMILY = (
    ("見本", "ミホン"),
    ("架空", "カクウ"),
    ("仮名", "カリナ"),
    ("例示", "レイジ"),
    ("試作", "シサク"),
    ("雛形", "ヒナガタ"),
    ("模擬", "モギ"),
    ("演習", "エンシュウ"),
)
GIVEN = (
    ("一郎", "イチロウ", "male"),
    ("花子", "ハナコ", "female"),
    ("次郎", "ジロウ", "male"),
    ("桜", "サクラ", "female"),
    ("健", "ケン", "male"),
    ("恵", "メグミ", "female"),
    ("大地", "ダイチ", "male"),
    ("葵", "アオイ", "female"),
)


class Residents:
    """Makes residents, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - makes up names, guards nothing

    def area(self) -> str:
        return self._random.choice(areas()).daily_area

    def person(self, *, age: int, relation: str = "head", **more: Any) -> dict[str, Any]:
        """The fields of one person as `POST /intakes` takes them."""
        family, family_kana = self._random.choice(FAMILY)
        given, given_kana, sex = self._random.choice(GIVEN)
        born = today() - timedelta(days=age * 365 + self._random.randrange(30, 330))
        return {
            "name": f"{family} {given}",
            "kana": f"{family_kana} {given_kana}",
            "birth_date": born.isoformat(),
            "sex": sex,
            "phone": f"090-0000-{self._random.randrange(10_000):04d}",
            "relation": relation,
            **more,
        }
