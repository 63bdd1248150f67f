"""The whole way from an archive to a published site, in one function."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace

from runreport import __version__
from runreport.archive.directory import open_archive
from runreport.archive.known_segments import KnownSegments, forget_known
from runreport.archive.layout import ARTIFACTS
from runreport.archive.reading import read_archive
from runreport.archive.storage import Storage
from runreport.build.engine import Progress, SiteBuild
from runreport.build.executor import Executor, Serial
from runreport.build.state import State, forget, recall, recall_summary, remember
from runreport.build.upkeep import Build, inputs_digest, listing_digest, now_text, summary_of
from runreport.errors import BuildError, Misremembered
from runreport.report.assemble import Report, begin_experiments, finish_report
from runreport.report.config import Config
from runreport.report.formatting import plural
from runreport.report.groundwork import Groundwork, lay_groundwork
from runreport.report.reviews.review import Review
from runreport.report.runs.keys import asking_runs, run_keys
from runreport.site.digests import digest_of
from runreport.site.places import Place, bare_uri, place_of
from runreport.site.published import Published
from runreport.site.rendering import Renderer, theme_files
from runreport.site.theme import Theme, load_theme

_MANY_FACTS = 5000
"""Facts from which on workers get ready while the archive is still folded."""


def build_site(
    archive: str | None,
    output: str,
    config: Config,
    *,
    strict: bool = False,
    clean: bool = False,
    progress: Progress | None = None,
    review: Review | None = None,
    executor: Executor | None = None,
) -> Build:
    """Build the site of an archive; the same archive and config give the same bytes.

    Where an earlier build left a site and its state, only what has changed is made; the site is
    the same as if it had all been made anew.

    Args:
        strict: fail, leaving an earlier site as it is, when anything had to be left out.
        clean: make everything anew.
        review: gets a page.
        executor: who makes the pages of runs and draws charts, e.g. ``Pool(4)``; the site is the
            same whoever does. Closed at the end. A program that uses processes needs the usual
            ``if __name__ == "__main__":``.

    Raises:
        BuildError: the output folder may not be replaced, or ``strict`` and something is damaged.
        NotFound, ArchiveError: there is no archive, or a newer runreport wrote it.
        ConfigError: the theme is wrong, or the config names a view or notes that cannot be made.
    """
    with closing(executor or Serial()) as chosen:
        given = (archive, output, config, chosen, progress, review, strict, clean)
        try:
            return _built(*given)
        except Misremembered:
            forget_known()
            if chosen.is_elsewhere:  # it has left the cluster
                raise
            return _built(*given)


def _built(
    archive: str | None,
    output: str,
    config: Config,
    executor: Executor,
    progress: Progress | None,
    review: Review | None,
    strict: bool,
    clean: bool,
) -> Build:
    began = time.monotonic()
    place = place_of(output)
    storage = _opened(archive, place)
    theme = load_theme(config.theme, config.folder, config.options)
    inputs = inputs_digest(config, theme)
    listing = listing_digest(storage)  # before reading: what changes meanwhile is read again
    # Who makes everything anew, or must not miss anything, looks at every file.
    known = KnownSegments.of(storage, __version__, anew=clean or strict)
    work = _read(storage, known, config, theme, progress, executor)
    files, assets = theme_files(theme)
    common = _common(work)
    with place.staged(is_shared=executor.is_elsewhere) as stage, closing(executor):
        # In strict mode all is tried first, beside an earlier site, which may have to stay.
        earlier = None if clean or strict else _earlier(place, inputs, common)
        renderer = Renderer(theme, work.site, assets)
        made = SiteBuild(work, renderer, *_keys(work), earlier, executor, place, stage, progress)
        waiting = begin_experiments(work, made.beside)  # first: all pages about many wait for it
        begun = made.begin()
        found = finish_report(work, review, begun=waiting, meet=made.pictures.begin)
        report = _with_advice(found, theme, config)
        made.make(report, files, begun)
        if strict:
            _refuse_problems(report)
        _refuse_gaps(made, executor)
        _refuse_other_builds(place, earlier)
        forget(place)
        if earlier is None:
            stage.replace()
        else:
            stage.bring(made.changed, made.gone)
    ledger = made.ledger
    written = len(ledger.sizes) + 1 if earlier is None else len(made.changed)
    published = ledger.published(place.root, written)
    build = _described(report, published, time.monotonic() - began, is_update=earlier is not None)
    told = {**summary_of(build), "is_reviewed": review is not None}
    aside = made.beside.made
    remember(place, State(inputs, listing, told, common, ledger.parts, ledger.digests, made=aside))
    known.save(work.ground.curves.points.checked)
    return build


def _read(
    storage: Storage,
    known: KnownSegments,
    config: Config,
    theme: Theme,
    progress: Progress | None,
    executor: Executor,
) -> Groundwork:
    """What the pages are made of. Where there is much, who makes them gets ready meanwhile."""

    def reading(done: int, total: int) -> None:
        if progress is not None:
            progress("Reading", done, total)

    snapshot = read_archive(storage, progress=reading, cache=known)
    if sum(table.num_rows for table in snapshot.tables) > _MANY_FACTS:
        executor.warm()
    now = now_text()
    return lay_groundwork(
        snapshot,
        config,
        now_ms=int(now) * 1000 if now else None,
        version=__version__,
        all_rows=not theme.has_scripts,
    )


def _refuse_other_builds(place: Place, earlier: State | None) -> None:
    """Refuse to go on from what an earlier build left where another one ended meanwhile.

    Raises:
        BuildError: it did.
    """
    now = recall_summary(place)
    if earlier is not None and (now is None or now.token != earlier.token):
        raise BuildError(f"Another build of {place.root} ended meanwhile. Build again.")


def _refuse_gaps(made: SiteBuild, executor: Executor) -> None:
    """Refuse a site of which somebody wrote files where nobody finds them.

    Raises:
        BuildError: a file is missing.
    """
    sizes = made.ledger.sizes
    missing = made.stage.lacks({path: sizes[path] for path in made.changed})
    if missing:
        who = (
            "the workers of the cluster share no disk with this machine"
            if executor.is_elsewhere
            else "somebody removed it"
        )
        raise BuildError(
            f"{missing} is not in {made.stage.folder} although it was made: {who}? The site stays "
            "as it is."
        )


def _keys(work: Groundwork) -> tuple[dict[int, str], frozenset[int]]:
    """The keys of runs' pages, and the runs whose notes ask for others."""
    runs, ground = work.run_pages, work.ground
    asking = asking_runs(runs)
    return run_keys(work.snapshot, runs, asking, ground.notices, ground.as_of or 0), asking


