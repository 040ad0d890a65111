"""Recurrences as people write them: 「毎週火・木」, 「第2・第4火曜日」, 「毎月15日」."""

import re
import unicodedata

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAYS = "月火水木金土日"
ONCE = "1回"


def rule_of(said: str) -> str | None:
    """The RFC 5545 rule that words mean; a rule stays one; None for what takes place once.

    Raises ValueError for words that are not understood.
    """
    plain = re.sub(r"曜日|[\s曜]", "", unicodedata.normalize("NFKC", said))
    if not plain or plain == ONCE:
        return None
    if plain.upper().startswith("FREQ="):
        return plain.upper()
    if plain == "毎日":
        return "FREQ=DAILY"
    if found := re.fullmatch(r"(毎週|隔週|(\d+)週ごとの?)([月火水木金土日・、]+)", plain):
        every = {"毎週": "1", "隔週": "2"}.get(found[1], found[2])
        interval = "" if every == "1" else f";INTERVAL={every}"
        days = ",".join(DAYS[WEEKDAYS.index(day)] for day in re.findall(f"[{WEEKDAYS}]", found[3]))
        return f"FREQ=WEEKLY{interval};BYDAY={days}"
    if found := re.fullmatch(r"(?:毎月)?((?:(?:第\d|最終)・?)+)([月火水木金土日])", plain):
        day = DAYS[WEEKDAYS.index(found[2])]
        nths = re.findall(r"第(\d)|(最終)", found[1])
        return "FREQ=MONTHLY;BYDAY=" + ",".join(f"{nth or '-1'}{day}" for nth, _ in nths)
    if found := re.fullmatch(r"毎月(\d{1,2})日", plain):
        return f"FREQ=MONTHLY;BYMONTHDAY={found[1]}"
    raise ValueError("not a recurrence that is understood")
