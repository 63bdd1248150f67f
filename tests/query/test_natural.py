from __future__ import annotations

from runreport.query.natural import natural


def test_names_stand_as_people_number_them() -> None:
    assert natural("v2") < natural("v10") < natural("v10a")
    assert natural("9" * 5000) < natural("1" + "0" * 5000)
