from __future__ import annotations

from xml.etree import ElementTree
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from runreport.report.fit_text import fit


@given(st.text(st.characters()))
def test_what_is_fit_is_read_by_xml_and_can_be_encoded(text: str) -> None:
    shown = fit(text)
    ElementTree.fromstring(f"<a>{escape(shown)}</a>".encode())
    assert len(shown) == len(text)


def test_control_characters_are_seen_and_told_apart() -> None:
    assert fit("\x1b[1m\x00\x7f\ud800\n\t") == "␛[1m␀␡�\n\t"
