"""The same feed from the program and from nginx, in turn. Usage: serving.py PROGRAM ROUNDS POSTINGS..

Each server has the first processor to itself and the client the last. What is compared is what a server does in one second of
its own processor time, which other work on the machine does not change as much as the clock.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request

from measure import Built, cpu, mb, sized, still, table
from program import free_port, wait_for
from stock import program, stocked

SECONDS, FILE = 5, "rss.xml"
FIRST, LAST = "0", str(os.cpu_count() - 1)


class Nginx:
    """nginx with these files: which the kernel sends (`sendfile`), or which nginx reads and writes, as the program does."""

    def __init__(self, folder, bodies, sendfile):
        root, port = pathlib.Path(folder) / "root", free_port()
        (root / "feeds").mkdir(parents=True)
        (root / "feeds" / FILE).write_bytes(bodies["identity"])
        (root / "feeds" / (FILE + ".gz")).write_bytes(bodies["gzip"])
        for inside in [pathlib.Path(folder), *root.rglob("*"), root]:
            inside.chmod(0o755)
        text = (pathlib.Path(__file__).parent / "nginx.conf").read_text()
        config = pathlib.Path(folder) / "nginx.conf"
        config.write_text(text.replace("PORT", str(port)).replace("FOLDER", str(root)).replace("SENDFILE", sendfile))
        self.address = f"127.0.0.1:{port}"
        words = ["taskset", "--cpu-list", FIRST, "nginx", "-p", folder, "-c", str(config)]
        self.process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        wait_for(lambda: fetched(self.address, "gzip") == bodies["gzip"], "nginx", 10)

    def end(self):
        self.process.terminate()
        self.process.wait()


def fetched(address, coding):
    request = urllib.request.Request(f"http://{address}/feeds/{FILE}", headers={"Accept-Encoding": coding})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
    except OSError:
        return None


def on_one_processor(vacantia):
    """Starts the program, and waits until it has looked through what it built."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(FIRST)})
    try:
        vacantia.start()
    finally:
        os.sched_setaffinity(0, everywhere)
    still(vacantia.process.pid)


def load(address, pid, *headers):
    """Requests and bytes in each second of the server's processor time, and of the clock."""
    before = cpu(pid)
    words = ["taskset", "--cpu-list", LAST, "wrk", "--threads", "1", "--connections", "8", "--duration", f"{SECONDS}s", "--timeout", "60s"]
    words += [word for header in headers for word in ("--header", header)]
    said = subprocess.run([*words, f"http://{address}/feeds/{FILE}"], capture_output=True, text=True, check=True).stdout
    used = cpu(pid) - before
    requests, seconds, size, unit = re.search(r"(\d+) requests in ([\d.]+)s, ([\d.]+)([KMGT]?B) read", said).groups()
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(said)
    # wrk means 1024 by K.
    size = float(size) * 1024 ** " KMGT".index(unit[:-1] or " ")
    return {"requests": int(requests) / used, "bytes": size / used, "clock": int(requests) / float(seconds), "share": used / float(seconds)}


def compare(servers, rounds, size, coding):
    """A row: `servers` is each with its address and process, ours first."""
    runs = {name: [] for name in servers}
    for _ in range(rounds):
        for name, (address, process) in servers.items():
            runs[name].append(load(address, process.pid, f"Accept-Encoding: {coding}"))
    median = lambda name, what: statistics.median(run[what] for run in runs[name])
    ours, *peers = servers
    ratios = ["%.2f" % (median(ours, what) / median(peer, what)) for peer in peers for what in ("requests", "clock")]
    return [
        f"{sized(size)}, {coding}", *("%.0f" % mb(median(name, "bytes")) for name in servers), *ratios,
        ", ".join("%.0f %%" % (100 * median(name, "share")) for name in servers),
    ]


def main(binary, rounds, *numbers):
    rows = []
    for count in map(int, numbers):
        vacantia = program(binary, stocked(binary, count))
        Built(vacantia, 60 + count / 10)
        vacantia.stop()
        on_one_processor(vacantia)
        bodies = {coding: fetched(vacantia.address, coding) for coding in ("identity", "gzip")}
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            peers = {"sendfile": Nginx(first, bodies, "on"), "copying": Nginx(second, bodies, "off")}
            servers = {"ours": (vacantia.address, vacantia.process)}
            servers |= {name: (nginx.address, nginx.process) for name, nginx in peers.items()}
            try:
                rows += [compare(servers, int(rounds), len(bodies[coding]), coding) for coding in bodies]
            finally:
                for nginx in peers.values():
                    nginx.end()
                vacantia.stop()
    table([
        "feed", "MB in a second of the processor, ours", "nginx by sendfile", "nginx copying",
        "to sendfile", "by the clock", "to copying", "by the clock", "busy, each",
    ], rows)


main(*sys.argv[1:])
