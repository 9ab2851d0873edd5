"""Job postings as search engines take them from the pages. Usage: json_ld.py REPOSITORY PROGRAM"""

import collections
import copy
import datetime
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from board import board
from database import Sqlite
from grammars import files
from program import Api, Vacantia, seeded
from texts import TEXTS, forbidden, line

HERE = pathlib.Path(__file__).parent
SIZE = 300  # postings of the board that is made up
INTERVALS = ("HOUR", "DAY", "WEEK", "MONTH", "YEAR")
EMPLOYMENTS = ("FULL_TIME", "PART_TIME", "CONTRACT", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM")
PASSED, FAILED = [], []


def check(what, complaints):
    complaints = list(complaints)
    (FAILED if complaints else PASSED).append(what)
    if complaints:
        print(f"FAIL  {what}: " + "; ".join(str(complaint)[:300] for complaint in complaints[:6]), flush=True)


class Scripts(html.parser.HTMLParser):
    """What a page says to machines: the text of its scripts of that kind."""

    def __init__(self, page):
        super().__init__()
        self.found, self.inside = [], False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.inside = tag == "script" and dict(attributes).get("type") == "application/ld+json"
        if self.inside:
            self.found.append("")

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.found[-1] += data


def judged(pages):
    """What the validator says of each page."""
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
        for page in pages:
            file.write(json.dumps({"page": page}) + "\n")
        file.flush()
        done = subprocess.run(["node", HERE / "validate.mjs", file.name], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    said = [json.loads(answer) for answer in done.stdout.split("\n") if answer]
    if len(said) != len(pages):
        raise SystemExit(f"{len(pages)} pages, {len(said)} verdicts")
    return said


def around(job):
    """A page that says this."""
    text = job if isinstance(job, str) else json.dumps(job)
    return '<!doctype html><title>x</title><script type="application/ld+json">%s</script>' % text.replace("<", "\\u003c")


def invent(api):
    """Postings with a hostile text wherever text goes, of every kind of work, place, pay and deadline."""
    step = {"title": "Step", "participant": "RECRUITING", "key": "review", "kind": "REVIEW"}
    plan = {"name": "Short", "approval": "NONE", "references": {"least": 0, "managers": 0}}
    plan = api.change("planCreate", "plan { id }", **plan, stages=[{"key": "review", "title": "Review", "steps": [step]}])["plan"]["id"]
    team = api.change("teamCreate", "team { id }", name="Lights ]]> </script>")["team"]["id"]
    later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    places = lambda text, count: [
        {"city": text[:40], "country": country, "region": text[:40], "street": text[:60], "postalCode": "4000"}
        for country in ("PT", "DE")[:count]
    ]
    for place, text in enumerate(TEXTS.values()):
        remote, pay = place % 3 == 2, {"currency": ("EUR", "JPY")[place % 2], "interval": INTERVALS[place % 5]}
        fields = {
            "title": text, "workplace": ("ONSITE", "HYBRID", "REMOTE")[place % 3], "employmentType": EMPLOYMENTS[place % 7],
            "sections": [{"heading": text, "body": f"{text}\n\n1. {text}\n\n`{text}`"}],
            "requirements": [{"text": text, "level": "STRICT"}],
            "links": [{"label": text, "url": "https://example.com/?a=1&b=%22%3E"}],
            "teams": [{"teamId": team, "vacancies": 1 + place}],
        }
        if remote:
            fields["remoteCountries"] = ["PT", "DE"][: 1 + place % 2]
        else:
            fields["locations"] = places(text, 1 + place % 2)
        if place % 4:
            fields["payRanges"] = [{**pay, "minMinor": "500005", "maxMinor": ("500005", "7000000")[place % 2]}]
        if place % 2:
            fields["expiresAt"] = later
        posting = api.change("postingCreate", "posting { id revision }", planId=plan, **fields)["posting"]
        api.change("postingPublish", "posting { id }", postingId=posting["id"], expectedRevision=posting["revision"])
    return len(TEXTS)


POSTINGS = """query($a: String) { postings(first: 100, after: $a) { pageInfo { hasNextPage endCursor } nodes {
  slug workplace sections { heading body } requirements { text } links { label } locations { city } remoteCountries jsonLd } } }"""


def postings(api):
    """Every posting that anybody may see."""
    found, after = [], None
    while True:
        page = api.ask(POSTINGS, {"a": after})
        found += page["postings"]["nodes"]
        if not page["postings"]["pageInfo"]["hasNextPage"]:
            return found
        after = page["postings"]["pageInfo"]["endCursor"]


def is_whole(posting):
    """Whether it has what Google requires: a text and somewhere to work."""
    text = posting["sections"] or posting["requirements"] or posting["links"]
    return bool(text and posting["remoteCountries" if posting["workplace"] == "REMOTE" else "locations"])


def served(api):
    """Each posting's page, with what is served alone."""
    found, lacking = [], 0
    for posting in postings(api):
        slug = posting["slug"]
        if not is_whole(posting):
            lacking += 1
            scripts = Scripts(api.send("GET", f"/jobs/{slug}")[2]).found
            none = (posting["jsonLd"], api.status(f"/jobs/{slug}.jsonld"), scripts) == (None, 404, [])
            check(f"{slug}: half a posting has none", [] if none else [posting, scripts])
            continue
        status, headers, alone = api.send("GET", f"/jobs/{slug}.jsonld")
        check(f"{slug}: there is JSON-LD", [] if (status, headers["Content-Type"]) == (200, "application/ld+json") else [status, headers])
        status, _, page = api.send("GET", f"/jobs/{slug}")
        inside = Scripts(page).found
        check(f"{slug}: one script on the page says the same", [] if [json.loads(text) for text in inside] == [json.loads(alone)] else [inside, alone])
        check(f"{slug}: so does GraphQL", [] if inside == [posting["jsonLd"]] else [inside, posting["jsonLd"]])
        check(f"{slug}: the script holds nothing that HTML could take for its end", [text for text in inside if "<" in text])
        # JSON's own escapes are undone first.
        check(f"{slug}: no character that nobody can see", forbidden(json.dumps(json.loads(alone), ensure_ascii=False)))
        found.append((slug, page, json.loads(alone)))
    print(f"      {len(found)} postings; {lacking} more lack a text or a place, and say nothing")
    check("there are postings that lack something", [] if lacking else ["none"])
    return found


def hold(found):
    """Every page against the validator, and what it took from the page against what is served alone."""
    hints, kinds = collections.Counter(), collections.Counter()
    for (slug, _, alone), said in zip(found, judged([page for _, page, _ in found])):
        check(f"{slug}: no error", said["errors"])
        check(f"{slug}: it was read as it is served", [] if said["job"] == {**alone} else [said["job"], alone])
        hints.update(re.sub(r"\s*\(.*", "", hint) for hint in said["hints"])
        kinds.update({
            "remote": alone.get("jobLocationType") == "TELECOMMUTE", "several places": isinstance(alone.get("jobLocation"), list),
            "pay": "baseSalary" in alone, "a deadline": "validThrough" in alone, alone["employmentType"]: 1,
        })
    for hint, count in hints.most_common():
        print(f"      {count} of {len(found)}: {hint}")
    print("      " + ", ".join(f"{kind}: {count}" for kind, count in kinds.most_common()))
    check("there is a posting of every kind", [kind for kind in ("remote", "several places", "pay", "a deadline", "VOLUNTEER") if not kinds[kind]])


def without(*path):
    def broken(job):
        thing = job
        for name in path[:-1]:
            thing = thing[name]
        del thing[path[-1]]
    return broken


def said(value, *path):
    def broken(job):
        thing = job
        for name in path[:-1]:
            thing = thing[name]
        thing[path[-1]] = value
    return broken


BROKEN = {
    "placed": {
        "no title": without("title"),
        "a blank title": said(" ", "title"),
        "no description": without("description"),
        "no date": without("datePosted"),
        "a date in words": said("yesterday", "datePosted"),
        "a day that is none": said("2027-13-40", "datePosted"),
        "a deadline without a zone": said("2027-02-28 23:59", "validThrough"),
        "no organisation": without("hiringOrganization"),
        "an organisation in words": said(True, "hiringOrganization"),
        "no place": without("jobLocation"),
        "a list of no place": said([], "jobLocation"),
        "no country": without("jobLocation", "address", "addressCountry"),
        "a place that is a person": said("Person", "jobLocation", "@type"),
        "an invented property": said("60000", "salary"),
        "an invented property inside": said("Porto", "jobLocation", "address", "city"),
        "an invented type": said("PostBox", "jobLocation", "address", "@type"),
        "another board's word": said("CONTRACT", "employmentType"),
        "openings in words": said("many", "totalJobOpenings"),
        "pay as words": said({"@type": "MonetaryAmount", "currency": "EUR", "value": "much"}, "baseSalary"),
        "pay by the fortnight": said(
            {"@type": "MonetaryAmount", "currency": "EUR", "value": {"@type": "QuantitativeValue", "value": 1, "unitText": "FORTNIGHT"}}, "baseSalary"),
        "an address of nothing": said("/jobs/1", "url"),
        "no job at all": said("Thing", "@type"),
    },
    "remote": {
        "remote from nowhere": without("applicantLocationRequirements"),
        "half remote": said("HYBRID", "jobLocationType"),
    },
}


def the_validator_notices(found):
    """One good posting of each kind, broken in each way."""
    good = {
        "placed": next(job for _, _, job in found if isinstance(job.get("jobLocation"), dict)),
        "remote": next(job for _, _, job in found if job.get("jobLocationType")),
    }
    tried = []
    for kind, ways in BROKEN.items():
        tried.append((f"nothing broken, {kind}", around(good[kind]), False))
        for what, broken in ways.items():
            job = copy.deepcopy(good[kind])
            broken(job)
            tried.append((what, around(job), True))
    text = json.dumps(good["placed"])
    tried += [("cut off", around(text[:-20]), True), ("two of them", around(text) + around(text), True), ("none", "<title>x</title>", True)]
    for (what, _, wrong), verdict in zip(tried, judged([page for _, page, _ in tried])):
        check(f"noticed: {what}", [] if bool(verdict["errors"]) == wrong else [verdict])
    print(f"      {sum(wrong for _, _, wrong in tried)} broken postings")


def leaves(api):
    """What nobody may see has none."""
    posting = api.ask("{ postings(first: 1) { nodes { id slug } } }")["postings"]["nodes"][0]
    api.change("postingClose", "posting { id }", postingId=posting["id"], reason="OTHER")
    check("a closed posting has no JSON-LD", [] if api.status(f"/jobs/{posting['slug']}.jsonld") == 404 else [posting])
    status, _, page = api.send("GET", f"/jobs/{posting['slug']}")
    check("nor has its page", [] if (status, Scripts(page).found) == (410, []) else [status, Scripts(page).found])


def main():
    repository, program = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        vacantia = Vacantia(str(program), folder, Sqlite(folder), VACANTIA_ORG_NAME='Evil "& Sons" </script>')
        token = vacantia.staff("ada@example.com", "admin", "recruiter")
        for file, system in files(repository):
            vacantia.run("import", system, str(file), "--board", file.stem, "--team-from", "department")
        made_up = pathlib.Path(folder) / "made-up.json"
        made_up.write_text(board(seeded(), SIZE)[0], encoding="utf-8")
        vacantia.run("import", "greenhouse", str(made_up), "--board", "made-up")
        vacantia.start()
        try:
            api = Api(vacantia.address, token)
            invented, found = invent(api), served(Api(vacantia.address))
            titles = {job["title"] for _, _, job in found}
            check("the hostile ones are among them", [text for text in map(line, TEXTS.values()) if text not in titles])
            check("all of the hostile ones", [] if invented == len(TEXTS) else [invented])
            hold(found)
            the_validator_notices(found)
            leaves(api)
        finally:
            vacantia.end()
        check("nothing is in the log that should not be", [*vacantia.leaks(), *vacantia.given_away()])
    print(f"{len(PASSED)} passed, {len(FAILED)} failed")
    sys.exit(bool(FAILED))


main()
