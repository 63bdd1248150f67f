from __future__ import annotations

from pathlib import Path

from runreport.site.scanning import scan

SCRIPTS = Path(__file__).parents[2] / "themes" / "default" / "static" / "js"


def kinds(script: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in scan(script)]


def test_texts_patterns_and_comments_are_no_code() -> None:
    script = 'const a = /[/`]+/g.test("import") / 2; // await\\n'
    assert [text for kind, text in kinds(script) if kind == "text"] == ["/[/`]+/g", '"import"']
    assert kinds(script)[-1][0] == "comment"


def test_what_stands_in_a_template_is_code_again() -> None:
    found = kinds("`a ${f({ b: `c ${d}` })} e` + g")
    words = [text for kind, text in found if kind == "word"]
    assert words == ["f", "b", "d", "g"]
    assert [text for kind, text in found if kind == "text"] == ["`a ${", "`c ${", "}`", "} e`"]


def test_every_script_of_the_theme_is_scanned_to_its_end() -> None:
    for path in SCRIPTS.rglob("*.js"):
        text = path.read_text()
        spaces = str.maketrans("", "", " \n")
        whole = "".join(token.text for token in scan(text))
        assert whole.translate(spaces) == text.translate(spaces), path
