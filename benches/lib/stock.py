"""Postings to measure with: made up once for each number of them, brought in by `vacantia import`, and kept."""

import html
import json
import os
import pathlib
import random
import shutil
import time

from database import Sqlite
from program import Api, Vacantia

# What a file that is imported may have is 64 MB.
PART = 8_000
PLACES = (
    "Reno, NV", "Austin, TX", "Boston, MA", "Denver, CO", "Seattle, WA", "Portland, OR", "Chicago, IL", "Atlanta, GA", "Phoenix, AZ",
    "Dallas, TX", "Miami, FL", "Detroit, MI", "Columbus, OH", "Nashville, TN",
)
ROOTS = ("plan", "build", "mend", "test", "ship", "draw", "count", "weigh", "teach", "learn", "sort", "clean", "carry", "paint", "sail", "steer")
ENDINGS = ("", "s", "ed", "ing", "er", "able", "ers", "ful")
SMALL = ("the", "a", "with", "and", "for", "of", "to", "in", "on", "by", "our", "your", "every", "we", "you", "who", "at", "or", "as", "from")
TITLES = ("Engineer", "Designer", "Analyst", "Carpenter", "Planner", "Accountant", "Driver", "Gardener", "Teacher", "Nurse", "Editor")


def words(dice, count):
    pick = lambda: dice.choice(SMALL) if dice.random() < 0.45 else dice.choice(ROOTS) + dice.choice(ENDINGS) + dice.choice(("", "", "", str(dice.randrange(100))))
    return " ".join(pick() for _ in range(count)).capitalize() + "."


def text(dice):
    """Some 4 kB of HTML: paragraphs, headings and lists."""
    parts = []
    for heading in ("About the work", "What you do", "What you bring", "What we give"):
        parts.append("<h3>%s</h3><p>%s</p>" % (heading, words(dice, dice.randint(60, 110))))
        parts.append("<ul>%s</ul>" % "".join("<li>%s</li>" % words(dice, dice.randint(8, 16)) for _ in range(dice.randint(3, 7))))
    return "".join(parts)


def job(number):
    dice = random.Random(number)
    title = "%s %s %d" % (dice.choice(("Senior", "Junior", "Lead", "Staff")), dice.choice(TITLES), number)
    at = "2026-%02d-%02dT09:00:00Z" % (dice.randint(1, 10), dice.randint(1, 28))
    return {
        "id": 4_000_000_000 + number, "title": title, "absolute_url": "https://boards.example.com/jobs/%d" % number,
        "location": {"name": PLACES[number % len(PLACES)]}, "updated_at": at, "first_published": at, "requisition_id": "R-%d" % number,
        "company_name": "Example Works", "departments": [], "offices": [], "metadata": None, "content": html.escape(text(dice)),
    }


def program(binary, folder, **settings):
    """The program on the database in a folder, as it is when nothing is set but what a measurement needs."""
    folder = str(folder)
    os.makedirs(folder, exist_ok=True)
    settings = {"VACANTIA_LOG": "info", "VACANTIA_PUBLIC_URL": "https://jobs.example.com", **settings}
    return Vacantia(binary, folder, Sqlite(folder), **settings)


def turned_on(vacantia, *feeds):
    """Has the program build these feeds alone; all of them if none is named."""
    email = f"bench{time.time_ns()}@example.com"
    vacantia.staff(email, "admin")
    token = vacantia.run("token", "create", "--user", email, "--scope", "admin")
    vacantia.start()
    api = Api(vacantia.address, token)
    for channel in (feed["channel"] for feed in api.ask("{ feeds { channel } }")["feeds"]):
        api.change("feedUpdate", "feed { channel }", channel=channel, enabled=not feeds or channel in feeds)
    vacantia.stop()


def stocked(binary, count):
    """A folder with that many postings; what was made before is used again."""
    kept = pathlib.Path(os.environ["BENCH_FOLDER"]) / f"stock-{count}"
    if (kept / "whole").exists():
        return kept
    shutil.rmtree(kept, ignore_errors=True)
    vacantia = program(binary, kept, VACANTIA_LOG="warn")
    vacantia.run("migrate", "up")
    began = time.monotonic()
    for first in range(0, count, PART):
        part = kept / "part.json"
        part.write_text(json.dumps({"jobs": [job(number) for number in range(first, min(first + PART, count))]}), encoding="utf-8")
        vacantia.run("import", "greenhouse", str(part), "--board", f"part-{first}")
        part.unlink()
    print("%d postings imported in %.0f s" % (count, time.monotonic() - began), flush=True)
    (kept / "whole").touch()
    return kept
