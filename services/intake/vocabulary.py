"""The codes that people choose from in an intake, with their Japanese words."""

from typing import Any, Literal

from pydantic import WithJsonSchema

RELATIONS = {
    "head": "世帯主",
    "spouse": "配偶者",
    "child": "子",
    "parent": "父母",
    "grandchild": "孫",
    "grandparent": "祖父母",
    "sibling": "兄弟姉妹",
    "other-relative": "その他の親族",
    "cohabitant": "同居人",
    "unknown": "不明",
}
"""続柄: how a person is related to the household's head."""
Relation = Literal[
    "head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling",
    "other-relative", "cohabitant", "unknown",
]  # fmt: skip

VISITOR_RELATIONS = {
    "self": "本人",
    "family": "家族",
    "relative": "親族",
    "neighbour": "近隣",
    "welfare-commissioner": "民生委員児童委員",
    "agency": "関係機関",
    "other": "その他",
}
"""来談者: who came, seen from the person it is about."""
VisitorRelation = Literal[
    "self", "family", "relative", "neighbour", "welfare-commissioner", "agency", "other"
]

SEXES = {"male": "男", "female": "女", "other": "他", "unknown": "不明"}
Sex = Literal["male", "female", "other", "unknown"]

INTAKE_CORRECTION_REASONS = {
    "typing-error": "入力誤り",
    "learned-later": "後日判明",
    "wrong-area": "圏域の誤り",
    "other": "その他",
}
IntakeCorrectionReason = Literal["typing-error", "learned-later", "wrong-area", "other"]

INTAKE_WITHDRAWAL_REASONS = {
    "entered-by-mistake": "誤登録",
    "entered-twice": "二重登録",
    "wrong-channel": "窓口の誤り",
    "asked-by-person": "本人の申し出",
}
IntakeWithdrawalReason = Literal[
    "entered-by-mistake", "entered-twice", "wrong-channel", "asked-by-person"
]

LINE_CORRECTION_REASONS = {
    "typing-error": "入力誤り",
    "counted-wrongly": "集計誤り",
    "learned-later": "後日判明",
    "other": "その他",
}
LineCorrectionReason = Literal["typing-error", "counted-wrongly", "learned-later", "other"]

LINE_WITHDRAWAL_REASONS = {
    "entered-by-mistake": "誤登録",
    "entered-twice": "二重登録",
    "wrong-channel": "窓口の誤り",
}
LineWithdrawalReason = Literal["entered-by-mistake", "entered-twice", "wrong-channel"]


def choices(title: str, words: dict[str, str]) -> WithJsonSchema:
    """The JSON Schema of a choice, each code with its Japanese word."""
    options: list[dict[str, Any]] = [{"const": code, "title": word} for code, word in words.items()]
    return WithJsonSchema({"title": title, "oneOf": options})
