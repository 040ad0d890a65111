"""Twenty stories, one for each channel of the 13 programmes, and the end each should reach.

`passages` has five more, of what happens between offices.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.calendar import today
from simulation import lives
from simulation.stage import Case


@dataclass(frozen=True)
class Setting:
    """What stories share: places that were registered, and a case that others are merged into."""

    place: str
    full_place: str


Play = Callable[[Case, Setting], Awaitable[None]]


@dataclass(frozen=True)
class Story:
    """What happens to a person who comes in at a channel, and how the case ends."""

    channel: str
    title: str
    play: Play
    ends: tuple[str, ...]
    """The states in which the case may be found: the clock may have moved it on."""
    reason: str | None = None


STORIES: list[Story] = []


def story(
    channel: str, title: str, *, ends: tuple[str, ...] = ("closed",), reason: str | None = None
) -> Callable[[Play], Play]:
    """Enter a story in STORIES."""

    def enter(play: Play) -> Play:
        STORIES.append(Story(channel, title, play, ends, reason))
        return play

    return enter


@story("houkatsu", "情報提供で終了", reason="information")
async def information(case: Case, _: Setting) -> None:
    await case.arrive("houkatsu", case.cast.residents.person(age=78), text="介護保険の申請方法")
    await case.do("coordinator", "end_with_information")


@story(
    "shogai-support-center",
    "単独機関で対応 (依頼→受案→完了)",
    reason="single-agency",
)
async def one_agency(case: Case, _: Setting) -> None:
    await case.arrive("shogai-support-center", case.cast.residents.person(age=34))
    await case.do("coordinator", "refer_to_agency", agency="jobota")
    await case.do("jobota", "accept_referral")
    await case.do("jobota", "finish_referral", result="done")
    await case.reaches("closed")


@story("ninpu-mensetsu", "緊急対応ののち多機関で支援", reason="roles-agreed")
async def urgent(case: Case, _: Setting) -> None:
    await case.arrive("ninpu-mensetsu", case.cast.residents.person(age=24), urgent=True)
    await case.do("coordinator", "respond_urgently", measure="safety-visit")
    await lives.to_active(case)
    await lives.monitor(case, "goal-met")
    await lives.close(case)


@story(
    "shinseiji-homon",
    "日程調整→会議→プラン→モニタリング→再プラン→終結",
    reason="roles-agreed",
)
async def replanned(case: Case, _: Setting) -> None:
    people = case.cast.residents
    await case.arrive(
        "shinseiji-homon", people.person(age=31), people.person(age=33, relation="spouse")
    )
    await lives.to_active(case)
    await lives.monitor(case, "change")
    await lives.plan(case)
    await lives.meet_on_a_found_date(case)
    await lives.decide(case)
    await lives.monitor(case, "continue")
    await lives.monitor(case, "goal-met")
    await lives.close(case)


@story("jidokan", "不受案→別の機関が対応", reason="single-agency")
async def declined(case: Case, _: Setting) -> None:
    await case.arrive("jidokan", case.cast.residents.person(age=9, relation="child"))
    await case.do("coordinator", "refer_to_agency", agency="jobota")
    await case.do("jobota", "decline_referral", reason="not-in-charge")
    await case.reaches("triage")
    await case.do("coordinator", "refer_to_agency", agency="houkatsu")
    await case.do("houkatsu", "accept_referral")
    await case.do("houkatsu", "finish_referral", result="done")
    await case.reaches("closed")


@story("kodomo-katei-center", "18歳の引継ぎ→差戻し→決定→目標達成で終結", reason="solved")
async def returned(case: Case, _: Setting) -> None:
    people = case.cast.residents
    await case.arrive(
        "kodomo-katei-center",
        people.person(age=44),
        people.person(age=17, relation="child", carer=True, birth_date=lives.soon_18()),
    )
    await case.do("coordinator", "ask_consent")
    await lives.give_consent(case)
    await lives.hand_over_at_18(case)
    await case.do("coordinator", "complete_assessment", issues=["care", "family"])
    await lives.plan(case)
    await lives.meet(case)
    await case.do("manager", "return_plan", reason="役割分担を具体的に")
    await case.reaches("plan-draft")
    await lives.plan(case, note="差戻しを受けて書き直し")
    await lives.meet(case)
    await lives.decide(case)
    await lives.monitor(case, "goal-met")
    await lives.close(case, reason="solved")


@story("hoiku-adviser", "情報提供で終了 (関係機関から)", reason="information")
async def adviser(case: Case, _: Setting) -> None:
    await case.arrive("hoiku-adviser", case.cast.residents.person(age=29), referred_in=True)
    await case.do("coordinator", "end_with_information")


@story("hoikuen", "世帯の一人は初め不同意→支援会議→同意", ends=("active", "monitor"))
async def one_refuses(case: Case, _: Setting) -> None:
    people = case.cast.residents
    await case.arrive("hoikuen", people.person(age=35), people.person(age=36, relation="spouse"))
    await case.do("coordinator", "ask_consent")
    await case.do(
        "coordinator",
        "record_consent",
        person_id=case.persons[0],
        kinds=["sharing", "support"],
        method="signature",
    )
    await case.do("coordinator", "record_refusal", person_id=case.persons[1], reason="refused")
    await case.do("ward", "decline_support_meeting", reason="もう一度説明を")
    await case.do(
        "coordinator",
        "record_consent",
        person_id=case.persons[1],
        kinds=["sharing", "support"],
        method="oral-two-witnesses",
        witnesses=await lives.witnesses(case),
    )
    await case.do("coordinator", "complete_assessment", issues=["childcare"])
    await lives.plan(case)
    await lives.meet(case)
    await lives.decide(case)


@story("jobota", "連絡不能→中断→再開→終結", reason="roles-agreed")
async def lost_and_found(case: Case, _: Setting) -> None:
    await case.arrive("jobota", case.cast.residents.person(age=52))
    await lives.to_active(case)
    await case.do(
        "jobota",
        "record_progress",
        agency="jobota",
        on=today().isoformat(),
        joint_with=["houkatsu"],
    )
    case.expected.count("3.4.joint-support")
    await case.do("coordinator", "report_lost_contact")
    await case.reaches("suspended")
    await case.do("coordinator", "resume")
    await case.reaches("active", "monitor")
    await lives.monitor(case, "goal-met")
    await lives.close(case)


@story("takikan", "再プラン→終結→フォロー→再開", reason="information")
async def reopened(case: Case, _: Setting) -> None:
    await case.arrive("takikan", case.cast.residents.person(age=58))
    await lives.to_active(case)
    await lives.monitor(case, "goal-met")
    await lives.close(case)
    await case.do("coordinator", "record_follow_up", result="worry")
    await case.do("coordinator", "reopen")
    await case.reaches("triage")
    await case.do("coordinator", "end_with_information")


@story("sapota", "不同意→支援会議→訪問→同意→準備済プラン", ends=("active", "monitor"))
async def refused_then_trusted(case: Case, _: Setting) -> None:
    await case.arrive("sapota", case.cast.residents.person(age=41), text="長く外に出ていない")
    await case.do("coordinator", "ask_consent")
    await case.do("coordinator", "record_refusal", person_id=case.persons[0], reason="refused")
    await lives.support_meeting(case, "outreach-plan")
    await case.reaches("outreach")
    await lives.plan(case, act="prepare_plan")
    await lives.visit(case, "no-answer", method="letter", first=True)
    await lives.visit(case, "talked")
    await lives.visit(case, "good-relation", method="accompany")
    await lives.ask_again(case)
    await lives.give_consent(case, who="outreach")
    await case.do("coordinator", "complete_assessment", issues=["withdrawal"])
    await lives.meet(case)
    await lives.decide(case)


@story("chiiki-coordinate", "参加支援→定着→フォロー", ends=("active", "monitor"))
async def settled(case: Case, setting: Setting) -> None:
    await case.arrive("chiiki-coordinate", case.cast.residents.person(age=47))
    await lives.to_active(case)
    await lives.settle(case, setting.place)


@story("flat-ota", "受け入れ不可→再マッチング→定着", ends=("active", "monitor"))
async def rematched(case: Case, setting: Setting) -> None:
    await case.arrive("flat-ota", case.cast.residents.person(age=19))
    await lives.to_active(case)
    await lives.settle(case, setting.place, refuse_first=setting.full_place)


@story("kaigo-yobo", "情報提供で終了", reason="information")
async def exercise(case: Case, _: Setting) -> None:
    await case.arrive("kaigo-yobo", case.cast.residents.person(age=70), text="体操に通いたい")
    await case.do("coordinator", "end_with_information")


@story(
    "chiiki-coordinate-9", "気づき (氏名なし)→支援会議→見守り", ends=("sk-decided", "sk-requested")
)
async def noticed(case: Case, _: Setting) -> None:
    await case.arrive("chiiki-coordinate-9", text="郵便物がたまっている家がある")
    await case.do("coordinator", "request_support_meeting", reason="unobtainable")
    await lives.support_meeting(case, "watch")
    await case.reaches("sk-decided", "sk-requested")


@story("seikatsu-shien", "単独機関で対応 (再転)", reason="single-agency")
async def referred_on(case: Case, _: Setting) -> None:
    await case.arrive("seikatsu-shien", case.cast.residents.person(age=81))
    await case.do("coordinator", "refer_to_agency", agency="jobota")
    await case.do("jobota", "refer_on", agency="houkatsu")
    await case.do("houkatsu", "accept_referral")
    await case.do("houkatsu", "finish_referral", result="done")
    await case.reaches("closed")


@story("chiiki-coordinate-10", "重複→統合", reason="merged")
async def merged(case: Case, _: Setting) -> None:
    resident = case.cast.residents.person(age=66)
    first = Case(case.cast, case.expected, case.told)
    await first.arrive("chiiki-coordinate-10", resident)
    await case.arrive("chiiki-coordinate-10", resident)
    await case.do("coordinator", "merge_into", into_case_id=first.case_id)
    await case.reaches("closed")
    await first.do("coordinator", "end_with_information")


@story("katsudo-shien-center", "同意撤回→支援会議→再拒否→中断", ends=("suspended",))
async def withdrawn(case: Case, _: Setting) -> None:
    await case.arrive("katsudo-shien-center", case.cast.residents.person(age=38))
    await lives.to_active(case)
    await case.do("coordinator", "withdraw_consent", person_id=case.persons[0])
    await lives.support_meeting(case, "outreach-plan")
    await case.reaches("outreach")
    await lives.visit(case, "talked", first=True)
    for _round in range(3):
        await lives.ask_again(case)
        await case.do("outreach", "record_refusal", person_id=case.persons[0], reason="refused")
    await case.reaches("suspended")


@story("kosodate-hiroba", "情報提供で終了", reason="information")
async def playground(case: Case, _: Setting) -> None:
    await case.arrive("kosodate-hiroba", case.cast.residents.person(age=30))
    await case.do("coordinator", "end_with_information")


@story("food-network", "緊急の食料支援→単独機関", reason="single-agency")
async def food(case: Case, _: Setting) -> None:
    await case.arrive("food-network", case.cast.residents.person(age=45), urgent=True)
    await case.do("coordinator", "respond_urgently", measure="food")
    await case.do("coordinator", "refer_to_agency", agency="jobota")
    await case.do("jobota", "accept_referral")
    await case.do("jobota", "finish_referral", result="done")
    await case.reaches("closed")
