"""What community building refuses, by code: Japanese for people, English for developers."""

from typing import Any

from chassis.problems import Problem, field_error

WORDS: dict[str, tuple[str, str]] = {
    "allocation-short": ("配分できる在庫が足りません", "There is not enough in stock for it"),
    "already-answered": ("この課題は回答済みです", "The issue is answered already"),
    "already-grouped": ("この課題は別のまとまりに入っています", "The issue is in a group already"),
    "already-recalled": ("このロットは回収済みです", "The lot is recalled already"),
    "already-registered": ("すでに申し込まれています", "Registered already"),
    "already-withdrawn": ("この記録は取り消されています", "The record is withdrawn already"),
    "answer-unknown": ("回答の資源または活動が必要です", "Name the resource or the activity"),
    "area-unknown": ("日常生活圏域の名前が正しくありません", "No such 日常生活圏域"),
    "channel-without-venues": ("この窓口には会場の日報がありません", "No day sheets here"),
    "code-taken": ("この符号はすでに使われています", "This code is taken"),
    "course-full-for-change": (
        "申込済みの人数を下回る定員にはできません",
        "More places are taken than the new capacity has",
    ),
    "course-not-open": ("この講座は受付中ではありません", "The course is not open"),
    "course-without-session": ("日程のない講座は修了にできません", "A course needs a session"),
    "date-in-future": ("未来の日付は登録できません", "The date is in the future"),
    "day-sheet-exists": (
        "この日の日報はすでにあります。訂正として送ってください",
        "There is a sheet for this day; correct it instead",
    ),
    "end-before-start": ("終わりが始まりより前です", "It ends before it starts"),
    "file-unreadable": (
        "ファイルを読み取れません。CSV か .xlsx を送ってください",
        "The file cannot be read; send CSV or .xlsx",
    ),
    "food-past-date": (
        "賞味期限・消費期限を過ぎた、または近すぎる食品です",
        "The food is past its date, or too near to it",
    ),
    "food-recalled": ("回収中の食品は渡せません", "Recalled food is not handed over"),
    "group-served": ("この団体にはこの日すでに渡しています", "This group was served already"),
    "heading-missing": ("見出しが足りません", "A heading is missing"),
    "hours-overlap": ("同じ時間に別の予定があります", "Something else is on at that time"),
    "identifies-somebody": (
        "電話番号・メールアドレス・番地など、個人が分かる内容は書かないでください",
        "Words here must not identify anybody (telephone, e-mail, house number)",
    ),
    "insurance-ended": ("ボランティア保険の期限が過ぎています", "The insurance has ended"),
    "item-unknown": ("この会場の日報にない項目です", "The venue's sheet has no such item"),
    "my-number-refused": ("個人番号は登録できません", "An Individual Number is never stored"),
    "not-complete": ("出席が足りないため修了にできません", "Not enough sessions attended"),
    "not-open": ("受付中ではありません", "Not open any more"),
    "not-registered": ("申込みがありません", "There is no registration"),
    "nothing-changed": ("変更がありません", "Nothing would change"),
    "on-closed-day": ("この会場はこの日は開設されていません", "The venue did not exist that day"),
    "past-needs-confirmation": (
        "過去の日からの切替えは、その期間をファイルで報告していないことの確認が必要です",
        "A switch in the past needs your word that nothing was reported by file",
    ),
    "possible-duplicate": (
        "同じ人・団体と思われる登録があります。別であれば確認の印を付けて送り直してください",
        "Somebody like this is registered; confirm that it is another one",
    ),
    "reference-needed": (
        "整理番号が必要です(同じ行を二度取り込まないため)",
        "A reference is needed, so that a row is known again",
    ),
    "reference-taken": ("この整理番号はすでに使われています", "This reference is taken"),
    "rows-too-many": ("行が多すぎます。分けて送ってください", "Too many rows; send them in parts"),
    "session-full": ("募集人数に達しています", "Enough volunteers are engaged"),
    "stock-short": ("在庫が足りません", "There is not so much in stock"),
    "unknown": ("見つかりません", "Not found"),
    "value-unknown": ("選べない値です", "Not one of the possible values"),
    "version-changed": (
        "ほかの人が先に変更しました。最新の内容を確認してください",
        "Somebody else has changed it; look at the latest version",
    ),
    "volunteer-not-active": ("活動中のボランティアではありません", "The volunteer is not active"),
}
"""Code → (Japanese, English)."""


def refuse(status: int, code: str, field: str | None = None, **more: Any) -> Problem:
    """The problem of one fault; with a field it is also in `errors`, where forms look."""
    ja, en = WORDS[code]
    if field is not None:
        more.setdefault("errors", [field_error(field, code, ja=ja, en=en)])
    return Problem(status, code, ja=ja, en=en, field=field, **more)


def missing(what: str) -> Problem:
    """The 404 for something that is not here."""
    ja, en = WORDS["unknown"]
    return Problem(404, f"{what}-unknown", ja=ja, en=en)
