"""``runreport runs``: search, show, tag, note, delete, restore, artifacts."""

from __future__ import annotations

import os
import sys

import click

from runreport.archive.artifact_records import latest_artifacts
from runreport.archive.artifacts import list_run_artifacts, read_artifact, read_recorded
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.cli.experiments import split_pair
from runreport.cli.printing import archive_option, json_option, print_json, print_table, say
from runreport.cli.searching import described
from runreport.entities import Run
from runreport.errors import Damaged, InvalidValue, NotFound
from runreport.numbers import format_number
from runreport.report.formatting import (
    format_duration,
    format_size,
    format_time,
    plural,
    safe,
)
from runreport.tags import NOTE_TAG
from runreport.tracking import validation
from runreport.tracking.store import Store


@click.group()
def runs() -> None:
    """Search and show runs, tag, annotate, delete and restore them."""


@runs.command()
@click.argument("run")
@archive_option
@json_option
def show(run: str, archive: str | None, as_json: bool) -> None:
    """Show one run, given by its id or the start of it."""
    store = Store(open_archive(archive))
    found = find_run(store, run)
    if as_json:
        print_json(described(found))
        return
    info = found.info
    click.echo(f"run {info.run_id}")
    click.echo(f"name: {safe(info.run_name)}")
    click.echo(f"experiment: {safe(store.experiment_state(info.experiment_id).name)}")
    click.echo(f"status: {info.status}")
    click.echo(f"started: {format_time(info.start_time)} UTC")
    click.echo(f"duration: {_duration(found)}")
    metrics = {key: format_number(value) for key, value in found.data.metrics.items()}
    for title, values in (
        ("params", found.data.params),
        ("metrics", metrics),
        ("tags", found.data.tags),
    ):
        click.echo(f"{title}:")
        for key, value in sorted(values.items()):
            click.echo(f"  {safe(key)} = {safe(value)}")


@runs.command()
@click.argument("run")
@click.argument("pairs", nargs=-1, metavar="KEY=VALUE...")
@click.option("-d", "--delete", "removed", multiple=True, metavar="KEY", help="Remove a tag.")
@archive_option
def tag(run: str, pairs: tuple[str, ...], removed: tuple[str, ...], archive: str | None) -> None:
    """Set or remove tags of a run."""
    if not pairs and not removed:
        raise click.UsageError("Give KEY=VALUE to set a tag or --delete KEY to remove one.")
    store = Store(open_archive(archive))
    found = find_run(store, run)
    values: dict[str, str | None] = {}
    for key, value in map(split_pair, pairs):
        values[validation.check_key("Tag", key)] = validation.tag_text(key, value)
    for key in removed:
        if key not in found.data.tags:
            raise NotFound(f"Run {found.info.run_id} has no tag {key!r}.")
        values[key] = None
    with store.short_writer(found.info.run_id) as writer:
        writer.log_values("tag", values)
    click.echo(f"Tagged {safe(found.info.run_name)} ({found.info.run_id}).")


@runs.command()
@click.argument("run")
@click.argument("text", required=False)
@archive_option
def note(run: str, text: str | None, archive: str | None) -> None:
    """Set the note of a run (Markdown); without TEXT, print it; TEXT - reads standard input."""
    store = Store(open_archive(archive))
    found = find_run(store, run)
    if text is None:
        click.echo(found.data.tags.get(NOTE_TAG, ""))
        return
    content = sys.stdin.read() if text == "-" else text
    with store.short_writer(found.info.run_id) as writer:
        writer.log_values("tag", {NOTE_TAG: validation.tag_text(NOTE_TAG, content)})
    click.echo(f"Noted on {safe(found.info.run_name)} ({found.info.run_id}).")


@runs.command()
@click.argument("run")
@archive_option
def delete(run: str, archive: str | None) -> None:
    """Hide a run; `runs restore` shows it again."""
    store = Store(open_archive(archive))
    found = find_run(store, run)
    store.move_run(found.info.run_id, "deleted")
    click.echo(
        f"Deleted run {safe(found.info.run_name)!r}. Nothing is erased; bring it back with: "
        f"runreport runs restore {found.info.run_id}"
    )


@runs.command()
@click.argument("run")
@archive_option
def restore(run: str, archive: str | None) -> None:
    """Show a deleted run again."""
    store = Store(open_archive(archive))
    found = find_run(store, run)
    store.move_run(found.info.run_id, "active")
    click.echo(f"Restored run {safe(found.info.run_name)!r}.")


@runs.command()
@click.argument("run")
@click.option("-o", "--output", metavar="FOLDER", help="Copy the files there.")
@archive_option
@json_option
def artifacts(run: str, output: str | None, archive: str | None, as_json: bool) -> None:
    """List the output files of a run, or copy them."""
    store = Store(open_archive(archive))
    run_id = find_run(store, run).info.run_id
    files = list(list_run_artifacts(store.storage, run_id))
    changed: list[str] = []
    if output is not None:
        recorded = latest_artifacts([read_archive(store.storage).events])
        for path, _, _ in files:
            known = recorded.get((run_id, path))
            try:
                if known is None:
                    data = read_artifact(store.storage, run_id, path)
                else:
                    data = read_recorded(store.storage, run_id, path, known.digest, known.data)
            except Damaged:
                changed.append(path)
                continue
            place = os.path.join(output, *path.split("/"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(data)
    if as_json:
        print_json([{"path": path, "size_bytes": size} for path, size, _ in files])
    elif output is not None:
        click.echo(f"Copied {plural(len(files) - len(changed), 'file')} to {output}")
    else:
        print_table(("PATH", "SIZE"), [(path, format_size(size)) for path, size, _ in files])
    for path in changed:
        say(f"Warning: {safe(path)} is not the file that was logged; it was not copied.")
    if changed:
        sys.exit(1)


def find_run(store: Store, start: str) -> Run:
    """A run by its id, a unique start of it, or a name that no other run has.

    Raises:
        NotFound, InvalidValue: none, or several.
    """
    import pyarrow.compute as pc

    from runreport.query.search import get_run

    index = store.load_index()
    ids = index.runs.column("run_id")
    found = ids.filter(pc.starts_with(ids, start)).to_pylist() if start else []
    if start in found:
        found = [start]
    if not found:
        found = ids.filter(pc.equal(index.runs.column("run_name"), start)).to_pylist()
    if not found:
        raise NotFound(
            f"There is no run {start!r} in {store.storage.root}. "
            "`runreport runs search` lists the runs with their ids."
        )
    if len(found) > 1:
        listed = ", ".join(found[:3])
        raise InvalidValue(
            f"{len(found)} runs are called or start with {start!r}: {listed}… Give more of the id."
        )
    return get_run(index, found[0], store.artifact_root)


def _duration(run: Run) -> str:
    start, end = run.info.start_time, run.info.end_time
    return format_duration(None if start is None or end is None else end - start)
