"""Names, addresses and numbers as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.contacts import fold_address, fold_phone
from services.intake.names import fold_kana, fold_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋 﨑子", "高橋崎子"),
        ("𠮷田　一郎", "吉田一郎"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("齋藤", "斉藤"),
        ("辻\U000e0100", "辻"),
        ("ＪＯＨＮ　Ｓｍｉｔｈ", "john smith"),
    ],
)
def test_names_written_differently_have_one_key(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_different_names_keep_different_keys() -> None:
    assert len({fold_name(name) for name in ("高橋", "高田", "佐藤", "斉藤", "橋本")}) == 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ショウコ", "シヨウコ"),
        ("オオタ ショウコ", "おおたしょうこ"),
        ("ｵｵﾀ ｼﾞﾛｳ", "オオタ　ジロウ"),
        ("ヂロウ", "ジロウ"),
        ("ジョージ", "ジヨジ"),
        ("ミホン・イチロウ", "ミホン イチロウ"),
    ],
)
def test_readings_written_differently_have_one_key(one: str, other: str) -> None:
    assert fold_kana(one) == fold_kana(other)


@given(st.text())
def test_no_character_is_rejected_and_folding_again_changes_nothing(written: str) -> None:
    assert fold_kana(fold_kana(written)) == fold_kana(written)
    assert fold_name(fold_name(written)) == fold_name(written)
    fold_address(written)
    fold_phone(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京都大田区馬込一丁目2番3号", "馬込1-2-3"),
        ("大田区馬込１丁目２−３", "東京都大田区馬込1-2-3"),
        ("南馬込二十三番地の4", "南馬込23-4"),
        ("大田区雪が谷大塚町1-1", "雪ヶ谷大塚町1-1"),
    ],
)
def test_addresses_written_differently_have_one_key(one: str, other: str) -> None:
    assert fold_address(one) == fold_address(other)


def test_telephone_numbers_are_their_digits() -> None:
    assert fold_phone("+81 90-0000-0001") == "09000000001"
    assert fold_phone("(０９０)００００−０００１") == "09000000001"
    assert fold_phone("110") == ""
