"""The boundary of determinism: what a workflow may import, and what passes in from outside.

Worker, tests and replay all run workflows in `RUNNER`. Everything a workflow imports beyond the
standard library and the SDK stands here: a new name is a reviewed line. The modules that hold a
workflow are loaded afresh for each run; what they share is loaded once and keeps no state.
"""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

PASSED_THROUGH = (
    "contracts",
    "workflows.activities",
    "workflows.ages",
    "workflows.case_ahead",
    "workflows.case_children",
    "workflows.case_meeting",
    "workflows.case_news",
    "workflows.case_plans",
    "workflows.case_rest",
    "workflows.case_ways",
    "workflows.child",
    "workflows.consent",
    "workflows.follow_up",
    "workflows.life",
    "workflows.moves",
    "workflows.plan_paper",
    "workflows.policies",
    "workflows.waiting",
)

RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        *PASSED_THROUGH
    ).with_import_notification_policy(
        SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
        | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
)
