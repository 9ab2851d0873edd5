"""Builds every feed from nothing; two libraries then format the same items. Usage: building.py PROGRAM POSTINGS"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from measure import CODINGS, Built, mb, memory, sized, table
from program import Api
from stock import program, stocked, turned_on

HERE = pathlib.Path(__file__).parent
ALONE = ("INDEED", "RSS")


def ours(binary, count, folder):
    vacantia = program(binary, stocked(binary, count))
    built = Built(vacantia, 60 + count / 10)
    body = Api(vacantia.address).send("GET", "/feeds/feed.json", timeout=600)[2]
    vacantia.stop()
    told = json.loads(body)
    items = told.pop("items")
    # The feed's own facts first, then an item a line.
    with open(folder / "items.ndjson", "w", encoding="utf-8") as file:
        for one in (told, *items):
            file.write(json.dumps(one) + "\n")
    return built


def idle(binary, folder):
    """Bytes that the program takes without postings, its feeds built."""
    vacantia = program(binary, folder / "empty")
    Built(vacantia, 120)
    at_rest = memory(vacantia.process.pid, "VmRSS")
    vacantia.stop()
    return at_rest


def peer(name, *words):
    """What a peer says of itself: seconds for formatting alone, without reading the items, and the size of what came of it."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return [name, "–", "–", "–", "gave up: " + done.stderr.strip().splitlines()[-1][:120]]
    said = json.loads(done.stdout)
    return [
        name, sized(said["bytes"]), "%.1f s" % said["seconds"], "%.1f" % (mb(said["bytes"]) / said["seconds"]),
        "%.0f MB, of it %.0f MB the items" % (mb(said["peak"]), mb(said["before"])),
    ]


def row(name, built, rest):
    coded = [sum(sizes[coding] for sizes in built.sizes.values()) for coding in CODINGS]
    return [
        name, *map(sized, coded), "%.1f s" % built.seconds, "%.1f" % (mb(built.whole) / built.seconds), "%.1f s" % built.cpu,
        "%.0f MB" % mb(built.peak), "%.0f MB" % mb(built.peak - rest),
    ]


def main(binary, count):
    count = int(count)
    folder = pathlib.Path(os.environ["BENCH_FOLDER"]) / "building"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rest, built = idle(binary, folder), ours(binary, count, folder)
    rows = [row("all at once", built, rest)]
    vacantia = program(binary, stocked(binary, count))
    for feed in ALONE:
        turned_on(vacantia, feed)
        rows.append(row(f"{feed} alone", Built(vacantia, 60 + count / 10), rest))
        vacantia.stop()
    turned_on(vacantia)
    print(f"\n{count} postings, read from the database, written in three codings, each unpacked again to see that it is the same.")
    table(["feeds", "plain", "gzip", "Brotli", "time", "MB/s", "processor", "peak", "over idle"], rows)
    print("\nRSS of the same items, formatted in memory in one coding, without reading the items or the document back:")
    table(["library", "document", "time", "MB/s", "peak"], [
        peer("feedgen (Python)", sys.executable, HERE / "feedgen_peer.py", folder / "items.ndjson"),
        peer("feed (Node)", "node", "--max-old-space-size=16000", HERE / "feed_peer.mjs", folder / "items.ndjson"),
    ])


main(*sys.argv[1:])
