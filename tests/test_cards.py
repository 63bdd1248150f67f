from __future__ import annotations

import re
from pathlib import Path

import runreport
from runreport.entities import PagedList, Run, RunData, RunInfo, RunList


def run(name: str, status: str = "FINISHED", **data: dict[str, object]) -> Run:
    return Run(RunInfo(name * 4, "0", name, status, 1_793_610_000_000), RunData(**data))  # type: ignore[arg-type]


def text_of(html: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)


def test_a_run_shows_itself() -> None:
    html = run("net", metrics={"loss": 0.123456}, params={"lr": "0.1"})._repr_html_()
    for words in ("net", "finished", "loss", "0.1235", "lr", "2026-11-02 09:00"):
        assert words in text_of(html)


def test_runs_show_their_metrics_and_the_params_in_which_they_differ() -> None:
    runs = RunList(
        [
            run("a", metrics={"loss": 1.0}, params={"lr": "0.1", "same": "x"}),
            run("b", "FAILED", metrics={}, params={"lr": "0.2", "same": "x"}),
        ]
    )
    text = text_of(runs._repr_html_())
    assert "2 runs" in text and "0.2" in text and "failed" in text
    assert "same" not in text


def test_what_is_logged_is_shown_as_text() -> None:
    evil = "<script>alert(1)</script>"
    html = run(evil, metrics={evil: 1.0}, params={evil: evil}, tags={evil: evil})._repr_html_()
    assert "<script" not in html and "&lt;script" in html
    assert "<script" not in RunList([run(evil, evil, params={evil: evil})])._repr_html_()


def test_long_answers_are_cut_and_say_so() -> None:
    runs = RunList([run(f"r{n}") for n in range(60)])
    assert "60 runs, the first 50 shown" in text_of(runs._repr_html_())


def test_a_search_and_a_page_of_it_show_themselves(archive: Path) -> None:
    with runreport.start_run(run_name="one"):
        runreport.log_metric("m", 1.0)
    found = runreport.search_runs(output_format="list")
    assert found == list(found) and "one" in found._repr_html_()
    page = runreport.MlflowClient().search_runs(["0"])
    assert isinstance(page, PagedList) and "one" in str(page._repr_html_())
    assert PagedList([1, 2], None)._repr_html_() is None
