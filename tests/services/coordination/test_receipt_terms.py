"""Receipt numbers as they are typed."""

import pytest

from services.coordination.receipt import ReceiptTerms, receipt_terms

WHOLE = ReceiptTerms(begins="R8-大森-00123", equals="R8-大森-00123")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("R8-大森-00123", WHOLE),
        (" ｒ８－大森－００１２３ ", WHOLE),
        ("令和8‐大森ー00123", WHOLE),
        ("R8-大森-123", ReceiptTerms(begins="R8-大森-123", equals="R8-大森-00123")),
        ("R8-大森", ReceiptTerms(begins="R8-大森")),
        ("R8", ReceiptTerms(begins="R8")),
        ("123", ReceiptTerms(count="00123")),
        ("１２３", ReceiptTerms(count="00123")),
        ("大森-123", ReceiptTerms(begins="大森-123", area="大森", count="00123")),
        ("  ", None),
    ],
)
def test_a_receipt_number_is_understood(typed: str, meant: ReceiptTerms | None) -> None:
    assert receipt_terms(typed) == meant
