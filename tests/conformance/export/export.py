"""Takes a demo with hostile guests out and in again, and holds every value against both databases.

Usage: export.py PROGRAM
"""

import base64
import contextlib
import datetime
import email
import email.policy
import glob
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from canary import given_away
from database import Postgres
from program import Api, Refused, free_port, wait_for

# Tables whose records go by another name.
TABLES = {
    "user": "user_account", "grant": "role_grant", "token": "api_token", "step": "application_step",
    "stageReturn": "application_return", "approval": "offer_approval", "decision": "offer_decision",
}
NOT_OURS = {"schema_migration"}
GUESTS = [
    "Zoë O'Hara \"Quote\" <b>&amp;</b>", "]]></script><!-- x", "日本語 テスト", "👩\u200d👩\u200d👧\u200d👦 Family",
    "\\u0000 \\n \\\\ %s ${x}", "'; DROP TABLE team; --", "null", "{\"type\": \"end\"}", "e\u0301\u0302\u0303 Combining",
    "Ω" * 90,
]


def snake(name):
    return re.sub("([A-Z])", lambda found: "_" + found.group(1).lower(), name)


class Wrong(SystemExit):
    pass


def insist(holds, what):
    if not holds:
        raise Wrong("WRONG: %s" % what)


def with_guests(binary, folder):
    """The demo's folder, after hostile people applied over HTTP."""
    data = os.path.join(folder, "demo")
    address = "127.0.0.1:%d" % free_port()
    # Nobody listens there, so letters stay to be looked at.
    environment = {**clean(), "VACANTIA_LOG": "debug", "VACANTIA_LISTEN": address, "VACANTIA_DATA_DIR": data,
                   "VACANTIA_SMTP_URL": "smtp://127.0.0.1:%d" % free_port(),
                   **{"VACANTIA_RATE_" + what: "off" for what in ("APPLICATIONS", "LINKS", "GUESSES", "QUERIES", "FEEDS")}}
    with open(os.path.join(folder, "demo.log"), "wb") as log, open(os.path.join(folder, "demo.out"), "wb") as out:
        demo = subprocess.Popen([binary, "demo"], env=environment, stdout=out, stderr=log)
    try:
        wait_for(lambda: Api(address).status("/readyz") == 200, "the demo")
        api = Api(address)
        posting = api.ask("{ postings(first: 1) { nodes { id questions { key type required options } } } }")
        posting = posting["postings"]["nodes"][0]
        applied = sum(apply(api, posting, place, name) for place, name in enumerate(GUESTS))
        accept(api, data)
    finally:
        demo.terminate()
        insist(demo.wait(timeout=60) == 0, "the demo did not stop in good order")
    with open(os.path.join(folder, "demo.log"), encoding="utf-8", errors="replace") as log:
        told = given_away(log.read(), GUESTS, least=1_000)
    insist(not told, told)
    insist(applied >= len(GUESTS) - 2, "only %d guests could apply" % applied)
    return data, applied


def apply(api, posting, place, name):
    answers = []
    for question in posting["questions"]:
        value = {"YES_NO": "yes", "URL": "https://example.com/?a=1&b=2"}.get(question["type"], name)
        if question["type"] == "CHOICE":
            value = question["options"][0]
        answers.append({"key": question["key"], "value": value})
    fields = dict(postingId=posting["id"], name=name, email="guest-%d@example.org" % place, answers=answers,
                  idempotencyKey="guest %d \u202e" % place)
    try:
        api.change("applicationSubmit", "receipt { applicationId }", **fields)
    except Refused:
        fields["idempotencyKey"] = "guest %d" % place
        try:
            api.change("applicationSubmit", "receipt { applicationId }", **fields)
        except Refused as refused:
            print("guest %d was not let in: %s" % (place, refused))
            return 0
    return 1