def _opened(archive: str | None, place: Place) -> Storage:
    """The archive, if the site may be written where it is to be.

    Raises:
        BuildError: the site would replace what is no site, or lie in the archive.
    """
    place.check()
    storage = open_archive(archive)
    site, runs = f"{place.root}/", f"{bare_uri(storage.root)}/"
    if storage.contains(place.root) or site.startswith(runs):
        raise BuildError(
            f"{place.root} lies in the archive {bare_uri(storage.root)}. A site is no part of the "
            "archive; choose a folder outside it with -o."
        )
    if runs.startswith(site):
        raise BuildError(
            f"The archive {bare_uri(storage.root)} lies in {place.root}, all of which a build may "
            "replace. Choose another folder with -o."
        )
    return storage


def _with_advice(report: Report, theme: Theme, config: Config) -> Report:
    of_config = (f"{config.path}: {advice}" for advice in report.advice)
    of_notes = (problem for body in report.bodies for problem in body.problems)
    return replace(report, advice=(*of_config, *of_notes, *theme.unused))


def _problems(report: Report) -> tuple[str, ...]:
    """What could not be shown although it was logged; complete once all pages were made."""
    failed = (one for one in report.findings if one.is_failure)
    return (*report.site.notices, *(f"{one.place}: {one.kind}" for one in failed))


def _refuse_problems(report: Report) -> None:
    problems = (*_problems(report), *report.advice)
    if problems:
        listed = "\n  ".join(problems)
        raise BuildError(
            f"Aborted in strict mode: {plural(len(problems), 'thing')} cannot be shown as logged "
            f"or configured.\n  {listed}"
        )


def _common(work: Groundwork) -> str:
    """A digest of what the pages of all runs depend on: names to redact, and damaged segments."""
    names = work.ground.redactor.identity
    notices = [str(one) for one in work.ground.notices if not one.path.startswith(f"{ARTIFACTS}/")]
    return digest_of(names, notices)


def _earlier(place: Place, inputs: str, common: str) -> State | None:
    """What the last build left, if this one may go on from there."""
    if not place.has_site():
        return None
    found = recall(place)
    return None if found is None or (found.inputs, found.common) != (inputs, common) else found


def _described(report: Report, published: Published, seconds: float, *, is_update: bool) -> Build:
    return Build(
        published,
        report.runs,
        report.charts,
        _problems(report),
        tuple(one for one in report.findings if not one.is_failure),
        report.advice,
        seconds,
        is_update,
    )
