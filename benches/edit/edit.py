"""Edits one posting among many, and asks until each feed is new. Usage: edit.py PROGRAM POSTINGS EDITS"""

import sys
import time

from measure import channels, cpu, head, memory, mb, spread, still, table
from program import Api, wait_for
from stock import program, stocked

PATIENCE = 900  # seconds


def edited(api, vacantia, posting, number, files):
    """Seconds from the answer to the edit until each feed is another."""
    tags = {file: head(vacantia.address, "/feeds/" + file)[1]["etag"] for file in files}
    before, began = cpu(vacantia.process.pid), time.monotonic()
    api.change("postingUpdate", "posting { id }", postingId=posting, title=f"Edited {number} {began}")
    answered, seen = time.monotonic(), {}
    while len(seen) < len(files):
        if time.monotonic() > answered + PATIENCE:
            raise SystemExit(f"the edit never came to {set(files) - set(seen)}")
        for file in files:
            if file not in seen and head(vacantia.address, "/feeds/" + file, If_None_Match=tags[file])[0] == 200:
                seen[file] = time.monotonic() - answered
        time.sleep(0.05)
    still(vacantia.process.pid)
    return answered - began, seen, cpu(vacantia.process.pid) - before


def main(binary, count, edits):
    vacantia = program(binary, stocked(binary, int(count)))
    token = vacantia.staff(f"edit{time.time_ns()}@example.com", "admin", "recruiter")
    vacantia.start()
    files = channels(Api(vacantia.address))
    for file in files:
        wait_for(lambda: head(vacantia.address, "/feeds/" + file)[0] == 200, file, 60 + int(count) / 10)
    still(vacantia.process.pid)
    api = Api(vacantia.address, token)
    posting = api.ask("{ postings(first: 1) { nodes { id } } }")["postings"]["nodes"][0]["id"]
    runs = [edited(api, vacantia, posting, number, files) for number in range(int(edits))]
    peak = memory(vacantia.process.pid, "VmHWM")
    vacantia.stop()
    print(f"\nOne edit among {count} postings, {edits} times; seconds from its answer until the feed has another ETag: median, and from least to most.")
    table(["feed", "seconds"], [
        *([f"`{file}`", spread([seen[file] for _, seen, _ in runs])] for file in files),
        ["the last of them", spread([max(seen.values()) for _, seen, _ in runs])],
    ])
    print(f"The edit itself {spread([edit for edit, _, _ in runs])} s; processor time for all of it {spread([used for _, _, used in runs])} s; at most {mb(peak):.0f} MB.")


main(*sys.argv[1:])
