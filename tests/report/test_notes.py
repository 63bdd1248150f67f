from __future__ import annotations

import re

import pytest

from runreport.report.notes import render_note


def test_markdown_is_rendered_below_the_pages_own_headings() -> None:
    html = render_note("# One\n\n**bold** `code`\n\n| a | b |\n| - | - |\n| 1 | 2 |\n")
    assert '<h3 id="user-content-one">One</h3>' in html
    assert "<strong>bold</strong>" in html and "<table>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>)",
        "[x](vbscript:x)",
        "[x](//evil.example/a)",
        "[x](file:///etc/passwd)",
        "<a href='javascript:x'>y</a>",
        "![x](https://evil.example/pixel.png)",
        "[![x](https://evil.example/p.png)](https://a.example)",
        "<svg onload=alert(1)>",
        '![" onerror="alert(1)](x)',
        "[a](<javascript:alert(1)>)",
    ],
)
def test_nothing_in_a_note_runs_or_loads(text: str) -> None:
    html = render_note(text)
    tags = re.findall(r"<(\w+)([^>]*)>", html)
    assert {tag for tag, _ in tags} <= {"p", "a"}
    for tag, attributes in tags:
        assert not re.search(r"\son\w+=", attributes)
        if tag == "a":
            href = re.search(r'href="([^"]*)"', attributes)
            assert href is not None and re.match(r"https?://|x$", href[1])
            assert "noopener" in attributes


def test_relative_and_mail_links_stay() -> None:
    assert 'href="../x/index.html"' in render_note("[a](../x/index.html)")
    assert 'href="mailto:a@b.example"' in render_note("[a](mailto:a@b.example)")


def test_a_huge_note_is_cut() -> None:
    assert len(render_note("x" * 300_000)) < 110_000


def test_a_tables_alignment_is_a_class_since_the_policy_allows_no_style() -> None:
    html = render_note("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert "style" not in html and '<td class="align-right">2</td>' in html


def test_images_beside_the_note_are_shown_and_links_lead_to_files() -> None:
    files = {"plots/a b.png": "files/plots/a-b.png", "data.csv": "files/data.csv"}
    text = (
        "![see](./plots/a%20b.png) [data](data.csv) ![x](https://example.org/a.png) ![y](no.png)"
    )
    html = render_note(text, files)
    assert '<img src="files/plots/a-b.png" alt="see" loading="lazy">' in html
    assert 'href="files/data.csv"' in html and html.count("<img") == 1
