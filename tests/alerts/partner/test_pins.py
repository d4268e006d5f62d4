"""Which PINs are refused when they are set."""

import pytest
from django.core.exceptions import ValidationError

from alerts.partner.pins import refuse_weak


@pytest.mark.parametrize(
    "weak", ["12345", "000000", "123456", "987654", "890123", "12ab56", "", "1234567890123", "٣٤٥٦٧٨", "12345\n"]
)
def test_a_weak_pin_is_refused(weak: str) -> None:
    with pytest.raises(ValidationError, match="PIN"):
        refuse_weak(weak)


@pytest.mark.parametrize("good", ["274916", "112233", "120398471620"])
def test_a_good_pin_is_taken(good: str) -> None:
    refuse_weak(good)
