"""``runreport log`` for shells, and ``runreport run`` for any command as a logged run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from typing import IO

import click

from runreport.cli.experiments import split_pair
from runreport.cli.printing import archive_option, say
from runreport.cli.runs import find_run
from runreport.entities import RunStatus
from runreport.errors import InvalidValue
from runreport.tracking import active, experiments, runs, values

experiment_option = click.option("-x", "--experiment", help="Name; made if it does not exist.")


@click.command()
@archive_option
@experiment_option
@click.option("-n", "--name", help="Name of a new run.")
@click.option(
    "-r",
    "--run",
    "run_id",
    help="Log to this run (its id or the start of it) instead of a new one.",
)
@click.option("-p", "--param", "params", multiple=True, metavar="KEY=VALUE", help="Repeatable.")
@click.option("-m", "--metric", "metrics", multiple=True, metavar="KEY=NUMBER", help="Repeatable.")
@click.option("-s", "--step", type=int, default=0, show_default=True, help="Step of the metrics.")
@click.option("-t", "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Repeatable.")
@click.option("-f", "--artifact", "files", multiple=True, metavar="PATH", help="Repeatable.")
@click.option(
    "--status",
    type=click.Choice([*RunStatus.TERMINATED, RunStatus.RUNNING], case_sensitive=False),
    default=RunStatus.FINISHED,
    show_default=True,
    help="Of the run when this command is done.",
)
def log(
    archive: str | None,
    experiment: str | None,
    name: str | None,
    run_id: str | None,
    params: tuple[str, ...],
    metrics: tuple[str, ...],
    step: int,
    tags: tuple[str, ...],
    files: tuple[str, ...],
    status: str,
) -> None:
    """Log one run from a shell and print its id."""
    from runreport.tracking.files import log_artifact

    if run_id is not None and experiment is not None:
        raise click.UsageError(
            "--run names a run of an experiment already; leave --experiment out."
        )
    pairs = {key: _number(key, text) for key, text in map(split_pair, metrics)}
    for path in files:
        if not os.path.exists(path):
            raise InvalidValue(f"There is no file {path!r} to log as an artifact.")
    _choose(archive, experiment)
    if run_id is not None:
        run_id = find_run(active.store(), run_id).info.run_id
    run = runs.start_run(run_id=run_id, run_name=name)
    try:
        values.log_params(dict(map(split_pair, params)))
        values.log_metrics(pairs, step=step)
        values.set_tags(dict(map(split_pair, tags)))
        for path in files:
            log_artifact(path)
    except BaseException:
        runs.end_run(RunStatus.FAILED)
        raise
    runs.end_run(status)
    click.echo(run.info.run_id)


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@archive_option
@experiment_option
@click.option("-n", "--name", help="Name of the run.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(
    archive: str | None, experiment: str | None, name: str | None, command: tuple[str, ...]
) -> None:
    """Run any COMMAND as a logged run: its output, exit code and duration are kept.

    Python code in it that uses runreport logs to the same run (MLFLOW_RUN_ID is set). Exits
    with the command's own exit code.
    """
    from runreport.tracking.failure import told_failure
    from runreport.tracking.files import log_text

    _choose(archive, experiment)
    started = runs.start_run(run_name=name or os.path.basename(command[0]))
    environment = {
        **os.environ,
        "MLFLOW_RUN_ID": started.info.run_id,
        "RUNREPORT_ARCHIVE": experiments.get_tracking_uri(),
    }
    with tempfile.TemporaryFile("w+b") as output:
        try:
            code = _run(command, environment, output)
        except OSError as error:
            runs.end_run(RunStatus.FAILED)
            raise InvalidValue(
                f"Could not run {command[0]!r}: {error.strerror or error}."
            ) from error
        output.seek(0)
        text = output.read().decode(errors="replace")
        log_text(text, "output.txt")
    if code:
        values.set_tags(told_failure(f"exit code {code}", "", text))
    values.log_metric("exit_code", code)
    killed = code < 0 or code == 130
    runs.end_run(RunStatus.KILLED if killed else RunStatus.FAILED if code else RunStatus.FINISHED)
    say(f"Logged run {started.info.run_name} ({started.info.run_id}), exit code {code}.")
    sys.exit(code if code >= 0 else 128 - code)


def _run(command: tuple[str, ...], environment: dict[str, str], output: IO[bytes]) -> int:
    """Run a command, passing its output on and keeping it; returns its exit code.

    What stops this process stops the command, whose last words are still kept.
    """
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )

    def pass_on(number: int, _frame: object) -> None:
        # From a terminal, Ctrl-C reaches the command as well; then it must not get it twice.
        if number != signal.SIGINT or not sys.stdin.isatty():
            process.send_signal(number)

    earlier = {
        number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        assert process.stdout is not None
        while piece := os.read(process.stdout.fileno(), 65536):
            output.write(piece)
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        return process.wait()
    finally:
        process.stdout.close()  # type: ignore[union-attr]
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _choose(archive: str | None, experiment: str | None) -> None:
    if archive is not None:
        experiments.set_tracking_uri(archive)
    if experiment is not None:
        experiments.set_experiment(experiment)


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidValue(f"Metric {key!r} is {text!r}; a number is needed.") from error
