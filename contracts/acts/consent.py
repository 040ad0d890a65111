"""Consent: per person, and twofold (process A4)."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.acts.base import Act
from contracts.acts.screening import NoConsentReason
from contracts.message import Code


class ConsentKind(StrEnum):
    """Consent is two things, which come at different times (process A4)."""

    SHARING = "sharing"
    """To share information (情報共有の同意)."""
    SUPPORT = "support"
    """To receive support (支援を受ける同意)."""


class RecordConsent(Act):
    """同意の記録: per person, with its scope, its method and the form that was shown."""

    act: Literal["record_consent"] = "record_consent"
    person_id: UUID
    kinds: tuple[ConsentKind, ...] = Field(min_length=1)
    purposes: tuple[Code, ...] = ("plan-making", "support")
    categories: tuple[Code, ...] = ("basic", "health", "work-school", "income", "welfare-use")
    recipients: tuple[Code, ...] = ()
    """Agencies that may be told; empty means every agency of the case's team."""
    given_by: Literal["self", "proxy"] = "self"
    relation: Code | None = None
    """What the proxy is to the person; required for a proxy."""
    method: Literal["signature", "oral-two-witnesses", "electronic"]
    form_version: Code | None = None
    """Which form was shown; None: the one in force on the day it was given."""
    expires_on: date | None = None
    obtained_on: date | None = None
    """The day on which it was given, where it is recorded later. The form was in force then."""
    witnesses: tuple[str, ...] = Field((), max_length=5)
    """Who heard an oral consent: the `sub` of two members of staff."""
    document_id: Code | None = None
    """Where the signed paper is kept, if there is one."""


class RecordRefusal(Act):
    """不同意の記録: the normal case, not an exception (process 0.2)."""

    act: Literal["record_refusal"] = "record_refusal"
    person_id: UUID
    kind: ConsentKind = ConsentKind.SHARING
    reason: NoConsentReason


class WithdrawConsent(Act):
    """同意の撤回: new disclosures stop at once, the log of past ones stays (invariant 3)."""

    act: Literal["withdraw_consent"] = "withdraw_consent"
    person_id: UUID
    kinds: tuple[ConsentKind, ...] = (ConsentKind.SHARING, ConsentKind.SUPPORT)
