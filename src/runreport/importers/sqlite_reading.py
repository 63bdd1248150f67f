"""Reading SQLite files that may come from anyone: a private copy, opened for reading only.

A database is copied with its write-ahead log before it is opened: what SQLite does on opening one
would change the source, and without its log the newest rows are silently gone.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote

from runreport.importers.reading import Files

_LENIENT = partial(str, encoding="utf-8", errors="replace")
_HEADER = b"SQLite format 3\0"
_WAL_VERSION = 2
_VERSION_PLACE = 18


class Database:
    """An open database; text that is no UTF-8 is read with marks."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.tables = {
            str(name)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        }

    def columns(self, table: str) -> set[str]:
        """The columns of a table; none where there is no such table."""
        if table not in self.tables:
            return set()
        return {row[1] for row in self._connection.execute(f'PRAGMA table_info("{table}")')}

    def rows(
        self, table: str, wanted: Sequence[str], order: Sequence[str] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Some columns of a table; one that this version of it lacks is None.

        Raises:
            sqlite3.Error: the file is damaged.
        """
        has = self.columns(table)
        if not has:
            return iter(())
        names = ", ".join(f'"{name}"' if name in has else "NULL" for name in wanted)
        known = [f'"{name}"' for name in order if name in has or name == "rowid"]
        sorting = f" ORDER BY {', '.join(known)}" if known else ""
        return self._read(f'SELECT {names} FROM "{table}"{sorting}')

    def _read(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query; text is read strictly first, which takes half the time."""
        done = 0
        try:
            for row in self._connection.execute(query):
                yield row
                done += 1
        except sqlite3.OperationalError as error:
            if self._connection.text_factory is not str or "UTF-8" not in str(error):
                raise
            self._connection.text_factory = _LENIENT
            yield from islice(self._connection.execute(query), done, None)

    def count(self, table: str) -> int:
        """The rows of a table; 0 where there is none."""
        if table not in self.tables:
            return 0
        return int(self._connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def tables_of(place: str, files: Files) -> dict[str, set[str]] | None:
    """The columns of each table of a database, looked at where it lies; None where it is none.

    Raises:
        sqlite3.Error: it begins as one and is damaged.
    """
    if files.begin_of(place, len(_HEADER)) != _HEADER:
        return None
    uri = f"file:{quote(os.path.abspath(place))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.text_factory = _LENIENT
        database = Database(connection)
        return {name: database.columns(name) for name in database.tables}


@contextmanager
def opened(place: str, files: Files) -> Iterator[Database]:
    """A copy of a database, for reading.

    Raises:
        sqlite3.Error: it is damaged.
        OSError: it cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="runreport-") as folder:
        copy = os.path.join(folder, "copy.db")
        shutil.copyfile(place, copy)
        log = f"{place}-wal"
        if os.path.isfile(log) and not os.path.islink(log):
            shutil.copyfile(log, f"{copy}-wal")
        elif _has_log(copy):
            files.told.remark(
                f"{files.name_of(place)} keeps what is logged last in a -wal file, which is not "
                "here; if it was copied while in use, that is missing"
            )
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            yield Database(connection)


def _has_log(place: str) -> bool:
    with open(place, "rb") as file:
        return file.read(_VERSION_PLACE + 1)[-1:] == bytes([_WAL_VERSION])
