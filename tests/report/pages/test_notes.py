from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from report.test_assemble import report_of

import runreport
from runreport.errors import ConfigError
from runreport.report.pages.note_blocks import NoteGround
from runreport.report.pages.note_bodies import NoteBody
from runreport.report.pages.notes import NotePage, read_notes
from runreport.report.redaction import Redactor

GROUND = NoteGround(cast(Any, None), {}, cast(Any, None), 0, lambda scheme, name: None)


def note_of(archive: Path, folder: Path, text: str) -> NotePage:
    """A note beside an archive, as the report has it."""
    (folder / "notes").mkdir(exist_ok=True)
    (folder / "notes" / "n.md").write_text(text)
    pages: tuple[NotePage, ...] = report_of(archive, notes=str(folder / "notes")).notes.pages
    return pages[0]


@pytest.fixture
def runs(archive: Path) -> Path:
    runreport.set_experiment("Nets")
    for width, accuracy in ((8, 0.5), (16, 0.75), (32, 0.7)):
        with runreport.start_run(run_name=f"net-{width}"):
            runreport.log_param("width", width)
            for step in range(3):
                runreport.log_metric("val_accuracy", accuracy - 0.1 * (2 - step), step=step)
    return archive


def test_blocks_show_runs_values_and_charts(runs: Path, tmp_path: Path) -> None:
    page = note_of(
        runs,
        tmp_path,
        """# Width

## Which is best

```value
metric = "val_accuracy"
```

```value
of = "mean"
filter = "params.width > 8"
```

```runs
experiment = "Nets"
columns = ["val_accuracy", "params.width"]
limit = 2
title = "The best two"
```

```chart
chart = "line;y=val_accuracy"
```

```python
print("stays code")
```
""",
    )
    assert page.body.problems == ()
    best, mean = (part.value for part in page.body.parts if part.value)
    assert best and best.run and (best.value, best.run.name) == ("0.75", "net-16")
    assert mean and mean.value == "0.725 ± 0.03536" and mean.title.endswith("2 runs")
    (table,) = (part.table for part in page.body.parts if part.table)
    assert [name for name, _ in table.columns] == ["val_accuracy", "width"]
    assert [(run.name, str(cells[1])) for run, cells in table.rows] == [
        ("net-16", "16"), ("net-32", "32"),
    ]  # fmt: skip
    assert (table.title, table.total) == ("The best two", 3)
    assert [chart.title for chart in page.body.charts] == ["val_accuracy over steps"]
    assert "stays code" in page.body.html
    assert [heading.text for heading in page.body.headings] == ["Which is best"]


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ('```runs\nexperiment = "Nest"\n```', "did you mean 'Nets'"),
        ('```runs\nfilter = "params.width ="\n```', "filter"),
        ("```runs\nfilter = \"params.width = '99'\"\n```", "no run matches"),
        ('```value\nmetric = "val_acuracy"\n```', "val_accuracy"),
        ('```value\nof = "bset"\n```', "best, latest, mean"),
        ("```value\nof = 1\n```", "a text"),
        ("```runs\nlimt = 1\n```", "limit"),
        ("```chart\n```", "lacks chart"),
        ('```chart\nchart = "lien;y=x"\n```', "line"),
        ("```runs\nx ==\n```", "no TOML"),
        ("```runs\nexperiments = [1]\n```", "must be a list of texts"),
        ("```runs\nlimit = 500\n```", "from 1 to 100"),
        ("[x](RUN:nobody)", "run:nobody"),
        ("[x](run:nobody)", "run:nobody"),
        ("[x](nowhere.md)", "nowhere.md"),
        ("![x](nowhere.png)", "nowhere.png"),
        ("```runs\nlimt = 1\n```", "n.md:5:"),
    ],
)
def test_what_a_note_names_in_vain_is_said_and_the_rest_stays(
    runs: Path, tmp_path: Path, block: str, problem: str
) -> None:
    page = note_of(runs, tmp_path, f"# T\n\nbefore\n\n{block}\n\nafter")
    (told,) = page.body.problems
    assert problem.lower() in told.lower() and told.startswith("notes: n.md")
    assert "before" in page.body.html and "after" in page.body.html


def test_a_mean_of_the_largest_numbers_and_a_best_that_failed(
    archive: Path, tmp_path: Path
) -> None:
    runreport.set_experiment("Odd")
    for value, status in ((1e308, "FINISHED"), (1.5e308, "FINISHED"), (1.0, "FAILED")):
        runreport.start_run()
        runreport.log_metric("loss", value)
        runreport.end_run(status)
    page = note_of(
        archive,
        tmp_path,
        '```value\nof = "mean"\nfilter = "metrics.loss > 2"\n```\n\n'
        '```value\nmetric = "loss"\n```',
    )
    mean, best = (part.value for part in page.body.parts if part.value)
    assert page.body.problems == () and mean and mean.value.startswith("1.25e308 ±")
    assert best and best.value == "1e308", "a failed run is no best run"
    assert "guessed" in best.title


