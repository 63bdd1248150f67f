"""Charts as files for a paper: their size on paper, their font, and what is asked in vain."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf
import pytest
from builders import sample_archive
from cli.test_commands import command, ok
from PIL import Image

from runreport.errors import InvalidValue
from runreport.figures import read_font_size, read_length

BAR = "bar;x=params.model;y=metrics.accuracy"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(sample_archive(tmp_path_factory.mktemp("figures") / "archive"))


def test_a_figure_is_as_wide_as_asked_in_every_form(archive: str, tmp_path: Path) -> None:
    for ending in ("pdf", "png", "svg"):
        ok("figure", BAR, "-a", archive, "-o", str(tmp_path / f"f.{ending}"), "--width", "3in")
    page = pypdf.PdfReader(tmp_path / "f.pdf").pages[0]
    assert float(page.mediabox[2]) == pytest.approx(216, abs=0.5)
    picture = Image.open(io.BytesIO((tmp_path / "f.png").read_bytes()))
    assert abs(picture.size[0] - 900) <= 3
    assert "<svg " in (text := (tmp_path / "f.svg").read_text()) and ' width="216pt"' in text
    assert "var(" not in text and "accuracy" in text


def test_a_figure_has_the_font_and_title_that_were_asked_for(archive: str, tmp_path: Path) -> None:
    out = tmp_path / "f.svg"
    ok("figure", "line;y=metrics.loss;c=params.model", "-a", archive, "-o", str(out),
       "--font", "Some Serif", "--font-size", "9pt", "--title")  # fmt: skip
    text = out.read_text()
    assert 'font-family="Some Serif, sans-serif"' in text and "loss over steps" in text
    assert set(re.findall(r'font-size="([\d.]+)px"', text)) == {"9", "10.8"}, "the title is larger"


def test_a_saved_comparison_is_named(archive: str, tmp_path: Path) -> None:
    config = tmp_path / "runreport.toml"
    config.write_text(f'[views.Both]\ncharts = ["{BAR}", "line;y=metrics.loss"]\n')
    out = str(tmp_path / "f.svg")
    given = ("figure", "Both", "-a", archive, "--config", str(config), "-o", out)
    assert "choose one: --number. 1 accuracy by model; 2 loss" in command(*given).stderr
    ok(*given, "--number", "2")
    assert "2 charts, and no 3" in command(*given, "--number", "3").stderr
    assert "-x and -f are for" in command(*given, "--number", "1", "-x", "Sample").stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("bra;x=a", "-o", "f.svg"), "Did you mean 'bar'"),
        (("bar;x=params.model", "-o", "f.svg"), "lacks y"),
        ((BAR, "-o", "f.jpg"), "ends in none of"),
        ((BAR,), "Missing option"),
        (("line;y=metrics.none", "-o", "f.svg"), "No run that matches"),
        ((BAR, "-o", "f.svg", "-f", "params.model = 'none'"), "No run that matches"),
        ((BAR, "-o", "f.svg", "-x", "Smaple"), "Did you mean 'Sample'"),
        ((BAR, "-o", "f.svg", "--width", "8.5"), "is no length"),
        ((BAR, "-o", "f.svg", "--fonts", "/nowhere"), "no folder"),
        ((BAR, "-o", "f.svg", "--font", 'x" onload="'), "no name of a font"),
        ((BAR, "-o", "f.png", "--width", "7200pt", "--ppi", "1200"), "pixels long"),
        ((BAR, "-o", "/nowhere/f.svg"), "Could not write"),
    ],
)
def test_a_mistake_is_one_clear_message(
    archive: str, arguments: tuple[str, ...], told: str
) -> None:
    done = command("figure", *arguments, "-a", archive)
    assert done.returncode in (1, 2) and "Traceback" not in done.stderr
    assert told in re.sub(r"\s+", " ", done.stderr)


def test_lengths_have_units() -> None:
    assert read_length("2.54cm") == pytest.approx(72)
    assert read_font_size("12px") == 9.0
    for text in ("", "3", "3 km", "-3cm", "1e9cm", "0.1pt"):
        with pytest.raises(InvalidValue):
            read_length(text)
    with pytest.raises(InvalidValue):
        read_font_size("100pt")


def test_a_font_that_is_not_there_is_said_and_another_one_is_used(
    archive: str, tmp_path: Path
) -> None:
    out = str(tmp_path / "f.pdf")
    done = command("figure", BAR, "-a", archive, "-o", out, "--font", "No Such Serif")
    assert done.returncode == 0 and "No Such Serif is not installed" in done.stderr
    assert "accuracy" in pypdf.PdfReader(out).pages[0].extract_text()


def test_a_legend_of_many_runs_lies_below_and_leaves_room_for_the_picture(
    tmp_path: Path,
) -> None:
    archive = sample_archive(tmp_path / "many", runs=20)
    out = str(tmp_path / "f.pdf")
    ok("figure", "line;y=metrics.loss", "-a", str(archive), "-o", out)
    page = pypdf.PdfReader(out).pages[0]
    assert float(page.mediabox[3]) > 0.62 * float(page.mediabox[2]) + 100
    told = page.extract_text()
    assert sum(f"run-{number}" in told for number in range(20)) >= 12
