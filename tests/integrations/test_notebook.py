from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import runreport
from runreport.tracking import active

pytest.importorskip("IPython")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: Path) -> Iterator[Any]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.run_line_magic("load_ext", "runreport")
    yield made
    made.run_line_magic("unload_ext", "runreport")
    made.history_manager.end_session()
    InteractiveShell.clear_instance()


def outputs(shell: Any, code: str) -> list[str]:
    from IPython.utils.capture import capture_output

    with capture_output() as captured:
        result = shell.run_cell(code)
    result.raise_error()
    return [one.data["text/html"] for one in captured.outputs if "text/html" in one.data]


ONE = """
import runreport
with runreport.start_run(run_name="one"):
    runreport.log_param("lr", 0.1)
    runreport.log_metric("accuracy", 0.9)
"""
THREE = """
for n in range(3):
    with runreport.start_run(run_name=f"r{n}"):
        runreport.log_metric("accuracy", n / 3)
        for step in range(4):
            runreport.log_metric("loss", 1 / (step + n + 1), step=step)
"""


def test_a_cell_shows_the_runs_it_made_and_another_cell_does_not(shell: Any) -> None:
    (html,) = outputs(shell, ONE)
    assert "one" in html and "accuracy" in html and "0.9" in html
    assert outputs(shell, "1 + 1") == []


def test_several_runs_can_be_switched_to_a_comparison(shell: Any) -> None:
    shell.run_cell("import runreport")
    (html,) = outputs(shell, THREE)
    assert html.count('type="radio"') == 2 and "Run comparison" in html
    assert html.count("<svg") == 2  # bars of accuracy, curves of loss
    for forbidden in ("<script", "http://", "https://", "src="):
        assert forbidden not in html


def test_a_cell_that_fails_shows_its_runs_all_the_same(shell: Any) -> None:
    from IPython.utils.capture import capture_output

    with capture_output() as captured:
        shell.run_cell(ONE + "\n    raise ValueError('no')\n")
    assert "failed" in captured.outputs[-1].data["text/html"]


def test_without_the_extension_nothing_is_shown(shell: Any) -> None:
    shell.run_line_magic("unload_ext", "runreport")
    assert outputs(shell, ONE) == []


def test_loaded_twice_it_shows_once(shell: Any) -> None:
    shell.run_line_magic("reload_ext", "runreport")
    assert len(outputs(shell, ONE)) == 1


def test_runs_that_cannot_be_read_do_not_break_the_cell(shell: Any, archive: Path) -> None:
    code = ONE + f"\nimport shutil; shutil.rmtree({str(archive)!r})\n"
    (html,) = outputs(shell, code)
    assert "cannot be shown" in html


def test_a_client_run_counts_as_started(archive: Path) -> None:
    before = active.started_count()
    runreport.MlflowClient().create_run("0", run_name="x")
    assert len(active.started_since(before)) == 1
