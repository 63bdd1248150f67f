"""``runreport models``: list, show, save, alias, tag, note, delete."""

from __future__ import annotations

from typing import Any

import click

from runreport.archive.directory import open_archive
from runreport.cli.experiments import split_pair
from runreport.cli.printing import archive_option, json_option, print_json, print_table
from runreport.cli.runs import find_run
from runreport.entities import Run
from runreport.errors import InvalidValue, NotFound
from runreport.models.names import check_model_name, parse_model_uri, run_uri
from runreport.numbers import MISSING, format_number
from runreport.registered import ModelVersion
from runreport.report.formatting import format_time, safe
from runreport.tracking import active
from runreport.tracking import models as fluent
from runreport.tracking.registrar import tag_changes
from runreport.tracking.store import Store

_SHOWN_METRICS = 4


@click.group()
def models() -> None:
    """Save runs' models as versions; list, show, alias and tag them.

    MODEL is a name, NAME/VERSION, NAME@ALIAS or NAME/latest.
    """


@models.command("list")
@archive_option
@click.option("-f", "--filter", "filter_string", metavar="FILTER", help="E.g. name LIKE 'a%'.")
@json_option
def list_(archive: str | None, filter_string: str | None, as_json: bool) -> None:
    """List the registered models."""
    with active.pointed_at(Store(open_archive(archive))):
        found = fluent.search_registered_models(filter_string=filter_string)
    if as_json:
        print_json([model.to_dictionary() for model in found])
        return
    rows = [
        (
            model.name,
            model.latest_versions[-1].version if model.latest_versions else MISSING,
            ", ".join(f"{alias} → {number}" for alias, number in model.aliases.items()),
            format_time(model.last_updated_timestamp),
            model.description or "",
        )
        for model in found
    ]
    print_table(("NAME", "LATEST", "ALIASES", "UPDATED", "DESCRIPTION"), rows)


@models.command()
@click.argument("model")
@archive_option
@json_option
def show(model: str, archive: str | None, as_json: bool) -> None:
    """Show a model with its versions, or one version with its run."""
    store = Store(open_archive(archive))
    name, version = _find(store, model)
    if version is not None:
        _show_version(store, version, as_json)
        return
    found = store.registrar().model(name)
    versions = sorted(
        (one for one in store.registry().versions if one.name == name), key=lambda v: -v.version
    )
    if as_json:
        listed = [one.to_dictionary() for one in versions]
        print_json({**found.to_dictionary(), "versions": listed})
        return
    click.echo(f"model {safe(found.name)}")
    if found.description:
        click.echo(f"description: {safe(found.description)}")
    for key, value in sorted(found.tags.items()):
        click.echo(f"tag {safe(key)}: {safe(value)}")
    runs = {one.version: _run_of(store, one) for one in versions}
    found_names = {key for run in runs.values() if run for key in run.data.metrics}
    names = sorted(found_names)[:_SHOWN_METRICS]
    rows = [
        (
            one.version,
            ", ".join(one.aliases),
            format_time(one.creation_timestamp),
            _run_name(runs[one.version], one),
            *(_metric(runs[one.version], key) for key in names),
            (one.description or "").partition("\n")[0],
        )
        for one in versions
    ]
    click.echo()
    numeric = [True, False, False, False, *([True] * len(names)), False]
    print_table(("VERSION", "ALIASES", "REGISTERED", "RUN", *names, "DESCRIPTION"), rows, numeric)


@models.command()
@click.argument("run")
@click.argument("name")
@click.option("-p", "--path", help="Which of the run's models, if it logged several.")
@click.option("-t", "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Repeatable.")
@click.option("-m", "--description", help="What is to be known of this version.")
@click.option("--alias", "aliases", multiple=True, help="Let this alias name it. Repeatable.")
@archive_option
@json_option
def save(
    run: str,
    name: str,
    path: str | None,
    tags: tuple[str, ...],
    description: str | None,
    aliases: tuple[str, ...],
    archive: str | None,
    as_json: bool,
) -> None:
    """Save a run's model as NAME: a new model, or the next version of one.

    RUN is its id, the start of it, or its name.
    """
    from runreport.models.names import check_alias

    store = Store(open_archive(archive))
    check_model_name(name)
    for alias_name in aliases:
        check_alias(alias_name)
    run_id = find_run(store, run).info.run_id
    with active.pointed_at(store):
        paths = fluent.model_paths(run_id)
        if path is None:
            path = _only(paths, run)
        version = fluent.register_model(run_uri(run_id, path), name, tags=_pairs(tags))
    registrar = store.registrar()
    if description:
        registrar.change_version(name, version.version, {"description": description})
    for alias_name in aliases:
        registrar.set_alias(name, alias_name, version.version)
    if as_json:
        print_json(registrar.version(name, version.version).to_dictionary())
    else:
        click.echo(f"Saved {safe(path)} of run {run_id} as version {version.version} of {name!r}.")


@models.command()
@click.argument("model")
@click.argument("alias")
@click.option("-d", "--delete", "is_removal", is_flag=True, help="Take the alias away.")
@archive_option
def alias(model: str, alias: str, is_removal: bool, archive: str | None) -> None:
    """Let ALIAS name a version: `models alias churn/3 champion`."""
    store = Store(open_archive(archive))
    name, version = _find(store, model)
    registrar = store.registrar()
    if is_removal:
        if version is not None and alias not in version.aliases:
            raise NotFound(f"{model} has no alias {alias!r}.")
        registrar.delete_alias(name, alias)
        click.echo(f"Model {name!r} has no alias {alias!r} any more.")
        return
    if version is None:
        raise click.UsageError(f"Name the version, too: {name}/1, or {name}/latest.")
    registrar.set_alias(name, alias, version.version)
    click.echo(f"{name}@{alias} is version {version.version}.")