def test_the_order_is_as_asked_and_the_latest_is_the_newest(runs: Path, tmp_path: Path) -> None:
    page = note_of(
        runs,
        tmp_path,
        '```runs\norder = "-params.width"\n```\n\n```value\nof = "latest"\n```',
    )
    (table,) = (part.table for part in page.body.parts if part.table)
    assert [run.name for run, _ in table.rows] == ["net-32", "net-16", "net-8"]
    (value,) = (part.value for part in page.body.parts if part.value)
    assert value.run and value.run.name == "net-32"


def test_a_name_that_several_runs_have_is_the_newest_run_s(runs: Path, tmp_path: Path) -> None:
    runreport.set_experiment("Aa")  # stands before the other
    with runreport.start_run(run_name="net-16") as newest:
        runreport.log_metric("val_accuracy", 0.1)
    page = note_of(runs, tmp_path, f"[x](run:net-16) [y](run:{newest.info.run_id[:12]})")
    assert page.body.html.count(newest.info.run_id) == 2


def test_a_note_that_is_cut_says_so(runs: Path, tmp_path: Path) -> None:
    page = note_of(runs, tmp_path, "word " * 25_000)
    assert (
        "125,000 characters" in page.body.problems[0] and "This note is longer" in page.body.html
    )


def test_links_lead_to_runs_and_experiments(runs: Path, tmp_path: Path) -> None:
    page = note_of(runs, tmp_path, "[best](run:net-16) of [all](experiment:Nets)")
    assert page.body.problems == ()
    assert page.body.html.count('href="../../') == 2 and "../../r/" in page.body.html


def test_task_lists_footnotes_and_headings_that_can_be_quoted(tmp_path: Path) -> None:
    (tmp_path / "n.md").write_text("# T\n\n## A\n\n- [x] done\n\n## A\n\nso[^1]\n\n[^1]: why\n")
    (page,) = read_notes(".", str(tmp_path), Redactor(), GROUND)
    assert [heading.identity for heading in page.body.headings] == [
        "user-content-a",
        "user-content-a-2",
    ]
    assert 'href="#user-content-a-2"' in page.body.html
    assert 'type="checkbox"' in page.body.html and "footnote" in page.body.html


def test_markdown_files_become_pages_with_their_first_heading(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "b.md").write_text("# What we learned\n\n<b>Width</b> *matters*.\n")
    (tmp_path / "notes" / "a.md").write_text("no heading")
    first, second = read_notes("notes", str(tmp_path), Redactor(), GROUND)
    assert (first.title, second.title) == ("a", "What we learned")
    assert "<b>" not in second.body.html and "<em>matters</em>" in second.body.html
    assert second.folder == "n/b" and second.excerpt == "<b>Width</b> matters."


