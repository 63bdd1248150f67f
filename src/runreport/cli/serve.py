"""``runreport serve``: a site on localhost, made anew when what it is made of changes."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from runreport.archive.directory import is_foreign, open_archive
from runreport.archive.growth import Growth
from runreport.archive.storage import LocalStorage
from runreport.build.upkeep import Build, unchanged
from runreport.cli.build import (
    config_of,
    config_option,
    end_cleanly,
    local_executor,
    located,
    read_config,
    taken_in,
    warn,
    warn_of_losses,
)
from runreport.cli.printing import archive_option, chosen, limit_option, progress_bar, say
from runreport.report.formatting import plural, safe
from runreport.site.live import Live
from runreport.site.server import DEFAULT_PORT, make_server

if TYPE_CHECKING:
    from runreport.build.engine import Progress

_PAUSE_SECONDS = 2.0
_REST = 25
"""After a build so many times its own time pass: with what open pages ask meanwhile it takes less
than a twentieth of one core."""


@click.command()
@click.argument("source", metavar="[SOURCE]", required=False)
@archive_option
@config_option
@click.option("--theme", help="default, plain, or the path of a theme folder.")
@click.option(
    "--port",
    default=DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port on localhost.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--name",
    "names",
    metavar="HOST",
    multiple=True,
    help="Answer to this host name, too; a server that answers to any can be reached by any page.",
)
@click.option(
    "--watch/--no-watch",
    "is_watching",
    default=True,
    show_default=True,
    help="Follow runs: curves over steps of open runs and experiments grow, and the site is built "
    "anew when runs, config, notes or theme change.",
)
@limit_option
def serve(
    source: str | None,
    archive: str | None,
    config_path: str | None,
    theme: str | None,
    port: int,
    host: str,
    names: tuple[str, ...],
    is_watching: bool,
) -> None:
    """Build the site of an archive or a project and show it on localhost (also: ui)."""
    location = located(chosen(source, archive))
    signal.signal(signal.SIGTERM, end_cleanly)  # so that the temporary folder goes
    with tempfile.TemporaryDirectory(prefix="runreport-") as folder:
        preview = _Preview(location, os.path.join(folder, "site"), config_path, theme)
        live = Live(_growth_of(location)) if is_watching else None
        server = make_server(preview.site, port, host, names, live)
        with server:
            made = preview.build()
            address = f"http://{host}:{server.server_port}/"
            click.echo(f"Report of {plural(made.runs, 'run')} at {address}")
            say("Press Ctrl-C to stop.")
            watching = _watch(preview, live, made) if live is not None else None
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                say("Stopped.")
            finally:
                if live is not None and watching is not None:
                    live.is_over.set()
                    watching.join(timeout=10)  # it may be writing


def _growth_of(location: str | None) -> Growth | None:
    """What runs log into an archive on this machine from now on; None of any other."""
    if is_foreign(location):
        return None
    storage = open_archive(location)
    return Growth(storage) if isinstance(storage, LocalStorage) else None


class _Preview:
    """A site and what it is made of."""

    def __init__(
        self, location: str | None, site: str, config_path: str | None, theme: str | None
    ) -> None:
        self.location, self.site = location, site
        self.config_path, self.theme = config_path, theme

    def build(self) -> Build:
        """Make it, and say what there is to say."""
        from runreport.pipeline import build_site

        archive, lost = self._archive(progress_bar())
        warn_of_losses(lost)
        config = config_of(archive, self.config_path, self.theme)
        made = build_site(
            archive, self.site, config, progress=progress_bar(), executor=local_executor()
        )
        warn(made)
        return made

    def build_again(self) -> Build | None:
        """Make it anew if anything has changed; None if nothing has."""
        from runreport.pipeline import build_site

        archive, _ = self._archive(None, is_quiet=True)
        config = read_config(self.config_path, self.theme)
        if unchanged(archive, self.site, config) is not None:
            return None
        return build_site(archive, self.site, config)

    def _archive(
        self, bar: Progress | None, *, is_quiet: bool = False
    ) -> tuple[str | None, Sequence[str]]:
        """The archive, and what of the runs of other tools is lost."""
        if is_foreign(self.location):
            return taken_in(self.location, None, self.site, bar, is_quiet=is_quiet)
        return self.location, ()


def _watch(preview: _Preview, live: Live, first: Build) -> threading.Thread:
    """Build anew whenever something has changed; what is wrong is said once, and the site
    stays."""

    def watch() -> None:
        pause, told = _PAUSE_SECONDS, ""
        advised = set(first.advice)
        while not live.is_over.wait(pause):
            begin, shown = time.perf_counter(), live.begin()
            made = None
            try:
                made = preview.build_again()
                told = ""
            except Exception as error:  # whatever it is, the next change may mend it
                if str(error) != told:
                    say(f"Error: {safe(error)} The site stays as it was.")
                told = str(error)
            pause = max(_PAUSE_SECONDS, _REST * (time.perf_counter() - begin))
            if made is not None:
                live.made(shown)
                for advice in set(made.advice) - advised:
                    say(f"Warning: {safe(advice)}")
                advised = set(made.advice)
                say(f"Built anew: {plural(made.runs, 'run')} in {made.seconds:.1f} s")

    thread = threading.Thread(target=watch, name="watch", daemon=True)
    thread.start()
    return thread