def accept(api, data):
    """Whoever the demo has just sent an offer accepts it, by the link in their mail."""
    raws = [row["raw"] for row in sqlite_rows(data + "/vacantia.db")["email_message"] if row["raw"]]
    raws += [open(path, "rb").read() for path in glob.glob(data + "/mail/*.eml")]
    mails = [email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",)).get_content() for raw in raws]
    paths = {path for mail in mails for path in re.findall(r"(/offers/\w+)", mail)}
    insist(paths, "no mail brings an offer")
    accepted = 0
    for path in paths:
        _, _, page = api.form(path, step="view")
        fields = {name: value for name, value in re.findall(r'name="(nonce|termsHash)" value="([^"]+)"', page)}
        if len(fields) == 2:
            status, headers, _ = api.form(path, step="accept", typedName="Zoë O'Hara", consent="accept-1", **fields)
            accepted += (status, headers["Location"]) == (303, path)
    insist(accepted == 1, "%d offers were accepted, of %d links" % (accepted, len(paths)))


def clean():
    return {name: value for name, value in os.environ.items() if not name.startswith("VACANTIA_")}


def read(path):
    """Header, records and end of a file, each line parsed by Python."""
    with open(path, "rb") as file:
        content = file.read()
    insist(content.endswith(b"\n"), "the file does not end with a line break")
    whole = content[:-1].split(b"\n")
    parsed = [json.loads(line, object_pairs_hook=once) for line in whole]
    header, records, end = parsed[0], parsed[1:-1], parsed[-1]
    insist((header["type"], header["format"], header["version"]) == ("header", "vacantia export", 1), header)
    digest = hashlib.sha256(content[: len(content) - len(whole[-1]) - 1]).hexdigest()
    insist(end["type"] == "end" and end["sha256"] == digest, "the digest is not that of the lines")
    counts = {}
    for record in records:
        counts[record["type"]] = counts.get(record["type"], 0) + 1
    insist(counts == end["records"], "counted %s, said %s" % (counts, end["records"]))
    return records, counts


def once(pairs):
    insist(len({name for name, _ in pairs}) == len(pairs), "a name occurs twice: %s" % pairs)
    return dict(pairs)


def instant(text):
    text = text.replace("Z", "+00:00").replace(" ", "T")
    text = re.sub(r"\+00$", "+00:00", text)
    # Python before 3.11 reads three or six digits only.
    text = re.sub(r"\.(\d+)", lambda found: "." + found.group(1).ljust(6, "0")[:6], text)
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)