def test_a_missing_folder_or_other_bytes_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="notes is 'none'"):
        read_notes("none", str(tmp_path), Redactor(), GROUND)
    (tmp_path / "x.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_notes(".", str(tmp_path), Redactor(), GROUND)


def test_notes_of_runs_and_experiments_are_listed(archive: Path) -> None:
    runreport.set_experiment("One")
    runreport.set_experiment_tag("mlflow.note.content", "# Why\nbecause")
    with runreport.start_run(run_name="a", description="It diverged."):
        runreport.log_metric("loss", 1.0)
    notes = report_of(archive).notes
    assert [(noted.run.name, noted.excerpt) for noted in notes.runs] == [("a", "It diverged.")]
    assert [(name, text) for name, _, text in notes.experiments] == [("One", "Why because")]


def test_images_that_a_note_shows_come_with_it(tmp_path: Path) -> None:
    (tmp_path / "notes" / "plots").mkdir(parents=True)
    (tmp_path / "notes" / "plots" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "notes" / "plots" / "other.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    text = "# T\n\n![a](plots/a.png) ![up](../secret.png)"
    (tmp_path / "notes" / "n.md").write_text(text)
    (page,) = read_notes("notes", str(tmp_path), Redactor(), GROUND)
    assert [file.path for file in page.files] == ["n/n/files/plots/a.png"]
    assert (
        'src="files/plots/a.png"' in page.body.html and "<img" not in page.body.html.split("up")[1]
    )


def test_a_comparison_stands_runs_side_by_side(runs: Path, tmp_path: Path) -> None:
    text = '```comparison\nagainst = "net-16"\ntitle = "All three"\n```'
    page = note_of(runs, tmp_path, text)
    (part,) = page.body.parts
    assert part.sides is not None and part.title == "All three"
    assert [run.name for run in part.sides.runs] == ["net-16", "net-32", "net-8"]
    (accuracy,) = part.sides.metrics
    assert [value.delta.text for value in accuracy.values] == ["", "−0.05", "−0.25"]
    assert [row.name for row in part.sides.params] == ["width"]
    assert part.sides.link.startswith("#v=1&sel=")


def test_a_comparison_with_a_run_that_is_not_there_says_so(runs: Path, tmp_path: Path) -> None:
    page = note_of(runs, tmp_path, '```comparison\nagainst = "nobody"\n```')
    (problem,) = page.body.problems
    assert "against is 'nobody'; no run of the block is called so" in problem


def test_an_experiment_s_description_takes_blocks(runs: Path) -> None:
    runreport.set_experiment("Better ones")
    with runreport.start_run():
        runreport.log_metric("val_accuracy", 1.0)
    note = "Best:\n\n```value\n```\n\n```chart\nchart = 'bar;x=params.width;y=nothing'\n```"
    _, page = report_of(runs, experiments={"Nets": {"description": note}}).experiments
    assert page.description is not None
    assert [part.value is not None for part in page.description.parts] == [False, True, False]
    assert page.description.parts[1].value.value == "0.75"  # of its own runs
    assert page.description.problems[0].startswith("description of Nets:6")


CLAIM = """```claim
metric = "accuracy"
text = "The best of {count} runs is {best}, the mean {mean} ± {std}"
holds = "best >= 0.75"
```
"""


def claims_of(archive: Path, note: str, **config: Any) -> NoteBody:
    runreport.set_experiment("claims")
    experiments = {"claims": {"description": note}}
    report = report_of(archive, experiments=experiments, **config)
    (page,) = report.experiments
    assert page.description is not None
    return page.description


def test_a_claim_has_its_numbers_from_the_runs_and_is_struck_out_when_it_is_not_true(
    archive: Path,
) -> None:
    runreport.set_experiment("claims")
    for name, accuracy in (("a", 0.5), ("b", 0.75)):
        with runreport.start_run(run_name=name):
            runreport.log_metric("accuracy", accuracy)
    body = claims_of(archive, CLAIM)
    (claim,) = (part.claim for part in body.parts if part.claim)
    assert claim.text == "The best of 2 runs is 0.75, the mean 0.625 ± 0.1768"
    assert claim.is_true and claim.run is not None and claim.run.name == "b"
    assert body.problems == ()
    false = claims_of(archive, CLAIM.replace("best >= 0.75", "latest < 0.7"))
    (problem,) = false.problems
    assert "is not true any more: latest of accuracy is 0.75, of the run b" in problem
    top = {"name": "top", "text": "{best}", "holds": "best > 0", "metric": "accuracy"}
    named = {"claim": [top]}
    body = claims_of(archive, '```claim\nname = "top"\n```', **named)
    assert [part.claim.text for part in body.parts if part.claim] == ["0.75"]
    (advice,) = report_of(archive, claim=[{**top, "holds": "best > 1"}]).advice
    assert "claim top: the claim '0.75' is not true any more" in advice


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("best >= 0.75", "bst >= 1"), "knows no 'bst'. Did you mean 'best'"),
        (("{mean}", "{median}"), "knows no 'median'"),
        (("best >= 0.75", "best"), "has a text and a condition"),
        (('"accuracy"', '"acuracy"'), "no run has 'acuracy'"),
        (("holds", 'name = "x"\nholds'), "the config has no claim 'x'"),
    ],
)
def test_what_a_claim_names_in_vain_is_said(
    archive: Path, change: tuple[str, str], said: str
) -> None:
    runreport.set_experiment("claims")
    with runreport.start_run():
        runreport.log_metric("accuracy", 0.75)
    with runreport.start_run():
        runreport.log_metric("accuracy", 0.5)
    (problem,) = claims_of(archive, CLAIM.replace(*change)).problems
    assert said in problem


def test_claims_count_what_they_are_about_and_no_mean_is_taken_of_what_diverged(
    archive: Path,
) -> None:
    runreport.set_experiment("claims")
    for value in (0.8, 0.8, 0.83):
        with runreport.start_run():
            runreport.log_metric("accuracy", value)
    with runreport.start_run():
        runreport.log_param("without", 1)
    note = CLAIM.replace("best >= 0.75", "mean = 0.81").replace("The best", "$x^{2}$: the best")
    assert claims_of(archive, note).problems == ()
    with runreport.start_run():
        runreport.log_metric("accuracy", float("nan"))
    (problem,) = claims_of(archive, note).problems
    assert "mean of accuracy is NaN" in problem and "of 4 runs" in problem
