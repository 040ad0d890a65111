"""What stands on a printed table, whatever the file: as the plan's last table has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.calendar import TOKYO, wareki
from services.indicators.comparison import AreaFigure
from services.indicators.figures import Figure
from services.indicators.notes import Note

TITLES = {
    "ward": "大田区地域福祉計画の基本目標と重層的支援体制整備事業におけるアウトプット指標",
    "national": "重層的支援体制整備事業 国への報告に用いる件数",
}

GOALS = {
    1: "基本目標1 「つながりを感じることができる地域をめざします」",
    2: "基本目標2 「誰もが地域に参加できる共生のまちづくりを進めます」",
    3: "基本目標3 「安心して生活できる地域を支えます」",
}
"""大田区地域福祉計画の基本目標, as the plan's table prints them."""

KINDS = {
    "open": "集計中(未確定)",
    "monthly": "月次",
    "provisional": "速報",
    "final": "確定",
    "restatement": "訂正後",
}


def stage(kind: str, version: int | None, month: int | None) -> str:
    """「確定(第3版)」, 「月次 6月まで(第2版)」."""
    until = f" {month}月まで" if month else ""
    numbered = f"(第{version}版)" if version else ""
    return f"{KINDS.get(kind, kind)}{until}{numbered}"


@dataclass(frozen=True)
class Paper:
    """One table, ready to be printed: who prints it and when stands on it (expectation C9)."""

    title: str
    stage: str
    area: str | None
    as_of: datetime
    printed_by: str
    printed_at: datetime
    fiscal_year: int
    figures: Sequence[Figure]
    notes: Sequence[Note]
    areas: Mapping[str, Sequence[AreaFigure]] = field(default_factory=dict)
    """Of the whole ward's table: its figures by 基本圏域."""

    @property
    def heading(self) -> str:
        return f"{self.stage} — {self.area or '区全体'} — {_instant(self.as_of)}現在"

    @property
    def footer(self) -> str:
        return f"出力者 {self.printed_by} 出力日時 {_instant(self.printed_at)}"

    def marks(self, figure: Figure) -> str:
        """The marks of the notes that bear on a figure: 「※1 ※3」."""
        return " ".join(note.mark for note in self.notes if figure.id in note.measure_ids)

    @staticmethod
    def goal(figure: Figure) -> str:
        return GOALS.get(figure.basic_goal or 0, "")

    @staticmethod
    def label(figure: Figure) -> str:
        """The wording of the plan, with the number of the programme and the うち."""
        number = f"{figure.programme_no} " if figure.programme_no else ""
        part = f"({figure.sub_label})" if figure.sub_label else ""
        return f"{number}{figure.label}{part}"

    @staticmethod
    def value(figure: Figure) -> str:
        """「4,188件(131件)」."""
        part = "" if figure.sub_value is None else f"({figure.sub_value:,}{figure.unit})"
        return f"{figure.value:,}{figure.unit}{part}"


def _instant(at: datetime) -> str:
    local = at.astimezone(TOKYO)
    return f"{wareki(local.date())} {local:%H:%M}"
