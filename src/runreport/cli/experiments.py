"""``runreport experiments``: list, show, create, delete, restore."""

from __future__ import annotations

from typing import Any

import click

from runreport.archive.directory import open_archive
from runreport.archive.facts import ExperimentState
from runreport.cli.printing import archive_option, json_option, print_json, print_table
from runreport.entities import ViewType
from runreport.errors import NotFound
from runreport.report.formatting import format_time, safe
from runreport.tracking.store import Store, open_store


@click.group()
def experiments() -> None:
    """List, show, create and delete experiments."""


@experiments.command("list")
@archive_option
@click.option("--all", "show_all", is_flag=True, help="Deleted ones too.")
@json_option
def list_(archive: str | None, show_all: bool, as_json: bool) -> None:
    """List the experiments with their runs."""
    store = Store(open_archive(archive))
    counts = _run_counts(store)
    view = ViewType.ALL if show_all else ViewType.ACTIVE_ONLY
    found = store.search_experiments(view)
    if as_json:
        print_json([_described(store, e.experiment_id, counts) for e in found])
        return
    rows = [
        (
            e.experiment_id,
            e.name,
            counts.get(e.experiment_id, 0),
            format_time(e.last_update_time),
            e.lifecycle_stage,
        )
        for e in found
    ]
    print_table(("ID", "NAME", "RUNS", "UPDATED", "STAGE"), rows)


@experiments.command()
@click.argument("experiment")
@archive_option
@json_option
def show(experiment: str, archive: str | None, as_json: bool) -> None:
    """Show an experiment, given by name or id."""
    store = Store(open_archive(archive))
    described = _described(store, find(store, experiment).experiment_id, _run_counts(store))
    if as_json:
        print_json(described)
        return
    for key, value in described.items():
        if key == "tags":
            for tag, text in value.items():
                click.echo(f"tag {safe(tag)}: {safe(text)}")
        elif key.endswith("_time"):
            click.echo(f"{key.replace('_', ' ')}: {format_time(value)} UTC")
        else:
            click.echo(f"{key.replace('_', ' ')}: {safe(value)}")


@experiments.command()
@click.argument("name")
@archive_option
@click.option("-t", "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Repeatable.")
@json_option
def create(name: str, archive: str | None, tags: tuple[str, ...], as_json: bool) -> None:
    """Create an experiment (and the archive, if there is none yet)."""
    store = open_store(archive)
    experiment_id = store.create_experiment(name, dict(map(split_pair, tags)))
    if as_json:
        print_json({"experiment_id": experiment_id, "name": name})
    else:
        click.echo(experiment_id)


@experiments.command()
@click.argument("experiment")
@archive_option
def delete(experiment: str, archive: str | None) -> None:
    """Hide an experiment and its runs; `experiments restore` shows them again."""
    store = Store(open_archive(archive))
    state = find(store, experiment)
    store.move_experiment(state.experiment_id, "deleted")
    click.echo(
        f"Deleted experiment {safe(state.name)!r}. Nothing is erased; "
        f"bring it back with: runreport experiments restore {state.experiment_id}"
    )


@experiments.command()
@click.argument("experiment")
@archive_option
def restore(experiment: str, archive: str | None) -> None:
    """Show a deleted experiment again."""
    store = Store(open_archive(archive))
    state = find(store, experiment)
    store.move_experiment(state.experiment_id, "active")
    click.echo(f"Restored experiment {safe(state.name)!r}.")


def find(store: Store, name_or_id: str) -> ExperimentState:
    """The experiment of a name, else of an id.

    Raises:
        NotFound: neither; the message names the nearest.
    """
    from runreport.nearest import nearest

    states = store.experiment_states()
    by_name = {state.name: state for state in states.values()}
    found = by_name.get(name_or_id) or states.get(name_or_id)
    if found is None:
        close = nearest(name_or_id, by_name)
        hint = f" Did you mean {close!r}?" if close else ""
        raise NotFound(
            f"There is no experiment {name_or_id!r} in {store.storage.root}.{hint} "
            "`runreport experiments list` shows them."
        )
    return found


def split_pair(text: str) -> tuple[str, str]:
    """``key=value`` as a pair.

    Raises:
        click.BadParameter: there is no ``=``.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.BadParameter(f"{text!r} is not of the form KEY=VALUE.")
    return key, value


def _run_counts(store: Store) -> dict[str, int]:
    import pyarrow.compute as pc

    runs = store.load_index().runs
    alive = runs.filter(pc.invert(runs.column("is_deleted")))
    return {
        entry["values"]: entry["counts"]
        for entry in pc.value_counts(alive.column("experiment_id")).to_pylist()
    }


def _described(store: Store, experiment_id: str, counts: dict[str, int]) -> dict[str, Any]:
    experiment = store.experiment(store.experiment_state(experiment_id))
    return {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        "runs": counts.get(experiment_id, 0),
        "lifecycle_stage": experiment.lifecycle_stage,
        "creation_time": experiment.creation_time,
        "last_update_time": experiment.last_update_time,
        "tags": experiment.tags,
    }
