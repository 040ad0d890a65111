"""What the command line shows: the start, the parts, the addresses, the indicator table."""

import csv
import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from deploy.embedded.daemon import Report
from deploy.embedded.layout import Layout
from deploy.embedded.status import PartStatus
from deploy.ledger_days import DifferentDay

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

COLUMNS = ("indicator_id", "value", "sub_value", "unit", "label", "sub_label")


class Progress:
    """Says once of each part that it is ready."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, said: Report) -> None:
        for name, part in said["parts"].items():
            if part["state"] == "ready" and name not in self.seen:
                self.seen.add(name)
                out.print(f"  [green]✓[/] {name}")


def show_addresses(layout: Layout) -> None:
    """Where to look, and with which synthetic accounts to log in."""
    addresses = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for label, url in (
        ("相談支援ポータル / portal", layout.public_url),
        ("トレース / traces", f"{layout.public_url}/traces"),
        ("ワークフロー / workflow UI", layout.url("temporal-ui")),
        ("API (OpenAPI)", f"{layout.public_url}/api/intake/v1/openapi.json"),
        ("API のトークン / token", ".venv/bin/kasane token"),
    ):
        addresses.add_row(label, url)
    out.print(addresses)
    if not layout.users.exists():
        return
    logins = Table(
        "ログイン名", "パスワード", "氏名(架空)", "役割", title="デモ用の利用者 / demo logins"
    )
    for name, user in json.loads(layout.users.read_text()).items():
        logins.add_row(name, user["password"], user["name"], "、".join(user["roles"]))
    out.print(logins)


def show_status(statuses: list[PartStatus]) -> None:
    """Every part; of what may pile up, what has. `--json` has all of it."""
    table = Table("部品", "状態", "版", "アドレス", "再起動", Column("たまり", overflow="fold"))
    for status in statuses:
        colour = "green" if status.healthy else "red"
        waiting = (f"{name}={value}" for name, value in status.backlog.items() if value)
        backlog = "\n".join(waiting) if status.healthy else ""
        table.add_row(
            status.name,
            f"[{colour}]{status.state if status.healthy else 'unhealthy'}[/]",
            status.version,
            status.address,
            str(status.restarts),
            backlog or status.detail,
        )
    out.print(table)


def show_indicators(table: dict[str, Any], form: str) -> None:
    """The indicator table for people, as CSV (RFC 4180, with a header line) or as JSON."""
    rows = [
        {column: row["id" if column == "indicator_id" else column] for column in COLUMNS}
        for row in table["indicators"]
    ]
    if form == "json":
        out.print_json(json.dumps(rows, ensure_ascii=False))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    else:
        shown = Table("指標", "名称", "値", "単位", "うち", title=table["label"])
        for row in rows:
            part = "" if row["sub_label"] is None else f"{row['sub_label']} {row['sub_value']}"
            shown.add_row(row["indicator_id"], row["label"], f"{row['value']:,}", row["unit"], part)
        out.print(shown)


def show_verification(verification: dict[str, Any]) -> None:
    """What came of the recount, and every figure that it does not confirm."""
    told = "一致 / equal" if verification["equal"] else "不一致 / different"
    out.print(
        f"{verification['fiscal_year']} 年度: {told} "
        f"(台帳 {verification['entries']} 件、{verification['cells']} 欄・"
        f"実数 {verification['members']} 件を再集計、固定した版 {verification['frozen_versions']})"
    )
    for cell in verification["differences"]:
        out.print(
            f"  {cell['measure_id']} {cell['month'] or '年間'} {cell['basic_area'] or '全区'}: "
            f"集計 {cell['tallied']}、再集計 {cell['recounted']}"
        )
    for one in verification["member_differences"]:
        out.print(
            f"  {one['measure_id']} {one['month'] or '年間'} {one['basic_area'] or '全区'} "
            f"{one['member']}: 記録の数 {one['kept']}、再集計 {one['recounted']}"
        )
    for figure in verification["altered_figures"]:
        named = f"{figure['measure_id']} {figure['basic_area'] or '全区'}"
        out.print(
            f"  第{figure['version']}版: {named if figure['measure_id'] else '版のどこか'}が"
            "固定したときと違う / altered"
        )


def show_different_days(days: list[DifferentDay]) -> None:
    """The days on which two ledgers do not hold the same entries."""
    if not days:
        out.print("日ごとの照合: 一致 / every day is equal")
    for day in days:
        out.print(f"  {day.on}: 記録 {_entries(day.there)} → {_entries(day.here)} / different")


def _entries(count: int | None) -> str:
    return "なし" if count is None else f"{count} 件"
