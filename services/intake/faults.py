"""What may be wrong with what was sent: stable codes, and what they say to people."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chassis.problems import Problem, field_error


class Fault(NamedTuple):
    """One thing that is wrong. `field` is a dotted path and repeats nothing of the value."""

    field: str
    code: str

    def told(self) -> dict[str, str]:
        ja, en = WORDS[self.code]
        return field_error(self.field, self.code, ja=ja, en=en)


WORDS: dict[str, tuple[str, str]] = {
    "area-mismatch": (
        "日常生活圏域と基本圏域が一致しません",
        "The daily area does not belong to the basic area",
    ),
    "area-unknown": ("圏域の名称が正しくありません", "No such area"),
    "birth-date-impossible": ("生年月日が正しくありません", "This cannot be a birth date"),
    "birth-date-and-unknown": (
        "生年月日があるのに不詳とされています",
        "There is a birth date, and it is said to be unknown",
    ),
    "cell-too-long": ("値が長すぎるセルがあります", "A cell is too long"),
    "cells-too-many": (
        "見出しより多くのセルがあります",
        "The row has more cells than there are headings",
    ),
    "channel-not-allowed": ("この窓口の登録は許可されていません", "This channel is not yours"),
    "channel-unknown": ("窓口の符号が正しくありません", "No such channel on that date"),
    "columns-too-many": ("列が多すぎます", "The file has too many columns"),
    "counted-by-day-sheets": (
        "この会場のこの日の実績は日報で数えています。ファイルでは報告できません",
        "The venue's day sheets count on that day; it is not reported by file as well",
    ),
    "counted-by-records": (
        "この種別のこの日の実績は記録で数えています。ファイルでは報告できません",
        "Records count this kind on that day; it is not reported by file as well",
    ),
    "date-in-future": ("未来の日付は登録できません", "The date is in the future"),
    "date-invalid": ("日付は 2026-04-01 の形で入力してください", "Not a date (2026-04-01)"),
    "date-too-early": ("令和元年度より前の日付です", "The date is before fiscal year 2019"),
    "details-invalid": ("窓口固有の項目に誤りがあります", "Not what this channel's schema says"),
    "erased": ("この記録は廃棄されています", "This record was destroyed"),
    "encoding-unknown": (
        "文字コードが分かりません。UTF-8 か Shift_JIS (CP932) で保存してください",
        "Neither UTF-8 nor CP932",
    ),
    "field-unknown": ("この項目は受け付けていません", "This field is not known"),
    "file-busy": ("このファイルは処理中です", "The file is being taken in"),
    "file-cut": ("ファイルが途中で切れています", "The file was cut"),
    "file-empty": ("ファイルに表がありません", "There is no table in the file"),
    "file-kind-unknown": (
        "CSV か Excel (.xlsx) で保存してください",
        "Neither CSV nor .xlsx (an old .xls, a password?)",
    ),
    "file-sent": ("このファイルは送信済みです", "The file was sent already"),
    "file-too-large": ("ファイルが大きすぎます", "The file is too large"),
    "file-unknown": ("ファイルが見つかりません", "No such file"),
    "file-unreadable": ("ファイルを読み取れません", "Nothing in the file can be read"),
    "fiscal-year-closed": (
        "この年度の数字は確定しています。追加するときは「確定後の追加」として送ってください",
        "The figures of this fiscal year stand; send it as a late report",
    ),
    "flag-not-of-kind": ("この種別にない区分です", "This kind of activity has no such flag"),
    "group-missing": ("団体の符号が必要です", "This kind of activity needs a group"),
    "intake-unknown": ("受付が見つかりません", "No such intake"),
    "intake-withdrawn": ("この受付は取り下げられています", "This intake was withdrawn"),
    "invalid": ("値の形が正しくありません", "The value has the wrong form"),
    "kind-ended": (
        "この日付では、ケースの記録から数えるため報告しません",
        "On that date it is counted from the cases and is not reported",
    ),
    "kind-not-of-channel": ("この窓口では報告しない種別です", "This channel does not report it"),
    "kind-unknown": ("活動の種別が正しくありません", "No such kind of activity"),
    "line-differs": (
        "すでに報告された行と内容が違います。直すときは行の訂正を送ってください",
        "The line that stands says something else: send a correction instead",
    ),
    "line-ref-twice": ("同じ整理番号の行が2つあります", "This line_ref was used by an earlier row"),
    "line-unknown": ("報告の行が見つかりません", "No such line"),
    "line-withdrawn": ("この行は取り消されています", "This line was withdrawn"),
    "main-topic-not-chosen": (
        "主な相談内容が相談内容に含まれていません",
        "The main topic is not one of the topics",
    ),
    "missing": ("必須の項目です", "This field is required"),
    "my-number-refused": (
        "個人番号(マイナンバー)と思われる12桁の数字は登録できません",
        "What looks like an Individual Number (My Number) is refused",
    ),
    "no-line-accepted": ("受け付けられる行がありません", "No line could be accepted"),
    "not-in-cp932": (
        "Shift_JIS (CP932) にない文字があります。UTF-8 で取り出してください",
        "There are characters that CP932 does not have",
    ),
    "nothing-changed": ("変更がありません", "Nothing would change"),
    "person-not-of-intake": ("この受付の人ではありません", "This person is not of this intake"),
    "person-unknown": ("人が見つかりません", "No such person"),
    "heading-missing": (
        "見出し「日付」「活動の種別」「数量」が必要です",
        "The headings 日付, 活動の種別 and 数量 are needed",
    ),
    "heading-twice": ("同じ見出しの列が2つあります", "Two columns have the same heading"),
    "heading-unknown": (
        "受け付けていない見出しの列があります",
        "A column is not known here",
    ),
    "household-unknown": ("世帯が見つかりません", "No such household"),
    "phone-invalid": ("電話番号の形が正しくありません", "Not a telephone number"),
    "postal-code-invalid": ("郵便番号の形が正しくありません", "Not a postal code"),
    "quantity-invalid": ("数量は0以上の整数です", "The quantity is a whole number from 0"),
    "quantity-too-large": ("数量が大きすぎます", "The quantity is too large for one line"),
    "quote-open": (
        "引用符がここで開いたまま閉じていません。この行より後は読めていません",
        "A quotation begins here and never ends; nothing behind it was read",
    ),
    "report-unknown": ("活動報告が見つかりません", "No such report"),
    "reporting-not-allowed": ("活動報告の送信は許可されていません", "Not allowed to report"),
    "revision-stale": ("ほかの訂正が先に行われました", "It was corrected by somebody else first"),
    "row-cut": (
        "ファイルがこの行の途中で終わっています。行が完全なことを確かめ、末尾に改行を入れてください",
        "The file ends here without the end of a line: the row may not be whole",
    ),
    "row-unreadable": ("行を読み取れません", "The row cannot be read"),
    "source-reference-taken": (
        "同じ外部番号の受付がすでにあります",
        "There is an intake with this source_reference already",
    ),
    "text-not-storable": ("保存できない文字が含まれています", "A character cannot be stored"),
    "flag-over": ("この注意・措置はすでに終わっています", "This flag is over already"),
    "flag-stands": ("同じ注意・措置がすでにあります", "Such a flag stands already"),
    "flag-unknown": ("注意・措置が見つかりません", "No such flag"),
    "entry-unknown": ("年表の記載が見つかりません", "No such entry"),
    "entry-not-yours": ("ほかの機関の記載です", "This entry is another agency's"),
    "agency-unknown": ("この機関は登録されていません", "No such agency"),
    "kinship-unknown": ("この関係は登録されていません", "No such relation"),
    "kinship-stands": ("同じ関係がすでにあります", "This relation stands already"),
    "person-not-of-household": ("この世帯の人ではありません", "Not of this household"),
    "persons-the-same": ("同じ人を選んでいます", "These are one and the same person"),
    "prompt-unknown": ("この気づきはありません", "There is no such prompt"),
    "renewal-too-early": (
        "更新できるのは、期限の1か月前からです",
        "It can be renewed from one month before its last day",
    ),
    "too-deep": ("入れ子が深すぎます", "Nested too deeply"),
    "topic-unknown": ("相談内容の符号が正しくありません", "No such topic"),
    "venue-needed": (
        "この窓口には日報で数える会場があります。会場の符号を入れてください",
        "Some venues of this channel are counted by day sheets: name the venue",
    ),
    "venue-not-of-channel": ("この窓口の会場ではありません", "Not a venue of this channel"),
    "venue-unknown": ("会場の符号が正しくありません", "No such venue on that date"),
}
"""Code → (Japanese, English)."""


def refuse(status: int, code: str, field: str | None = None, **more: Any) -> Problem:
    """The problem of one fault."""
    ja, en = WORDS[code]
    return Problem(status, code, ja=ja, en=en, field=field, **more)


def refuse_all(faults: Sequence[Fault]) -> Problem:
    """A 422 with the first fault's code, and every fault in `errors`."""
    first = faults[0]
    return refuse(422, first.code, first.field, errors=[fault.told() for fault in faults])