@models.command()
@click.argument("model")
@click.argument("pairs", nargs=-1, metavar="KEY=VALUE...")
@click.option("-d", "--delete", "removed", multiple=True, metavar="KEY", help="Remove a tag.")
@archive_option
def tag(model: str, pairs: tuple[str, ...], removed: tuple[str, ...], archive: str | None) -> None:
    """Set or remove tags of a model or of one of its versions."""
    if not pairs and not removed:
        raise click.UsageError("Give KEY=VALUE to set a tag or --delete KEY to remove one.")
    store = Store(open_archive(archive))
    name, version = _find(store, model)
    registrar = store.registrar()
    has = (registrar.model(name) if version is None else version).tags
    for key in removed:
        if key not in has:
            raise NotFound(f"{model} has no tag {key!r}.")
    changes: dict[str, Any] = {**_pairs(pairs), **dict.fromkeys(removed)}
    if version is None:
        registrar.change_model(name, changes)
    else:
        registrar.change_version(name, version.version, tag_changes(changes))
    done = "Tagged" if pairs else "Removed the tag from"
    click.echo(f"{done} {safe(model)}.")


@models.command()
@click.argument("model")
@click.argument("text", required=False)
@archive_option
def note(model: str, text: str | None, archive: str | None) -> None:
    """Set the description of a model or version (Markdown); without TEXT, print it."""
    store = Store(open_archive(archive))
    name, version = _find(store, model)
    registrar = store.registrar()
    if text is None:
        click.echo((registrar.model(name) if version is None else version).description or "")
    elif version is None:
        registrar.change_model(name, data={"description": text})
    else:
        registrar.change_version(name, version.version, {"description": text})
    if text is not None:
        click.echo(f"Noted on {safe(model)}.")


@models.command()
@click.argument("model")
@archive_option
def delete(model: str, archive: str | None) -> None:
    """Hide a model with its versions, or one version; the run and its files stay."""
    store = Store(open_archive(archive))
    name, version = _find(store, model)
    if version is None:
        store.registrar().delete_model(name)
    else:
        store.registrar().change_version(name, version.version, {"deleted": True})
    click.echo(
        f"Deleted {safe(model)}. The run's files stay, and the number is not given again; "
        f"bring it back with: runreport models restore {safe(model)}"
    )


@models.command()
@click.argument("model", metavar="NAME[/VERSION]")
@archive_option
def restore(model: str, archive: str | None) -> None:
    """Show a deleted model or version again."""
    name, _, number = model.rpartition("/") if "/" in model else (model, "", "")
    Store(open_archive(archive)).registrar().restore(check_model_name(name), number or None)
    click.echo(f"Restored {safe(model)}.")


@models.command(hidden=True)
@click.argument("words", nargs=-1)
def register(words: tuple[str, ...]) -> None:
    """For those who look for the word of the API."""
    raise click.UsageError("Say: runreport models save " + (" ".join(words) or "RUN NAME"))


def _find(store: Store, model: str) -> tuple[str, ModelVersion | None]:
    """The name and, where one is named, the version.

    Raises:
        NotFound, InvalidValue: there is none, or the name is not allowed.
    """
    registrar = store.registrar()
    if "/" in model or "@" in model:
        uri = f"models:/{model.removeprefix('models:/')}"
        return parse_model_uri(uri).name, registrar.resolve(uri)
    return registrar.model(model).name, None


def _only(paths: list[str], run: str) -> str:
    if len(paths) == 1:
        return paths[0]
    if not paths:
        raise NotFound(
            f"Run {run!r} logged no model. Log one with sklearn.log_model, pytorch.log_model, …; "
            "`runreport runs artifacts` lists its files."
        )
    raise InvalidValue(f"Run {run!r} logged several models; name one: --path {' | '.join(paths)}")


def _pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    return dict(map(split_pair, pairs))


def _run_of(store: Store, version: ModelVersion) -> Run | None:
    """A version's run; None where it is gone."""
    try:
        return store.get_run(version.run_id or "")
    except NotFound:
        return None


def _run_name(run: Run | None, version: ModelVersion) -> str:
    if run is None:
        return version.run_id or MISSING
    deleted = " (deleted)" if run.info.lifecycle_stage == "deleted" else ""
    return f"{run.info.run_name} {run.info.run_id[:8]}{deleted}"


def _metric(run: Run | None, key: str) -> str:
    value = None if run is None else run.data.metrics.get(key)
    return MISSING if value is None else format_number(value)


def _show_version(store: Store, version: ModelVersion, as_json: bool) -> None:
    if as_json:
        print_json(version.to_dictionary())
        return
    click.echo(f"version {version.version} of {safe(version.name)}")
    for label, value in (
        ("aliases", ", ".join(version.aliases)),
        ("description", version.description),
        ("registered", f"{format_time(version.creation_timestamp)} UTC"),
        ("source", version.source),
    ):
        if value:
            click.echo(f"{label}: {safe(value)}")
    for key, text in sorted(version.tags.items()):
        click.echo(f"tag {safe(key)}: {safe(text)}")
    run = _run_of(store, version)
    if run is None:
        return
    click.echo(f"run: {safe(_run_name(run, version))}")
    values = {key: format_number(value) for key, value in run.data.metrics.items()}
    for title, pairs in (("params", run.data.params), ("metrics", values)):
        if pairs:
            click.echo(f"{title}:")
        for key, text in sorted(pairs.items()):
            click.echo(f"  {safe(key)} = {safe(text)}")
