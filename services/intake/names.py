"""Names as they are compared: written in many ways, folded into one key.

A name is stored as it was given; no character is ever rejected. Only the keys fold: width, case,
spaces, 異体字 with their variation selectors, and in kana the differences that registration forms
are known for (ショウコ / シヨウコ, ヂ / ジ, ー).
"""

import re
import unicodedata

import jaconv

_STANDARD_FORMS = {
    "高": "髙",
    "崎": "﨑嵜㟢",
    "吉": "𠮷",
    "辺": "邊邉",
    "斉": "齊齋斎",
    "沢": "澤",
    "浜": "濱濵",
    "広": "廣",
    "桜": "櫻",
    "島": "嶋嶌",
    "国": "國",
    "恵": "惠",
    "真": "眞",
    "竜": "龍",
    "滝": "瀧",
    "関": "關",
    "黒": "黑",
    "徳": "德",
    "瀬": "瀨",
    "柳": "栁",
    "富": "冨",
    "峰": "峯",
    "栄": "榮",
    "静": "靜",
    "円": "圓",
    "団": "團",
    "実": "實",
    "寿": "壽",
    "将": "將",
    "楽": "樂",
    "桑": "桒",
    "条": "條",
    "来": "來",
    "塩": "鹽",
    "隣": "鄰",
    "豊": "豐",
    "鉄": "鐵",
    "薮": "藪籔",
    "館": "舘",
    "駅": "驛",
    "鴎": "鷗",
    "淵": "渕渊",
    "剣": "劍劔",
    "蔵": "藏",
    "曽": "曾",
    "当": "當",
    "奥": "奧",
    "万": "萬",
    "与": "與",
    "亀": "龜",
    "会": "會",
    "児": "兒",
    "応": "應",
    "戸": "戶",
    "桧": "檜",
}
"""The everyday form of characters that appear in names (異体字・旧字体)."""

_SMALL_AND_OLD_KANA = str.maketrans(
    "ぁぃぅぇぉっゃゅょゎゕゖゐゑをぢづゔ", "あいうえおつやゆよわかけいえおじずぶ"
)
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_NOT_LETTERS = re.compile(r"[\W_]+")
_VARIANTS = str.maketrans(
    {variant: form for form, variants in _STANDARD_FORMS.items() for variant in variants}
)


def fold_name(name: str) -> str:
    """The key of a written name: 「髙橋 﨑子」 and 「高橋崎子」 have the same."""
    plain = unicodedata.normalize("NFKC", _VARIATION_SELECTORS.sub("", name)).casefold()
    return _NOT_LETTERS.sub("", plain.translate(_VARIANTS))


def fold_kana(kana: str) -> str:
    """The key of a reading: 「オオタ シヨウコ」 and 「ｵｵﾀ しょうこ」 have the same."""
    hiragana = jaconv.kata2hira(unicodedata.normalize("NFKC", kana).casefold())
    return _NOT_LETTERS.sub("", hiragana.translate(_SMALL_AND_OLD_KANA).replace("ー", ""))
