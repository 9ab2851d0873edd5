"""What processes used, as the kernel counts it, and numbers as tables."""

import http.client
import os
import pathlib
import re
import shutil
import statistics
import time

from program import Api

TICK = os.sysconf("SC_CLK_TCK")
CODINGS = {"plain": "identity", "gzip": "gzip", "Brotli": "br"}


def processes(pid):
    """A process and what it started."""
    found = [pid]
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += processes(int(child))
    return found


def cpu(pid):
    """Seconds of processor time, of its children too."""
    fields = (pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in processes(pid))
    return sum(int(stat[11]) + int(stat[12]) for stat in fields) / TICK


def memory(pid, what):
    """Bytes: `VmRSS` now, `VmHWM` at most so far."""
    return int(re.search(what + r":\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def still(pid):
    """Waits until a process does nothing by itself."""
    before, quiet = cpu(pid), 0
    while quiet < 3:
        time.sleep(1)
        now = cpu(pid)
        quiet, before = (quiet + 1 if now - before < 0.1 else 0), now


def channels(api):
    """The files of all feeds."""
    return list(dict.fromkeys(re.findall(r'href="/feeds/(\w+\.(?:xml|json))"', api.send("GET", "/feeds")[2])))


def head(address, path, **headers):
    link = http.client.HTTPConnection(address, timeout=60)
    try:
        link.request("HEAD", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = link.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        link.close()


class Built:
    """Every feed built from nothing, by a program that just started: what it took."""

    def __init__(self, vacantia, patience):
        shutil.rmtree(pathlib.Path(vacantia.data) / "feeds", ignore_errors=True)
        began = time.monotonic()
        vacantia.start()
        self.ready = time.monotonic() - began
        self.files, self.there = channels(Api(vacantia.address)), {}
        pid = vacantia.process.pid
        while len(self.there) < len(self.files):
            for file in self.files:
                if file not in self.there and head(vacantia.address, "/feeds/" + file)[0] == 200:
                    self.there[file] = time.monotonic() - began
            if time.monotonic() - began > patience or vacantia.process.poll() is not None:
                raise SystemExit("the feeds were not built: " + vacantia.said()[-2000:])
            time.sleep(0.05)
        self.seconds, self.cpu, self.peak = time.monotonic() - began, cpu(pid), memory(pid, "VmHWM")
        size = lambda file, word: int(head(vacantia.address, "/feeds/" + file, Accept_Encoding=word)[1]["content-length"])
        self.sizes = {file: {coding: size(file, word) for coding, word in CODINGS.items()} for file in self.files}
        self.whole = sum(sizes["plain"] for sizes in self.sizes.values())


def spread(values):
    """Median, and how far they lie apart."""
    return "%.3g (%.3g to %.3g)" % (statistics.median(values), min(values), max(values))


def table(heads, rows):
    print("\n| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def mb(size):
    return size / 1e6


def sized(size):
    """Bytes in a unit that fits."""
    return "%.0f kB" % (size / 1e3) if size < 1e6 else "%.1f MB" % mb(size)
