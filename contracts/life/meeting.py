"""The life of one meeting, of either kind."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class MeetingState(StrEnum):
    POLLING = "polling"
    PREPARING = "preparing"
    HELD = "held"
    MINUTES = "minutes"
    REVISING = "revising"
    DONE = "done"
    CANCELLED = "cancelled"


def _outcomes(state: MeetingState) -> dict[str, tuple[str, ...]]:
    """What may be written down as long as the minutes are not approved."""
    codes = ("record_advice", "assign_duty", "submit_feedback", "raise_community_issue")
    return dict.fromkeys(codes, (state,))


MEETING: Life = {
    MeetingState.POLLING: Stage(
        label="日程調整",
        task="日程の回答を集め、開催日を決める",
        due="availability_due",
        reminder="availability_reminder",
        acts={
            "answer_dates": (MeetingState.POLLING,),
            "choose_date": (MeetingState.PREPARING,),
            "propose_other_dates": (MeetingState.POLLING,),
            "cancel_meeting": (MeetingState.CANCELLED,),
        },
        news={"stop": (MeetingState.CANCELLED,)},
    ),
    MeetingState.PREPARING: Stage(
        label="開催準備",
        task="会議を開催し記録する",
        acts={
            "submit_sheet": (MeetingState.PREPARING,),
            "acknowledge_secrecy": (MeetingState.PREPARING,),
            "postpone_meeting": (MeetingState.PREPARING,),
            "propose_other_dates": (MeetingState.POLLING,),
            "report_no_quorum": (MeetingState.PREPARING, MeetingState.POLLING),
            "cancel_meeting": (MeetingState.CANCELLED,),
            "hold_meeting": (MeetingState.HELD,),
        },
        news={"stop": (MeetingState.CANCELLED,)},
    ),
    MeetingState.HELD: Stage(
        label="結論の記録",
        task="会議の結論を記録する",
        due="minutes_due",
        acts={
            "decide_plan": (MeetingState.MINUTES,),
            "decide_support": (MeetingState.MINUTES,),
            "draft_minutes": (MeetingState.HELD,),
            **_outcomes(MeetingState.HELD),
            "acknowledge_secrecy": (MeetingState.HELD,),
        },
        news={"stop": (MeetingState.MINUTES,)},
    ),
    MeetingState.MINUTES: Stage(
        label="会議録の承認",
        task="会議録を承認する",
        owner=Role.MANAGER,
        due="minutes_due",
        acts={
            "approve_minutes": (MeetingState.DONE,),
            "return_minutes": (MeetingState.REVISING,),
            "draft_minutes": (MeetingState.MINUTES,),
            **_outcomes(MeetingState.MINUTES),
            "acknowledge_secrecy": (MeetingState.MINUTES,),
        },
    ),
    MeetingState.REVISING: Stage(
        label="会議録の修正",
        task="会議録を修正する",
        due="minutes_due",
        acts={
            "draft_minutes": (MeetingState.MINUTES,),
            **_outcomes(MeetingState.REVISING),
            "acknowledge_secrecy": (MeetingState.REVISING,),
        },
    ),
    MeetingState.DONE: Stage(
        label="完了",
        acts={
            "submit_feedback": (MeetingState.DONE,),
            "raise_community_issue": (MeetingState.DONE,),
        },
        lapses={"papers_close": MeetingState.DONE, "after_meeting": MeetingState.DONE},
    ),
    MeetingState.CANCELLED: Stage(label="中止"),
}
