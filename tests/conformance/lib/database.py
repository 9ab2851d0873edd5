"""The databases the program is tested on, looked into from outside with the clients of their makers."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time


class Sqlite:
    """A file."""

    name = "sqlite"

    def __init__(self, folder):
        self.path = os.path.join(folder, "vacantia.db")
        self.url = "sqlite://" + self.path

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % self.path, uri=True, timeout=30)) as db:
            return [tuple(row) for row in db.execute(sql)]

    def faults(self):
        """What the engine finds wrong with its own pages."""
        return [found for found, in self.rows("PRAGMA integrity_check") if found != "ok"] + [
            str(row) for row in self.rows("PRAGMA foreign_key_check")
        ]

    def end(self):
        pass


class Postgres:
    """A server of our own, which keeps its promises: fsync is on."""

    name = "postgres"

    def __init__(self, folder, data=None, log=None):
        """Its tables and its write-ahead log may be given folders of their own, to be made within others that exist."""
        self.folder = tempfile.mkdtemp(prefix="vacantia-pg-")
        self.binaries = _binaries()
        self.owner = _owner()
        for place in filter(None, (self.folder, data, log)):
            os.makedirs(place, mode=0o700, exist_ok=True)
            if self.owner:
                os.chown(place, self.owner.pw_uid, self.owner.pw_gid)
        self.data = data or os.path.join(self.folder, "data")
        words = ["-U", "postgres", "-A", "trust", "--no-instructions", "-E", "UTF8", "--locale=C.UTF-8", "-D", self.data]
        self._run("initdb", *words, *(["-X", log, "--wal-segsize=1"] if log else []))
        self.process = None
        self.start()
        self._run("createdb", "-h", self.folder, "-U", "postgres", "vacantia")
        self.url = "postgres://postgres@localhost/vacantia?host=" + self.folder

    def _as_owner(self):
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}

    def _run(self, program, *words):
        command = [os.path.join(self.binaries, program), *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **self._as_owner())
        if done.returncode:
            raise SystemExit("%s: %s" % (program, done.stderr))
        return done.stdout

    def start(self):
        words = ["-D", self.data, "-k", self.folder, "-c", "listen_addresses=", "-c", "max_connections=100"]
        # With the SQLSTATE of each complaint.
        words += ["-c", "log_line_prefix=%m %e "]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.binaries, "postgres"), *words], cwd=self.folder, stdout=log, stderr=log, **self._as_owner()
            )
        for _ in range(1200):
            ready = subprocess.run([os.path.join(self.binaries, "pg_isready"), "-q", "-h", self.folder])
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        raise SystemExit("PostgreSQL did not start")

    def restart(self):
        """At once, whoever is connected: what was not committed is gone."""
        self._stop(signal.SIGQUIT)
        self.start()

    def has_fallen(self):
        """Whether the server has ended by itself."""
        return self.process.poll() is not None

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def _stop(self, how):
        self.process.send_signal(how)
        self.process.wait()

    def cut(self):
        """Ends every connection of the program; says how many there were."""
        sql = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = 'vacantia' AND pid <> pg_backend_pid()"
        )
        return int(self.rows(sql)[0][0])

    def rows(self, sql):
        words = ["-X", "-q", "-t", "-A", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres"]
        out = self._run("psql", *words, "-d", "vacantia", "-c", sql).rstrip("\n")
        return [tuple(row.split("\x1f")) for row in out.split("\x1e") if row]

    def faults(self):
        """What the engine finds wrong with its own tables and indexes."""
        words = ["-h", self.folder, "-U", "postgres", "-d", "vacantia", "--heapallindexed", "--install-missing"]
        done = subprocess.run(
            [os.path.join(self.binaries, "pg_amcheck"), *words], capture_output=True, text=True, cwd=self.folder
        )
        return [] if done.returncode == 0 else [done.stdout + done.stderr]

    def end(self):
        self._stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


KINDS = {kind.name: kind for kind in (Sqlite, Postgres)}


def _binaries():
    """Where `initdb` is: on PATH, or where Debian hides it."""
    found = shutil.which("initdb")
    hidden = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    if not found and not hidden:
        raise SystemExit("PostgreSQL is missing: initdb is neither on PATH nor in /usr/lib/postgresql/*/bin")
    return os.path.dirname(os.path.realpath(found or hidden[-1]))


def _owner():
    """PostgreSQL refuses to run as root, so another user is found for it."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SystemExit("there is no user postgres or nobody to run PostgreSQL as")
