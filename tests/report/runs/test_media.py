"""Images and sound of several steps are series, however their files are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from report.test_assemble import pages_of, report_of

import runreport
from runreport.report.runs.previews import Preview, cut
from runreport.report.runs.steps import steps_of


def test_what_was_logged_under_one_key_is_one_series_in_the_order_of_its_steps() -> None:
    found = steps_of(
        [
            "images/val#sample%step%10%timestamp%17%aa.png",
            "images/val#sample%step%9%timestamp%18%bb.png",
            "images/alone%step%1%timestamp%18%cc.png",
            "media/old/images/x+step+3+timestamp+9+u.png",
            "media/old/images/x+step+4+timestamp+9+u.png",
        ]
    )
    assert found == {
        "images/val#sample%step%10%timestamp%17%aa.png": ("val/sample", 10),
        "images/val#sample%step%9%timestamp%18%bb.png": ("val/sample", 9),
        "media/old/images/x+step+3+timestamp+9+u.png": ("x", 3),
        "media/old/images/x+step+4+timestamp+9+u.png": ("x", 4),
    }


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (["images/gen/1.png", "images/gen/2.png", "images/gen/10.png"], "images/gen"),
        (["out/epoch_1.png", "out/epoch_2.png", "out/epoch_3.png"], "out"),
        (["s/a-step001.jpg", "s/a-step002.jpg", "s/a-step003.jpg"], "s/a"),
    ],
)
def test_files_that_differ_in_a_number_only_are_a_series(names: list[str], key: str) -> None:
    assert {own for own, _ in steps_of(names).values()} == {key}
    assert steps_of(names[:2]) == {}, "two may be anything"


def test_series_that_would_be_called_alike_have_their_patterns_as_names() -> None:
    found = steps_of(f"samples/{n}_{what}.png" for n in range(3) for what in ("input", "output"))
    assert {key for key, _ in found.values()} == {"samples/*_input.png", "samples/*_output.png"}
    assert len(found) == 6


def test_several_images_of_a_step_and_files_that_are_numbers_only() -> None:
    found = steps_of(f"images/x/{step}-{n}.png" for step in (0, 10, 20) for n in range(2))
    assert set(found.values()) == {
        (f"images/x/*-{n}.png", step) for n in range(2) for step in (0, 10, 20)
    }
    assert steps_of(f"{n}.png" for n in range(3))["1.png"] == ("*.png", 1)


def test_a_run_with_a_thousand_images_has_players_and_previews_for_the_rest(archive: Path) -> None:
    with runreport.start_run():
        for step in range(90):
            for key in ("real", "fake"):
                runreport.log_image(np.full((4, 4), step, np.uint8), key=key, step=step)
        runreport.log_image(np.zeros((4, 4), np.uint8), "confusion.png")
    (page,) = pages_of(report_of(archive))
    assert [(own.key, own.kind, len(own.steps)) for own in page.media] == [
        ("fake", "image", 90), ("real", "image", 90),
    ]  # fmt: skip
    assert [at.step for at in page.media[0].shown] == [0, 30, 59, 89]
    kinds = {file.path: file.preview.kind for folder in page.files for file in folder.files}
    assert kinds["confusion.png"] == "image", "images of steps leave its preview alone"
    assert page.data["media"][0][2][0] == [0, page.media[0].steps[0].url]  # type: ignore[index]


def test_texts_and_tables_of_several_steps_are_series_with_what_they_say(archive: Path) -> None:
    with runreport.start_run():
        for step in range(80):
            runreport.log_text(f"{step} " + "word " * 2000, f"samples/{step}.txt")
        for step in range(3):
            runreport.log_table({"word": ["yes"], "at": [step]}, f"words/{step}.json")
    (page,) = pages_of(report_of(archive))
    samples, words = page.media
    assert (samples.key, samples.kind, len(samples.steps)) == ("samples", "text", 80)
    said = [own for own in samples.steps if own.preview is not None]
    assert len(said) == 60 and {0, 79} <= {own.step for own in said}
    assert all(own.preview is not None and len(own.preview.text) == 5000 for own in said)
    assert samples.steps[0].preview is not None
    assert samples.steps[0].preview.note == "The first 5,000 characters."
    assert [own.preview and own.preview.rows for own in words.steps] == [
        (("yes", str(step)),) for step in range(3)
    ]
    scripts = {series[3].rpartition("/")[2] for series in page.data["media"]}  # type: ignore[attr-defined]
    assert scripts == {script.name for script in page.later_scripts}
    shown = [file.preview.kind for folder in page.files for file in folder.files]
    assert shown == ["none"] * 83, "the players show them"


def test_a_table_is_cut_between_its_rows() -> None:
    table = Preview("table", columns=("a",), rows=(("1234",), ("5678",), ("9",)))
    assert cut(table, 9).rows == (("1234",), ("5678",), ("9",))
    assert (cut(table, 8).rows, cut(table, 8).note) == (table.rows[:2], "The first 2 rows.")
