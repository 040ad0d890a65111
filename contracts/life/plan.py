"""The life of one version of a plan."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class PlanState(StrEnum):
    DRAFT = "draft"
    TO_DECIDE = "to-decide"
    TO_ACCEPT = "to-accept"
    ACTIVE = "active"
    MONITORING = "monitoring"
    PAUSED = "paused"
    RETURNED = "returned"
    REVISED = "revised"
    COMPLETED = "completed"
    STOPPED = "stopped"


_CASE_SAYS = {"stop": (PlanState.STOPPED,), "pause": (PlanState.PAUSED,)}

PLAN: Life = {
    PlanState.DRAFT: Stage(
        label="プラン案",
        acts={"revise_draft": (PlanState.DRAFT,)},
        news={"meeting-verdict": (PlanState.TO_DECIDE, PlanState.RETURNED), **_CASE_SAYS},
    ),
    PlanState.TO_DECIDE: Stage(
        label="支援決定待ち",
        task="支援プランを決定する",
        owner=Role.MANAGER,
        due="decision_due",
        acts={
            "approve_plan": (PlanState.TO_ACCEPT,),
            "return_plan": (PlanState.RETURNED,),
        },
        news=_CASE_SAYS,
    ),
    PlanState.TO_ACCEPT: Stage(
        label="本人のプラン同意待ち",
        task="本人のプラン同意を記録する",
        due="acceptance_due",
        acts={
            "record_acceptance": (PlanState.TO_ACCEPT, PlanState.ACTIVE),
            "record_decline": (PlanState.RETURNED,),
        },
        news=_CASE_SAYS,
    ),
    PlanState.ACTIVE: Stage(
        label="支援実施",
        acts={
            "record_monitoring": (
                PlanState.ACTIVE,
                PlanState.REVISED,
                PlanState.COMPLETED,
                PlanState.STOPPED,
            )
        },
        lapses={"monitoring_every": PlanState.MONITORING},
        news={
            "plan-ended": (PlanState.MONITORING,),
            "monitoring-date": (PlanState.MONITORING,),
            **_CASE_SAYS,
        },
    ),
    PlanState.MONITORING: Stage(
        label="モニタリング",
        task="モニタリングを行う",
        due="monitoring_escalation",
        escalation="monitoring_escalation",
        acts={
            "record_monitoring": (
                PlanState.ACTIVE,
                PlanState.REVISED,
                PlanState.COMPLETED,
                PlanState.STOPPED,
            )
        },
        news=_CASE_SAYS,
    ),
    PlanState.PAUSED: Stage(
        label="中断中",
        news={
            "resume": (
                PlanState.DRAFT,
                PlanState.TO_DECIDE,
                PlanState.TO_ACCEPT,
                PlanState.ACTIVE,
                PlanState.MONITORING,
            ),
            "stop": (PlanState.STOPPED,),
        },
    ),
    PlanState.RETURNED: Stage(label="差戻し"),
    PlanState.REVISED: Stage(label="再プランへ"),
    PlanState.COMPLETED: Stage(label="目標達成"),
    PlanState.STOPPED: Stage(label="中止"),
}
