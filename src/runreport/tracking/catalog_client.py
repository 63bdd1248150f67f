"""The client's calls about experiments, and which archive it works on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from runreport.archive.directory import locate_archive
from runreport.entities import Experiment, PagedList, ViewType
from runreport.errors import InvalidValue, NotFound
from runreport.tracking import active, experiments, paging
from runreport.tracking.store import Store, open_store


class CatalogClient:
    """Finds and changes the experiments of one archive.

    Args:
        tracking_uri: the archive; by default the one in use when each call is made.
        registry_uri: as in MLflow; models are in the same archive, so it must be the same.
    """

    def __init__(
        self,
        tracking_uri: str | os.PathLike[str] | None = None,
        registry_uri: str | os.PathLike[str] | None = None,
    ) -> None:
        if registry_uri is not None and registry_uri != tracking_uri:
            raise InvalidValue(
                f"registry_uri is {os.fspath(registry_uri)!r}: registered models are part of the "
                "archive. Leave it out, or give the tracking_uri again."
            )
        self._location = None if tracking_uri is None else locate_archive(tracking_uri)

    @property
    def tracking_uri(self) -> str:
        """The archive, as a URI."""
        return self.store.storage.uri

    @property
    def store(self) -> Store:
        """The archive it works on."""
        return active.store() if self._location is None else open_store(self._location)

    def at(self) -> AbstractContextManager[None]:
        """Within the block the fluent calls work on this archive."""
        return active.pointed_at(self.store)

    def at_run(self, run_id: str) -> AbstractContextManager[None]:
        """Within the block the fluent calls work on this run of this archive.

        Raises:
            InvalidValue: it is no id.
        """
        if not isinstance(run_id, str) or not run_id:
            raise InvalidValue(f"run_id is {run_id!r}; it must be the id of a run.")
        return active.pointed_at(self.store, run_id)

    # -- experiments -------------------------------------------------------------------------

    def create_experiment(
        self,
        name: str,
        artifact_location: str | None = None,
        tags: Mapping[str, Any] | None = None,
    ) -> str:
        """Make an experiment and return its id; see `runreport.create_experiment`."""
        with self.at():
            return experiments.create_experiment(name, artifact_location, tags)

    def get_experiment(self, experiment_id: str) -> Experiment:
        """The experiment of an id; `NotFound` if there is none."""
        with self.at():
            return experiments.get_experiment(experiment_id)

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """The experiment of a name, deleted or not; None if there is none."""
        with self.at():
            return experiments.get_experiment_by_name(name)

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int | None = 1000,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
        *,
        mlflow_strict: bool = False,
    ) -> PagedList[Experiment]:
        """A page of the experiments that match, last updated first."""
        found = self.store.search_experiments(
            view_type, filter_string, order_by, strict=mlflow_strict
        )
        question = ("experiments", view_type, filter_string or "", order_by or [])
        return page_of(found, max_results, page_token, question)

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment another name; its id stays."""
        self.store.rename_experiment(experiment_id, new_name)

    def delete_experiment(self, experiment_id: str) -> None:
        """Hide an experiment and its runs; nothing is erased."""
        self.store.move_experiment(str(experiment_id), "deleted")

    def restore_experiment(self, experiment_id: str) -> None:
        """Show a deleted experiment and its runs again."""
        self.store.move_experiment(str(experiment_id), "active")

    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """Set a tag of an experiment."""
        self.store.set_experiment_tags(str(experiment_id), {key: value})

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Remove a tag of an experiment; `NotFound` where it has none."""
        state = self.store.experiment_state(str(experiment_id))
        if key not in state.tags:
            raise NotFound(f"Experiment {state.name!r} has no tag {key!r}.")
        self.store.set_experiment_tags(state.experiment_id, {key: None})


def page_of(
    found: list[Any], max_results: int | None, page_token: str | None, question: object
) -> PagedList[Any]:
    """A page of an answer that was found whole.

    Raises:
        InvalidValue: the number of results or the token is not allowed.
    """
    limit = len(found) + 1 if max_results is None else paging.check_limit(max_results)
    offset = paging.offset_of(page_token, question)
    return paging.page(found[offset:], limit, offset, question)
