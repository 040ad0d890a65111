"""The forms of community building: where each sends its body, and which page follows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """A form. `{id}` in the paths is the record it is about."""

    title: str
    path: str
    back: str
    button: str = "登録する"
    done: str = "登録しました。"
    lead: str = ""
    rows: bool = False
    """Whether it has a list of rows that can grow."""


FORMS: dict[str, Form] = {
    "venue": Form("会場の登録", "/venues", "/community/venues"),
    "venue-correction": Form(
        "会場の変更", "/venues/{id}/correction", "/community/venues/{id}", "変更する"
    ),
    "reporting-way": Form(
        "実績の数え方の設定",
        "/reporting-ways",
        "/community/reporting-ways",
        "設定する",
        lead="会場または種別ごとに、ある日からの実績を、活動報告のファイルか、ここの記録か、"
        "どちらか一方だけで数えます。",
    ),
    "sheet-withdrawal": Form(
        "日報の取消し",
        "/day-sheets/{id}/withdrawal",
        "/community/venues",
        "取り消す",
        lead="この日報はどの数字にも数えられなくなり、その日の日報を書き直せます。",
    ),
    "group": Form("団体の登録", "/groups", "/community/groups"),
    "group-standing": Form(
        "団体の状態",
        "/groups/{id}/standing",
        "/community/groups",
        "変更する",
        lead="活動中でない団体には、食料を渡せません。",
    ),
    "activity": Form("地域活動の登録", "/activities", "/community/activities"),
    "activity-status": Form(
        "状態の変更", "/activities/{id}/status", "/community/activities/{id}", "変更する"
    ),
    "support": Form(
        "支援の記録", "/activities/{id}/supports", "/community/activities/{id}", "記録する"
    ),
    "support-correction": Form(
        "支援の記録の訂正", "/supports/{id}/correction", "/community/activities", "訂正する"
    ),
    "support-withdrawal": Form(
        "支援の記録の取消し", "/supports/{id}/withdrawal", "/community/activities", "取り消す"
    ),
    "session": Form("開催日の登録", "/activities/{id}/sessions", "/community/activities/{id}"),
    "volunteer": Form("ボランティアの登録", "/volunteers", "/community/volunteers", rows=True),
    "volunteer-change": Form(
        "ボランティアの変更", "/volunteers/{id}/change", "/community/volunteers", "変更する"
    ),
    "food-drive": Form("フードドライブの記録", "/food-drives", "/community/food"),
    "drive-correction": Form(
        "人数の訂正", "/food-drives/{id}/correction", "/community/food", "訂正する"
    ),
    "drive-withdrawal": Form(
        "フードドライブの取消し", "/food-drives/{id}/withdrawal", "/community/food", "取り消す"
    ),
    "donor": Form("提供者の登録", "/donors", "/community/donors"),
    "food-lot": Form("食料の受入れ", "/food-lots", "/community/food"),
    "disposal": Form("廃棄", "/food-lots/{id}/disposal", "/community/food/lots/{id}", "廃棄する"),
    "stocktaking": Form(
        "棚卸", "/food-lots/{id}/stocktaking", "/community/food/lots/{id}", "記録する"
    ),
    "recall": Form(
        "回収",
        "/food-lots/{id}/recall",
        "/community/food/lots/{id}",
        "回収する",
        lead="このロットは以後どの団体にも渡せません。渡した団体は次の画面に出ます。",
    ),
    "pantry": Form("フードパントリーの予定", "/pantries", "/community/pantries"),
    "hand-over-withdrawal": Form(
        "受渡しの取消し",
        "/hand-overs/{id}/withdrawal",
        "/community/pantries",
        "取り消す",
        lead="渡した食料は在庫に戻り、団体は数えられなくなります。",
    ),
    "notice": Form(
        "気づきの登録",
        "/issues",
        "/community/issues",
        lead="地域の困りごとへの気づきを、個人が分からない形で書いてください。",
    ),
    "issue-description": Form(
        "課題の内容", "/issues/{id}/description", "/community/issues/{id}", "書き込む"
    ),
    "issue-intake": Form(
        "相談につないだ記録", "/issues/{id}/intake", "/community/issues/{id}", "記録する"
    ),
    "issue-joining": Form(
        "まとまりに入れる", "/issues/{id}/group", "/community/issues/{id}", "入れる"
    ),
    "issue-group": Form("課題をまとめる", "/issue-groups", "/community/issues", "まとめる"),
    "issue-note": Form(
        "話し合いの記録", "/issue-groups/{id}/notes", "/community/issue-groups/{id}", "記録する"
    ),
    "issue-answer": Form(
        "課題への回答", "/issue-groups/{id}/answer", "/community/issue-groups/{id}", "回答する"
    ),
    "course": Form("講座の登録", "/courses", "/community/courses"),
    "course-session": Form("日程の登録", "/courses/{id}/sessions", "/community/courses/{id}"),
    "registration": Form(
        "受講の申込み", "/courses/{id}/registrations", "/community/courses/{id}", "申し込む"
    ),
    "cancellation": Form(
        "申込みの取消し", "/courses/{id}/cancellations", "/community/courses/{id}", "取り消す"
    ),
    "completion": Form(
        "講座の修了",
        "/courses/{id}/completion",
        "/community/courses/{id}",
        "修了にする",
        lead="すべての日程に出席した人に、修了証が出ます。",
    ),
    "learner": Form("受講者の登録", "/learners", "/community/learners"),
}


LISTS = {
    "group_id": ("/groups", "groups", "group_id", "name"),
    "activity_id": ("/activities", "activities", "activity_id", "name"),
    "learner_id": ("/learners?limit=200", "learners", "learner_id", "name"),
    "donor_id": ("/donors?limit=200", "donors", "donor_id", "name"),
    "drive_id": ("/food-drives", "drives", "drive_id", "place"),
    "issue_group_id": ("/issue-groups", "groups", "issue_group_id", "title"),
    "issue_ids": ("/issues?status=open", "issues", "issue_id", "theme_label"),
    "resource_id": ("/resources?status=published&limit=200", "resources", "resource_id", "name"),
}
"""Where the choices of a question come from, by its name: path, list, value and label."""
