from __future__ import annotations

from runreport.report.note_code import highlighted
from runreport.report.notes import render_note


def test_code_of_a_known_language_has_a_class_a_word() -> None:
    html = render_note("```python\ndef f(): return '<b>'\n```")
    assert '<span class="hl-k">def</span>' in html and "&lt;b&gt;" in html
    assert "style=" not in html


def test_other_code_is_shown_as_it_is() -> None:
    assert highlighted("x", "brainfuck") == "" and highlighted("x" * 30_000, "python") == ""
    assert render_note("```\n<b>\n```") == '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>\n'
    assert "hl-" not in render_note("```nolang\nx = 1\n```")
