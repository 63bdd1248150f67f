from __future__ import annotations

import pytest

from runreport.report.runs.html_preview import clean_html


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<h1 onclick=x>Hi</h1>", "<h1>Hi</h1>"),
        ("<p style='color:red'>a &lt;b&gt;</p>", "<p>a &lt;b&gt;</p>"),
        ("a<script>evil()</script>b", "ab"),
        ("<svg><text>x</text></svg>y", "y"),
        ("<img src=http://host/x.png>", ""),
        ("<img src='data:image/png;base64,A' alt='\"x'>",
         '<img alt="&quot;x" src="data:image/png;base64,A">'),
        ("<a href='javascript:x'>l</a>", "<a>l</a>"),
        ("<iframe srcdoc='<b>'>z</iframe>w", "w"),
        ("<table><tr><td colspan=2>1</td></tr></table>",
         '<table><tr><td colspan="2">1</td></tr></table>'),
        ("<script><script></script>x", "x"),
        ("</p></script>ok", "</p>ok"),
        ("<meta http-equiv=refresh content='0;url=x'>t", "t"),
    ],
)  # fmt: skip
def test_only_text_and_layout_stay(text: str, clean: str) -> None:
    assert clean_html(text) == clean
