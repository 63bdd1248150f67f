"""Logging is light: what a logged run may import, asked of a fresh interpreter."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, sys
os.environ["RUNREPORT_ARCHIVE"] = sys.argv[1]
before = set(sys.modules)
import runreport
runreport.set_experiment("x")
with runreport.start_run() as run:
    runreport.log_params({"a": 1})
    runreport.log_metric("m", 1.0)
    runreport.log_metrics({"n": 1.0}, step=2)
    runreport.set_tag("t", "v")
    outside = sorted(
        {name.partition(".")[0] for name in set(sys.modules) - before}
        - set(sys.stdlib_module_names) - {"runreport"}
    )
    print(outside)
    print("pyarrow.compute" in sys.modules)
print("pyarrow.compute" in sys.modules, "pyarrow.parquet" in sys.modules, "altair" in sys.modules)
"""

LAZY_IMPORTS = {
    "archive/directory.py": {"archive.remote"},  # an archive elsewhere
    "archive/segment.py": {"archive.ranges"},  # a large segment is read in parts
    "archive/spool.py": {
        "archive.compaction", "archive.maintenance", "archive.purged", "archive.reading",
        "archive.recovery",
    },  # what was written to a spool goes to its archive
    "archive/tidying.py": {
        "archive.agreement", "archive.believing", "archive.compaction", "archive.maintenance",
        "archive.purged", "archive.segment",
    },  # many small segments become one
    "archive/writer.py": {"archive.sealing"},  # a journal that rolls over is sealed
    "entities.py": {"cards"},  # a notebook shows runs
    "tracking/__init__.py": {"tracking.client"},  # whoever asks for the client
    "tracking/active.py": {"tracking.failure", "tracking.validation"},  # a run failed; a decorator
    "tracking/experiment_store.py": {"query.listing"},  # experiments are searched
    "tracking/models.py": {"query.listing"},  # models are searched
    "tracking/runs.py": {"tracking.system_metrics"},  # somebody asks for them
    "tracking/store.py": {
        "archive.recovery", "archive.sealing", "archive.spool", "query", "query.points",
        "query.search", "tracking.registrar",
    },  # whatever reads runs back, seals or registers
}  # fmt: skip


def test_a_run_is_logged_with_the_standard_library_and_sealed_without_compute(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "a")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["[]", "False", "False True False"]


def lazy_imports(path: Path) -> set[str]:
    """The modules of ours that functions of a module import when they are called."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = (
        (node.module or "").removeprefix("runreport.")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, functions)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("runreport")
    )
    return set(found)


def test_what_logging_loads_puts_off_what_this_list_says_and_nothing_else() -> None:
    source = Path(__file__).parent.parent / "src" / "runreport"
    light = [*source.glob("archive/*.py"), *source.glob("tracking/*.py"), *source.glob("*.py")]
    found = {str(path.relative_to(source)): lazy_imports(path) for path in light}
    assert {path: modules for path, modules in found.items() if modules} == LAZY_IMPORTS


def test_only_the_archive_and_what_publishes_it_write_files() -> None:
    source = Path(__file__).parent.parent / "src" / "runreport"
    allowed = {
        "archive/storage.py",
        "archive/known_segments.py",  # into this user's cache
        "site/publish.py",
        "site/state_folder.py",
        "cli/init.py",
        "cli/printing.py",  # results that somebody names a file for
        "cli/runs.py",
        "export.py",
        "tracking/files.py",
    }
    writers = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        for word in ('"wb"', ', "w"', ".write_text(", ".write_bytes(", "os.replace", "os.unlink")
        if word in path.read_text()
    }
    # Models are saved to a folder of the caller's, or to a temporary one that is then logged.
    saved = {path for path in writers if path.startswith(("models/", "integrations/"))}
    assert writers - saved <= allowed


def test_nothing_but_loading_a_model_unpickles_and_nothing_is_evaluated() -> None:
    source = Path(__file__).parent.parent / "src" / "runreport"
    forbidden = {"pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal"}
    others = [path for path in source.rglob("*.py") if path.parent.name != "integrations"]
    for path in others:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert not forbidden & {alias.name.split(".")[0] for alias in node.names}, path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in forbidden, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = ast.unparse(node.func)
                assert name not in ("yaml.load", "torch.load", "numpy.load"), path
