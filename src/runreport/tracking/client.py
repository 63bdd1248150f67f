"""The client: MLflow's calls that name their run and archive, whatever run is active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runreport.archive.clock import wall_ms
from runreport.entities import Metric, PagedList, Param, Run, RunData, RunStatus, RunTag, ViewType
from runreport.errors import InvalidValue
from runreport.tags import NAME_TAG
from runreport.tracking import active, data, paging, runs, validation, values
from runreport.tracking.artifact_client import ArtifactClient
from runreport.tracking.model_client import ModelClient
from runreport.tracking.names import random_name


class RunreportClient(ArtifactClient, ModelClient):
    """Reads and writes one archive; nothing it does changes which run is active.

    Args:
        tracking_uri: the archive; by default the one in use when each call is made.
        registry_uri: as in MLflow; models are in the same archive, so it must be the same.
    """

    # -- runs --------------------------------------------------------------------------------

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Make a run that is no thread's active one; `set_terminated` ends it.

        Args:
            start_time: milliseconds since the epoch; now by default.

        Raises:
            InvalidValue: a tag is not allowed, or names differ.
            NotFound, InvalidState: no such experiment, or it is deleted.
        """
        texts = validation.tag_texts(tags or {}, self.store.tag_policy)
        if run_name and texts.get(NAME_TAG, run_name) != run_name:
            raise InvalidValue(
                f"run_name is {run_name!r} and tag {NAME_TAG!r} is {texts[NAME_TAG]!r}; "
                "give one of them."
            )
        texts[NAME_TAG] = run_name or texts.get(NAME_TAG) or random_name()
        moment = None if start_time is None else validation.check_time(start_time)
        with self.at():
            session, info, own = runs.open_run(experiment_id, texts, {}, moment)
        active.keep_open(session)
        return Run(info, RunData(tags=own))

    def get_run(self, run_id: str) -> Run:
        """A run with what was logged to it until now; `NotFound` if there is none."""
        return self.store.get_run(run_id)

    def get_parent_run(self, run_id: str) -> Run | None:
        """The run that a nested run belongs to; None if it is not nested."""
        with self.at():
            return runs.get_parent_run(run_id)

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Every point of a metric, by step and time; none where it was not logged.

        Raises:
            NotFound: there is no such run.
        """
        self.store.get_run(run_id)
        return self.store.metric_history(run_id, key)

    def search_runs(
        self,
        experiment_ids: Sequence[str] | str,
        filter_string: str = "",
        run_view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
        *,
        mlflow_strict: bool = False,
    ) -> PagedList[Run]:
        """A page of the runs that match; its ``token`` asks for the next.

        Raises:
            InvalidFilter: the filter or an ordering cannot be understood.
            InvalidValue: the token or the number of results is not allowed.
        """
        if isinstance(experiment_ids, str | int):
            experiment_ids = [str(experiment_ids)]
        if experiment_ids is None:
            raise InvalidValue(
                "experiment_ids is None; give the ids of the experiments to search."
            )
        ids = [str(identity) for identity in experiment_ids]
        limit = paging.check_limit(max_results)
        question = (ids, filter_string or "", run_view_type, order_by or [], mlflow_strict)
        offset = paging.offset_of(page_token, question)
        found = self.store.search(
            ids, filter_string, run_view_type, limit + 1, order_by,
            offset=offset, strict=mlflow_strict,
        )  # fmt: skip
        return paging.page(found.runs(), limit, offset, question)

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change a run's status or name.

        Raises:
            NotFound, InvalidState, InvalidValue: no such run, deleted, or not allowed.
        """
        if status is not None:
            validation.check_status(status)
        with self.at_run(run_id):
            session = runs.current_session(run_id)
            if name:
                session.writer.log_values("tag", {NAME_TAG: validation.tag_text(NAME_TAG, name)})
            if status is not None:
                session.writer.log_event("status", None, status)

    def set_terminated(
        self, run_id: str, status: str | None = None, end_time: int | None = None
    ) -> None:
        """End a run, FINISHED by default.

        Args:
            end_time: milliseconds since the epoch; now by default.

        Raises:
            NotFound, InvalidState, InvalidValue: no such run, deleted, or no such status.
        """
        status = validation.check_status(status or RunStatus.FINISHED)
        moment = wall_ms() if end_time is None else validation.check_time(end_time)
        with self.at_run(run_id):
            active.end_session(runs.current_session(run_id), status, time_ms=moment)

    def delete_run(self, run_id: str) -> None:
        """Hide a run; nothing is erased."""
        self.store.move_run(run_id, "deleted")

    def restore_run(self, run_id: str) -> None:
        """Show a deleted run again."""
        self.store.move_run(run_id, "active")

    # -- what is logged to a run -------------------------------------------------------------

    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:
        """Log a param; see `runreport.log_param`."""
        with self.at_run(run_id):
            return values.log_param(key, value, synchronous)

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
    ) -> values.Written | None:
        """Log a value of a metric; see `runreport.log_metric`."""
        del dataset_name, dataset_digest, model_id
        with self.at_run(run_id):
            return values.log_metric(key, value, step, synchronous, timestamp)

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,
    ) -> values.Written | None:
        """Log many things at once, as many as there are; nothing of it when a name or value is not
        allowed.

        Raises:
            InvalidValue: a name or value is not allowed.
        """
        given = {param.key: param.value for param in params}
        if len(given) < len(params):
            raise InvalidValue("A batch holds each param once; one of these has several values.")
        points = [
            (
                validation.check_key("Metric", metric.key),
                validation.check_metric_value(metric.key, metric.value),
                validation.check_step(metric.step),
                validation.check_time(metric.timestamp),
            )
            for metric in metrics
        ]
        named = {tag.key: tag.value for tag in tags}
        texts = validation.tag_texts(named, self.store.tag_policy)
        with self.at_run(run_id):
            writer = runs.current_session(run_id).writer
            outcome = values.log_params(given, synchronous)
            for point in points:
                writer.log_metric(*point)
            writer.log_values("tag", texts)
            return outcome

    def set_tag(
        self, run_id: str, key: str, value: Any, synchronous: bool | None = None
    ) -> values.Written | None:
        """Set a tag; see `runreport.set_tag`."""
        with self.at_run(run_id):
            return values.set_tag(key, value, synchronous)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag; `NotFound` where the run has none."""
        with self.at_run(run_id):
            values.delete_tag(key)

    def log_inputs(self, run_id: str, datasets: Iterable[Any] | None = None) -> None:
        """Record data sets that a run used, as `DatasetInput`."""
        with self.at_run(run_id):
            for entry in datasets or ():
                tags = dict(entry.tags)
                context = tags.pop("mlflow.data.context", None)
                data.log_input(entry.dataset, context, tags)


MlflowClient = RunreportClient
