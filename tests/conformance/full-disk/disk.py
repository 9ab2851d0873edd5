"""Disks that can be taken from a database and given back."""

import contextlib
import os
import resource
import subprocess


class FileLimit:
    """Of SQLite: a limit on the size of the program's files (setrlimit(2), RLIMIT_FSIZE) a little above what they have."""

    keeps_nothing = True

    def __init__(self, database, vacantia):
        self.database, self.vacantia = database, vacantia

    def _limit(self, size):
        _, hard = resource.prlimit(self.vacantia.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.vacantia.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def take(self):
        paths = [path for path in (self.database.path, self.database.path + "-wal") if os.path.exists(path)]
        self._limit(max(os.path.getsize(path) for path in paths) + 65536)

    def give_back(self):
        self._limit(resource.RLIM_INFINITY)

    def end(self):
        pass


class SmallDisk:
    """Of a PostgreSQL server: a file system in memory, filled to its last byte by a file that nobody needs."""

    # A page that has room takes small changes even now, the one that /readyz tries among them.
    keeps_nothing = False

    def __init__(self, folder, megabytes):
        self.folder, self.ballast = folder, os.path.join(folder, "ballast")
        os.makedirs(folder)
        # In a mount namespace of our own (see `run`), so that it is gone with us.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % megabytes, "tmpfs", folder], check=True)
        os.chmod(folder, 0o755)

    def take(self):
        with open(self.ballast, "ab", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(4096))

    def give_back(self):
        os.unlink(self.ballast)

    def end(self):
        subprocess.run(["umount", "--lazy", self.folder], check=True)
