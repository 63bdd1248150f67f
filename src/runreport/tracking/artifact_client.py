"""The client's calls about artifacts of a run, which each names first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runreport.entities import FileInfo
from runreport.tracking import files, tables
from runreport.tracking.catalog_client import CatalogClient


class ArtifactClient(CatalogClient):
    """Logs, lists and fetches the files of runs."""

    def log_artifact(self, run_id: str, local_path: str, artifact_path: str | None = None) -> None:
        """Log a file; see `runreport.log_artifact`."""
        with self.at_run(run_id):
            files.log_artifact(local_path, artifact_path)

    def log_artifacts(self, run_id: str, local_dir: str, artifact_path: str | None = None) -> None:
        """Log all files of a folder; see `runreport.log_artifacts`."""
        with self.at_run(run_id):
            files.log_artifacts(local_dir, artifact_path)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Log a text as a file."""
        with self.at_run(run_id):
            files.log_text(text, artifact_file)

    def log_dict(self, run_id: str, dictionary: Any, artifact_file: str) -> None:
        """Log a dictionary as a JSON or YAML file."""
        with self.at_run(run_id):
            files.log_dict(dictionary, artifact_file)

    def log_figure(
        self,
        run_id: str,
        figure: Any,
        artifact_file: str,
        *,
        save_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Log a figure; see `runreport.log_figure`."""
        with self.at_run(run_id):
            files.log_figure(figure, artifact_file, save_kwargs=save_kwargs)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Log an image; see `runreport.log_image`."""
        del synchronous
        with self.at_run(run_id):
            files.log_image(image, artifact_file, key, step, timestamp)

    def log_table(self, run_id: str, data: Any, artifact_file: str) -> None:
        """Log a table; see `runreport.log_table`."""
        with self.at_run(run_id):
            tables.log_table(data, artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: Sequence[str] | None = None,
        extra_columns: Sequence[str] | None = None,
    ) -> Any:
        """Tables of several runs, by default all of the experiment, as one DataFrame."""
        if run_ids is None:
            found = self.store.search([str(experiment_id)]).runs()
            run_ids = [run.info.run_id for run in found]
        with self.at():
            return tables.load_table(artifact_file, run_ids, extra_columns)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """The files and folders directly below a path of a run's artifacts."""
        with self.at():
            return files.artifacts_of(self.store.storage, run_id, path)

    def download_artifacts(self, run_id: str, path: str, dst_path: str | None = None) -> str:
        """The local path of an artifact, copied to ``dst_path`` if given."""
        with self.at():
            return files.download_artifacts(run_id=run_id, artifact_path=path, dst_path=dst_path)
