from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.report.note_math import math_html
from runreport.report.notes import render_note


def test_formulas_are_mathml_without_a_script() -> None:
    html = render_note("The share is $\\frac{a}{b^2}$.\n\n$$\\sum_{i=1}^n x_i$$")
    assert '<math display="inline">' in html
    assert "<mfrac><mrow><mi>a</mi></mrow><mrow><msup><mi>b</mi><mn>2</mn></msup></mrow>" in html
    assert '<div class="formula"' in html and "<mo>∑</mo>" in html


@pytest.mark.parametrize(
    "text", ["Costs $5 and $6.", "from $HOME to $PATH", "a $ b $ c", r"\$x\$"]
)
def test_dollars_are_no_math(text: str) -> None:
    assert "<math" not in render_note(text)


def test_what_is_no_tex_is_shown_as_it_is() -> None:
    assert "<code>" in math_html("\\frac{", is_block=False)
    assert math_html("x" * 3000, is_block=False).startswith("<code>")


@pytest.mark.parametrize(
    "tex",
    [r"\href{javascript:alert(1)}{x}", r"\text{<script>alert(1)</script>}", r"\style{a:b}{x}",
     r"\class{evil}{x}", '"onload="', r"\unicode{x3c}script", r"\text{<img src=x onerror=y>}"],
)  # fmt: skip
def test_a_formula_leads_nowhere_and_runs_nothing(tex: str) -> None:
    html = math_html(tex, is_block=False)
    tags = re.findall(r"<([^>]*)>", html)
    names = "math|mrow|mi|mo|mn|mtext|mstyle|mspace|code"
    assert all(re.fullmatch(rf'/?(?:{names})(?: [a-z-]+="[^"]*")*', tag) for tag in tags)
    assert "href=" not in html


def test_a_formula_stays_in_its_place() -> None:
    assert "900" not in math_html(r"\hspace{-900em} x \hspace{900em}", is_block=True)


@given(st.text("\\\\{}^_&$ab<>frctextlimsqrtoverunderbegindmatrix", max_size=60))
def test_whatever_stands_there_is_quick_and_safe(tex: str) -> None:
    begun = time.monotonic()
    html = math_html(tex, is_block=True)
    assert "<script" not in html and time.monotonic() - begun < 2


def test_a_formula_without_an_end_swallows_nothing() -> None:
    html = render_note(
        "$$\nx = 1\n\n```python\na = 1\n```\n\nPrice $$\n\nAnd $$y$$ too, $$z$$ ends."
    )
    assert "<pre" in html and "Price" in html and html.count("<math") == 2
    assert "$<math" not in html and "</math>$" not in html


def test_lines_of_a_formula_stand_below_each_other() -> None:
    assert "<mtable" in math_html(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", is_block=True)