def sqlite_rows(path):
    """Every table, as Python's own driver reads it."""
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % path, uri=True)) as db:
        db.row_factory = sqlite3.Row
        names = [name for name, in map(tuple, db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        return {name: [dict(row) for row in db.execute('SELECT * FROM "%s"' % name)]
                for name in names if not name.startswith("sqlite_")}


def postgres_rows(server):
    """Every table, as psql prints it; bytes come as hexadecimal."""
    names = [name for name, in server.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    found = {}
    for name in names:
        rows = server.rows('SELECT to_jsonb(t) FROM "%s" t' % name)
        found[name] = [json.loads(text) for text, in rows]
    return found


def hold(records, tables, whose):
    """Every value of every record against its row, and every row and column against the records."""
    by_table = {}
    for record in records:
        table = TABLES.get(record["type"], snake(record["type"]))
        by_table.setdefault(table, []).append({snake(name): value for name, value in record.items() if name != "type"})
    values = 0
    for table, rows in tables.items():
        if table in NOT_OURS:
            continue
        said = by_table.pop(table, [])
        insist(len(said) == len(rows), "%s: %d rows of %s, %d records" % (whose, len(rows), table, len(said)))
        left = {key(row): row for row in rows}
        insist(len(left) == len(rows), "%s: rows of %s cannot be told apart" % (whose, table))
        for record in said:
            row = left.pop(key(record), None)
            insist(row is not None, "%s: no row of %s is %s" % (whose, table, record))
            insist(set(row) == set(record), "%s: columns of %s: %s" % (whose, table, set(row) ^ set(record)))
            for column, value in record.items():
                insist(same(value, row[column]), "%s: %s.%s is %r, written %r" % (whose, table, column, row[column], value))
                values += 1
    insist(not by_table, "%s: records of no table: %s" % (whose, list(by_table)))
    return values


KEYS = [("id", "version"), ("id",), ("seq",), ("posting_id", "country"), ("offer_id", "number"), ("email_message_id", "fence"),
        ("viewer", "mutation", "key"), ("application_id", "revision"), ("application_id", "rank"), ("application_id",),
        ("candidate_id",), ("offer_id",), ("posting_id",), ("channel",)]


def key(row):
    """What tells it apart from the others of its table."""
    wanted = next(names for names in KEYS if all(name in row for name in names))
    return tuple(row[name] for name in wanted)


def same(said, kept):
    if said is None or kept is None:
        return said is kept
    if isinstance(said, bool):
        return said == bool(kept)
    if isinstance(said, (int, float)):
        return said == kept
    if isinstance(said, (dict, list)):
        return said == json.loads(kept)
    if isinstance(kept, bytes):
        return base64.b64decode(said, validate=True) == kept
    if said == kept:
        return True
    if kept.startswith("\\x"):
        return base64.b64decode(said, validate=True) == bytes.fromhex(kept[2:])
    return re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", said) is not None and instant(said) == instant(kept)


def form(tag, fields):
    """A written form as docs/export.md has it: the tag, then a line `name:length:value` for each field."""
    lines = ["%s:%d:%s\n" % (name, len(value.encode()), value) for name, value in fields]
    return hashlib.sha256((tag + "\n" + "".join(lines)).encode()).hexdigest()


def micros(text):
    return str((instant(text) - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)) // datetime.timedelta(microseconds=1))


def event_hash(before, event):
    fields = [("before", before), ("seq", str(event["seq"]))]
    fields += [(name, event[name]) for name in ("changeId", "kind", "actor")]
    fields.append(("at", micros(event["at"])))
    fields += [(name, event[name] or "") for name in ("postingId", "applicationId", "offerId")]
    fields.append(("facts", str(len(event["facts"]))))
    for name, value in sorted(event["facts"].items()):
        fields += [("fact", name), ("count" if isinstance(value, int) else "word", str(value))]
    return form("vacantia-event-1", fields)


def decision_hash(decision):
    fields = [(name, str(decision[name] or "")) for name in (
        "offerId", "version", "decision", "termsHash", "typedName", "consent", "nonceHash", "linkId", "ip", "userAgent",
        "reason", "name")]
    fields += [(name, decision[name] and micros(decision[name]) or "") for name in ("codeSentAt", "decidedAt")]
    return form("vacantia-decision-1", fields)


def chained(records):
    """Follows the chain of events, and finds each decision's evidence in it. How many events and decisions there are."""
    before, events = "", [record for record in records if record["type"] == "event"]
    for event in events:
        insist(event["hash"] == event_hash(before, event), "event %d does not follow from those before it" % event["seq"])
        before = event["hash"]
    told = {(event["offerId"], event["facts"].get("evidence")) for event in events}
    decisions = [record for record in records if record["type"] == "decision"]
    for decision in decisions:
        insist((decision["offerId"], decision_hash(decision)) in told, "no event tells the evidence of %s" % decision)
    return len(events), len(decisions)


def letters(records):
    """How many letters wait, each of which Python's own parser reads."""
    waiting = [record for record in records if record["type"] == "emailMessage" and record["raw"] is not None]
    for record in waiting:
        raw = base64.b64decode(record["raw"], validate=True)
        insist(hashlib.sha256(raw).hexdigest() == record["rawSha256"], "a letter is not the one that was frozen")
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        insist(letter["To"] and not letter.defects, "a letter to %s: %s" % (record["envelopeTo"], letter.defects))
    return len(waiting)


def go(binary, folder):
    data, applied = with_guests(binary, folder)
    server = Postgres(folder)
    try:
        at = [("sqlite://%s/vacantia.db" % data, lambda: sqlite_rows(data + "/vacantia.db")),
              (server.url, lambda: postgres_rows(server)),
              ("sqlite://%s/again.db" % folder, lambda: sqlite_rows(folder + "/again.db"))]
        files, values = [], 0
        for place, (url, rows) in enumerate(at):
            environment = {**clean(), "VACANTIA_DATABASE_URL": url, "VACANTIA_DATA_DIR": os.path.join(folder, "data")}
            if files:
                for more in (["--dry-run"], []):
                    subprocess.run([binary, "import", "vacantia", files[-1], *more], env=environment, check=True)
            files.append(os.path.join(folder, "%d.jsonl" % place))
            subprocess.run([binary, "export", files[-1]], env=environment, check=True)
            insist(os.stat(files[-1]).st_mode & 0o777 == 0o600, "others may read the file")
            records, counts = read(files[-1])
            values += hold(records, rows(), url.split(":")[0])
            waiting = letters(records)
    finally:
        server.end()
    events, decisions = chained(records)
    insist(decisions, "nobody decided an offer")
    print("%d events in one chain, the evidence of %d decisions in it" % (events, decisions))
    insist(waiting > applied, "only %d letters wait" % waiting)
    contents = {open(file, "rb").read() for file in files}
    insist(len(contents) == 1, "the three files differ")
    names = {record["name"] for record in records if record["type"] == "applicationContact"}
    insist(sum(name in names for name in GUESTS) >= applied - 1, "guests' names changed on the way")
    print("%d records of %d kinds, %d of hostile guests' applications, %d letters" % (len(records), len(counts), applied, waiting))
    print("SQLite to PostgreSQL to SQLite: 3 files of %d bytes, equal; %d values held against both databases"
          % (len(contents.pop()), values))
    print("3 passed, 0 failed")


def main(binary):
    folder = tempfile.mkdtemp(prefix="vacantia-export-")
    try:
        go(binary, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
