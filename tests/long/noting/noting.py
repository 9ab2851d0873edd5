"""What noting costs: the same requests to two programs of one run, one that notes as it does by itself (log and metrics) and
one that was told to note nothing, in turns. Usage: noting.py PROGRAM ROUNDS"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from program import free_port, wait_for, Api

REQUESTS = 300  # of each kind in a round
QUERY = json.dumps({"query": "query Open { postings(first: 5) { nodes { title slug openVacancies } } }"})
KINDS = {
    "a page": ("GET", "/jobs", None, {}),
    "a query": ("POST", "/graphql", QUERY, {"Content-Type": "application/json"}),
    "a feed not modified": ("GET", "/feeds/rss.xml", None, {"If-None-Match": "*"}),
}


class Program:
    def __init__(self, program, folder, **settings):
        self.address = "127.0.0.1:%d" % free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("VACANTIA_")}
        environment = dict(clean, VACANTIA_LISTEN=self.address, VACANTIA_DATA_DIR=os.path.join(folder, "data"), **settings)
        self.log = open(os.path.join(folder, "log"), "wb")
        self.process = subprocess.Popen([program, "demo"], env=environment, stdout=self.log, stderr=self.log)
        wait_for(lambda: Api(self.address).status("/feeds/rss.xml") == 200, "the demo")

    def cpu(self):
        fields = open("/proc/%d/stat" % self.process.pid).read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def measured(self, request):
        """Milliseconds of its processor time for one request, and requests answered in a second."""
        # A connection of its own: one that rested while the other program was asked is closed.
        link = http.client.HTTPConnection(self.address)
        cpu, began = self.cpu(), time.monotonic()
        for _ in range(REQUESTS):
            link.request(*request)
            answer = link.getresponse()
            answer.read()
            if answer.status not in (200, 304):
                raise SystemExit("%s: %d" % (request[1], answer.status))
        took = (self.cpu() - cpu) * 1000 / REQUESTS, REQUESTS / (time.monotonic() - began)
        link.close()
        return took


def main():
    binary, rounds = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        noting = Program(binary, one, VACANTIA_METRICS_LISTEN="127.0.0.1:%d" % free_port())
        silent = Program(binary, other, VACANTIA_METRICS_LISTEN="off", VACANTIA_LOG="off")
        try:
            for name, request in KINDS.items():
                pairs = []
                for at in range(rounds + 1):
                    # Whoever comes first has the colder machine, so they take turns at it.
                    order = (noting, silent) if at % 2 else (silent, noting)
                    found = {program: program.measured(request) for program in order}
                    if at:  # the first round warms up
                        pairs.append((found[noting], found[silent]))
                cpu = [statistics.median(pair[who][0] for pair in pairs) for who in (0, 1)]
                ratio = statistics.median(pair[0][1] / pair[1][1] for pair in pairs)
                print("%-20s noting %.3f ms, silent %.3f ms of processor time: %.2f times; throughput %.2f times (median of %d rounds)"
                      % (name, *cpu, cpu[0] / cpu[1] if cpu[1] else float("nan"), ratio, rounds), flush=True)
        finally:
            for program in (noting, silent):
                program.process.terminate()
                program.process.wait(40)


main()
