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

KINSHIPS = {
    "parent": "親",
    "child": "子",
    "spouse": "配偶者・パートナー",
    "sibling": "きょうだい",
    "grandparent": "祖父母",
    "grandchild": "孫",
    "other-relative": "その他の親族",
    "cohabitant": "同居人",
    "guardian": "後見人等",
    "cares-for": "世話・介護をしている",
    "earns-for": "家計を支えている",
}
"""What one member of a household is to another, or does for them."""
Kinship = Literal[
    "parent", "child", "spouse", "sibling", "grandparent", "grandchild", "other-relative",
    "cohabitant", "guardian", "cares-for", "earns-for",
]  # fmt: skip

FLAGS = {"staff-safety": "訪問時の安全に注意", "address-protection": "支援措置(住所等の保護)"}
FlagKind = Literal["staff-safety", "address-protection"]

FLAG_ENDS = {
    "reason-gone": "理由がなくなった",
    "asked-by-person": "本人の申出",
    "entered-by-mistake": "誤登録",
}
FlagEnd = Literal["reason-gone", "asked-by-person", "entered-by-mistake"]

ADDRESS_NEEDS = {
    "visit": "訪問のため",
    "danger-to-life": "生命・身体の危険があるため",
    "renewal": "支援措置の更新のため",
}
AddressNeed = Literal["visit", "danger-to-life", "renewal"]

PROMPTS = {
    "young-carer": "ヤングケアラーかもしれません",
    "carer": "家族の世話を担っているかもしれません",
    "key-person": "キーパーソン自身に支援が要るかもしれません",
}
PromptKind = Literal["young-carer", "carer", "key-person"]

PROMPT_REASONS = {
    "under-18": "18歳未満",
    "named-as-carer": "ケアラーとして届けられている",
    "cares-for-somebody": "世話をしている家族がいる",
    "only-grown-up-needs-help": "世帯の大人が一人で、介護や病気の相談である",
    "cares-for-young-and-old": "子と大人の両方の世話をしている",
    "old-cares-for-old": "65歳以上で、65歳以上の世話をしている",
    "is-cared-for-too": "本人も世話を受けている",
    "key-person-is-minor": "キーパーソンが18歳未満",
    "key-person-is-carer": "キーパーソンが世話を担っている",
    "key-person-is-cared-for": "キーパーソンが世話を受けている",
    "key-person-is-old": "キーパーソンが65歳以上",
}

EVENTS_OF_LIFE = {
    "birth-death": "出生・死亡",
    "marriage-divorce": "結婚・離婚",
    "moving": "転居・入居・退居",
    "schooling": "就学・進学・卒業",
    "work": "就職・離職",
    "illness": "発病・入院・障がい",
    "income": "収入・借金・生活保護",
    "support": "支援の開始・終了",
    "trouble": "出来事・困りごと",
    "other": "その他",
}
LifeEvent = Literal[
    "birth-death", "marriage-divorce", "moving", "schooling", "work", "illness", "income",
    "support", "trouble", "other",
]  # fmt: skip

EXACT = {"day": "日まで", "month": "月まで", "year": "年まで"}
Exact = Literal["day", "month", "year"]

GROUNDS = {
    "consent": "本人の同意",
    "appi-69-2-2": "個人情報保護法69条2項2号(相当の理由)",
    "appi-69-2-3": "個人情報保護法69条2項3号(他の行政機関等への提供)",
    "appi-69-2-4": "個人情報保護法69条2項4号(特別の理由)",
    "child-abuse-report": "児童虐待の防止等に関する法律6条(通告)",
    "other-law": "その他の法令の定め",
}
"""On which ground an agency tells something for the chronology. What is told in a 支援会議
(法106条の6) is not among them: it stays in that meeting's compartment."""
Ground = Literal[
    "consent", "appi-69-2-2", "appi-69-2-3", "appi-69-2-4", "child-abuse-report", "other-law"
]

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
