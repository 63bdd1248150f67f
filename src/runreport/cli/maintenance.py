"""``runreport archive``: merge, compact, purge, export."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict

import click

from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.facts import read_facts
from runreport.archive.inventory import forget as forget_entries
from runreport.archive.inventory import read_inventory
from runreport.archive.merging import merge_archive
from runreport.archive.purged import hash_of, read_purged
from runreport.archive.purging import purge as purge_identities
from runreport.archive.reading import read_archive
from runreport.archive.storage import LocalStorage, Storage
from runreport.archive.verify import missing_entries
from runreport.cli.archive import archive as group
from runreport.cli.archive import source_argument
from runreport.cli.printing import (
    archive_option,
    chosen,
    end_with,
    json_option,
    limit_option,
    print_json,
    progress_bar,
    say,
    warn,
)
from runreport.cli.runs import find_run
from runreport.errors import InvalidState, InvalidValue, NotFound
from runreport.export import FORMS, Form, export_run, export_tables
from runreport.query.conflicts import find_conflicts
from runreport.report.formatting import format_size, plural, safe
from runreport.tags import PARENT_TAG
from runreport.tracking.store import Store


@group.command()
@click.argument("sources", metavar="SOURCE... TARGET", nargs=-1, required=True)
@json_option
@limit_option
def merge(sources: tuple[str, ...], as_json: bool) -> None:
    """Take what SOURCE archives hold into TARGET, which is made if missing.

    The sources stay as they are. Merging again, or in another order, changes nothing. Conflicts,
    such as one param of one run with two values, are listed; nothing is dropped.
    """
    if len(sources) < 2:
        raise click.UsageError("Give at least one source archive and the target, in this order.")
    opened = [open_archive(source) for source in sources[:-1]]
    target = open_archive(sources[-1], create=True)
    known = {str(conflict) for conflict in find_conflicts(read_archive(target).events)}
    bar = progress_bar()
    merges = [merge_archive(source, target, progress=bar) for source in opened]
    found = [
        conflict
        for conflict in find_conflicts(read_archive(target).events)
        if str(conflict) not in known
    ]
    notices = [notice for done in merges for notice in done.notices]
    if as_json:
        print_json(
            {
                "target": target.root,
                "sources": [
                    {**asdict(done), "notices": [str(notice) for notice in done.notices]}
                    for done in merges
                ],
                "conflicts": [
                    {"kind": type(conflict).__name__, **conflict._asdict()} for conflict in found
                ],
            }
        )
    else:
        for done in merges:
            text = f"{done.source}: {plural(done.files, 'file')} ({format_size(done.size_bytes)})"
            text += f" copied, {done.present:,} there already"
            text += f", {done.purged:,} purged" if done.purged else ""
            text += f", {done.erased:,} of the target erased as purged" if done.erased else ""
            click.echo(f"{safe(text)}.")
        for conflict in found:
            click.echo(f"Conflict: {safe(conflict)}.")
    end_with(notices)


@group.command()
@source_argument
@archive_option
@json_option
@limit_option
def compact(source: str | None, archive: str | None, as_json: bool) -> None:
    """Put many small segments together into few; safe at any moment, also while runs are logged.

    Worth it from some thousand runs on: a reader opens fewer files. No answer changes.
    """
    storage = open_archive(chosen(source, archive))
    done = compact_archive(storage)
    warn(done.notices)
    if as_json:
        print_json({**asdict(done), "notices": [str(notice) for notice in done.notices]})
        return
    if not done.written and not done.deleted_files:
        click.echo(f"Nothing to compact: {plural(done.files_before, 'file')}.")
        return
    made = plural(len(done.written), "segment")
    click.echo(
        f"{plural(done.replaced, 'segment')} put together into {made}: "
        f"{done.files_before:,} files before, {done.files_after:,} now."
    )


@click.command()
@click.argument("what", metavar="[RUN|EXPERIMENT]", required=False)
@archive_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@limit_option
def purge(what: str | None, archive: str | None, yes: bool, as_json: bool) -> None:
    """Erase a run, or an experiment with all its runs, for good.

    Afterwards a hash in purged/ is all that is left, and an old copy that is merged back brings
    nothing back. Without an argument, finish purges that were interrupted.
    """
    storage = open_archive(archive)
    run_ids, writers, described = _meant(storage, what)
    if run_ids or writers:
        question = f"Erase {described} from {storage.root} for good?"
        if not yes and not sys.stdin.isatty():
            raise InvalidValue(f"This would erase {described} for good. Say --yes to do it.")
        if not yes and not click.confirm(question, err=True):
            click.echo("Nothing was erased.")
            return
    Store(storage).registrar().keep_numbers(run_ids)
    done = purge_identities(storage, run_ids, writers)
    if as_json:
        print_json({**asdict(done), "runs": run_ids, "notices": [str(n) for n in done.notices]})
    else:
        for child in _children(storage, run_ids):
            say(f"Run {child} was nested in one of them; it stays, and still names its parent.")
        if described == LEFT_OVER and not done.deleted_files:
            click.echo("Nothing is left of what was purged.")
            return
        click.echo(
            f"Erased {described}: {plural(done.deleted_files, 'file')} deleted, "
            f"{done.rewritten:,} rewritten. Build the site anew to take it off there too."
        )
    end_with(done.notices)


group.add_command(purge)


@group.command()
@source_argument
@archive_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@limit_option
def forget(source: str | None, archive: str | None, yes: bool, as_json: bool) -> None:
    """Accept that files are missing, so that verify no longer names them.

    Bring them back by merging an intact copy instead, if there is one.
    """
    storage = open_archive(chosen(source, archive))
    if not isinstance(storage, LocalStorage):
        raise InvalidValue(f"{storage.root} keeps no inventory: it is an object store.")
    gone = missing_entries(read_archive(storage), read_inventory(storage)[0])
    if gone and not as_json:
        for entry in gone:
            say(f"Missing: {safe(entry.place)}")
    if gone and not yes and not sys.stdin.isatty():
        raise InvalidValue(
            f"This would forget {plural(len(gone), 'file')} that should be there. "
            "Say --yes to do it."
        )
    if gone and not yes and not click.confirm("Forget them?", err=True):
        click.echo("Nothing was forgotten.")
        return
    forget_entries(storage, gone)
    if as_json:
        print_json({"forgotten": [entry.place for entry in gone]})
    elif gone:
        click.echo(f"Forgot {plural(len(gone), 'file')}.")
    else:
        click.echo("Nothing is missing.")


LEFT_OVER = "what was left of earlier purges"


def _meant(storage: Storage, what: str | None) -> tuple[list[str], list[str], str]:
    """The runs and the facts about an experiment that a word names, and what to call them."""
    if what is None or hash_of(what) in read_purged(storage):
        return [], [], LEFT_OVER
    store = Store(storage)
    states = store.experiment_states()
    state = next((one for one in states.values() if one.name == what), states.get(what))
    if state is None:
        try:
            run = find_run(store, what)
        except NotFound as error:
            raise NotFound(
                f"There is no run or experiment {what!r} in {storage.root}. `runreport runs "
                "search` and `runreport experiments list --all` list them."
            ) from error
        return [run.info.run_id], [], f"run {run.info.run_name!r} ({run.info.run_id})"
    runs = store.load_index().runs
    owners = runs.column("experiment_id").to_pylist()
    run_ids = [
        run_id
        for run_id, owner in zip(runs.column("run_id").to_pylist(), owners, strict=True)
        if owner == state.experiment_id
    ]
    facts = read_facts(storage)[0]
    writers = [fact.writer_id for fact in facts if fact.experiment_id == state.experiment_id]
    if not run_ids and not writers:
        raise InvalidState(f"Experiment {state.name!r} holds nothing to erase.")
    return run_ids, writers, f"experiment {state.name!r} with {plural(len(run_ids), 'run')}"


def _children(storage: Storage, run_ids: list[str]) -> list[str]:
    if not run_ids:
        return []
    index = Store(storage).load_index()
    tags = zip(
        *(index.tags.column(name).to_pylist() for name in ("run", "key", "value")), strict=True
    )
    wanted = set(run_ids)
    numbers = [run for run, key, value in tags if key == PARENT_TAG and value in wanted]
    return [index.runs.column("run_id")[number].as_py() for number in numbers]


@group.command()
@source_argument
@archive_option
@click.option("-o", "--output", required=True, metavar="PATH", help="Folder; with --run, a zip.")
@click.option(
    "--format", "form", type=click.Choice(FORMS), default="parquet", show_default=True,
    help="Of the two tables.",
)  # fmt: skip
@click.option("--run", "run", metavar="RUN", help="One run, with its files, as a zip.")
@json_option
@limit_option
def export(
    source: str | None,
    archive: str | None,
    output: str,
    form: Form,
    run: str | None,
    as_json: bool,
) -> None:
    """Write the tables runs (wide) and metrics (long), or one run as a zip, for other tools."""
    storage = open_archive(chosen(source, archive))
    if storage.contains(output):
        raise InvalidValue(f"{output} lies in the archive; choose a place outside it.")
    snapshot = read_archive(storage)
    if run is None:
        paths, lost = export_tables(snapshot, output, form)
        problems = sorted({*map(str, snapshot.notices), *lost})
    else:
        found = find_run(Store(storage), run)
        paths = [output if output.endswith(".zip") else f"{output}.zip"]
        problems = export_run(snapshot, found.info.run_id, paths[0])
    if as_json:
        print_json({"files": paths, "problems": problems})
    else:
        for path in paths:
            click.echo(f"Wrote {path} ({format_size(os.path.getsize(path))})")
    end_with(problems)
