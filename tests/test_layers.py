"""Logging is light: what a logged run may import, asked of a fresh interpreter."""

from __future__ import annotations

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
    "archive/writer.py": "runreport.archive.sealing",  # a journal that rolls over is sealed
    "tracking/store.py": "runreport.query.search",  # whatever reads runs back
}


def test_a_run_is_logged_with_the_standard_library_and_sealed_without_compute(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "a")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["[]", "False", "False True False"]


def test_the_sanctioned_lazy_imports_are_where_this_list_says() -> None:
    source = Path(__file__).parent.parent / "src" / "runreport"
    for path, module in LAZY_IMPORTS.items():
        assert f"        from {module} import" in (source / path).read_text()


def test_only_the_archive_and_what_publishes_it_write_files() -> None:
    source = Path(__file__).parent.parent / "src" / "runreport"
    allowed = {
        "archive/storage.py",
        "site/memory.py",
        "site/publish.py",
        "site/update.py",
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
    import ast

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
