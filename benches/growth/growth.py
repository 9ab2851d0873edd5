"""Builds Indeed's feed from nothing for more and more postings. Usage: growth.py PROGRAM NUMBER.."""

import pathlib
import os
import shutil
import sys

from measure import Built, mb, memory, table
from stock import program, stocked, turned_on


def idle(binary):
    """Bytes that the program takes without postings, its feeds built."""
    folder = pathlib.Path(os.environ["BENCH_FOLDER"]) / "empty"
    shutil.rmtree(folder, ignore_errors=True)
    vacantia = program(binary, folder)
    Built(vacantia, 120)
    at_rest = memory(vacantia.process.pid, "VmRSS")
    vacantia.stop()
    return at_rest


def main(binary, *numbers):
    rest, rows = idle(binary), []
    for count in map(int, numbers):
        vacantia = program(binary, stocked(binary, count))
        turned_on(vacantia, "INDEED")
        built = Built(vacantia, 60 + count / 10)
        at_rest = memory(vacantia.process.pid, "VmRSS")
        vacantia.stop()
        rows.append([
            count, "%.1f MB" % mb(built.whole), "%.1f s" % built.seconds, "%.0f µs" % (built.seconds / count * 1e6),
            "%.1f s" % built.cpu, "%.0f MB" % mb(built.peak), "%.0f MB" % mb(built.peak - rest), "%.0f MB" % mb(at_rest),
        ])
        turned_on(vacantia)
    print("\nWithout postings the program takes %.0f MB." % mb(rest))
    table(
        ["postings", "`indeed.xml`", "built after", "a posting", "processor", "peak", "over idle", "at rest after"],
        rows,
    )


main(*sys.argv[1:])
