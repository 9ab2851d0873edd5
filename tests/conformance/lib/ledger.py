"""Holds what was answered against what is there: read back over HTTP, and straight from the database."""

import re

from load import HIRED, RECEIVED, level_of, read
from program import Unanswered

# Each finds rows that must not be. The same text runs on both databases.
INVARIANTS = {
    "a live offer without a held seat": """SELECT o.id FROM offer o LEFT JOIN opening s ON s.offer_id = o.id
        WHERE o.status IN ('pendingApproval', 'approved', 'sent') AND (s.state IS NULL OR s.state <> 'held')""",
    "a held seat without a live offer": """SELECT s.id FROM opening s JOIN offer o ON o.id = s.offer_id
        WHERE s.state = 'held' AND o.status NOT IN ('pendingApproval', 'approved', 'sent')""",
    "a filled seat without a hire": """SELECT s.id FROM opening s JOIN offer o ON o.id = s.offer_id
        JOIN application a ON a.id = s.application_id
        WHERE s.state = 'filled' AND (o.status <> 'accepted' OR a.status <> 'hired')""",
    "a hire without a filled seat": """SELECT a.id FROM application a LEFT JOIN opening s ON s.application_id = a.id
        WHERE a.status = 'hired' AND (s.state IS NULL OR s.state <> 'filled')""",
    "a decision that is not the offer's": """SELECT d.offer_id FROM offer_decision d JOIN offer o ON o.id = d.offer_id
        WHERE o.status <> d.decision""",
    "an application without exactly one receipt": """SELECT a.id FROM application a WHERE (SELECT count(*)
        FROM email_message m WHERE m.application_id = a.id AND m.kind = 'applicationReceived') <> 1""",
    "an application without exactly one beginning": """SELECT a.id FROM application a WHERE (SELECT count(*)
        FROM event e WHERE e.application_id = a.id AND e.kind = 'applicationSubmitted') <> 1""",
    "an application without its two steps": """SELECT a.id FROM application a WHERE (SELECT count(*)
        FROM application_step s WHERE s.application_id = a.id) <> 2""",
    "a sent offer without exactly one mail": """SELECT o.id FROM offer o WHERE o.sent_version IS NOT NULL AND
        (SELECT count(*) FROM email_message m WHERE m.offer_id = o.id AND m.kind = 'offer') <> 1""",
    "an application with two offers": "SELECT application_id FROM offer GROUP BY application_id HAVING count(*) > 1",
    "a gap among the events": "SELECT max(seq) FROM event HAVING count(*) <> max(seq) OR min(seq) <> 1",
    "a posting without its seats": """SELECT p.id FROM posting p WHERE NOT EXISTS (SELECT 1 FROM opening s
        JOIN posting_team t ON t.id = s.posting_team_id WHERE t.posting_id = p.id)""",
}
APPLICATIONS = """SELECT c.email, a.id, a.status, a.stage,
    (SELECT s.state FROM application_step s WHERE s.application_id = a.id AND s.key = 'review'),
    (SELECT count(*) FROM allotment l WHERE l.application_id = a.id),
    (SELECT count(*) FROM justification j WHERE j.application_id = a.id),
    (SELECT o.status FROM offer o WHERE o.application_id = a.id),
    (SELECT o.id FROM offer o WHERE o.application_id = a.id)
    FROM application a JOIN application_contact c ON c.application_id = a.id"""
SEATS = """SELECT p.title, p.id, p.status, count(s.id) FROM posting p JOIN posting_team t ON t.posting_id = p.id
    LEFT JOIN opening s ON s.posting_team_id = t.id AND s.state <> 'cancelled' GROUP BY p.title, p.id, p.status"""
LEAK = re.compile(r"\b(select|insert|update|delete) .*\b(from|into|set)\b|sqlx|sqlite|postgres|panicked|/tmp/|relation \"", re.I)

# An answer that says that something broke carries a code, or is a page.
UNTYPED = re.compile(r"\d+: (?!<!doctype)(?!.*'code': ')", re.S)


class Tally:
    """What was found wanting over a whole run."""

    def __init__(self):
        self.absent = self.doubled = 0
        self.wrong = []

    def lost(self, text):
        self.absent += 1
        self.wrong.append("LOST: " + text)

    def twice(self, text):
        self.doubled += 1
        self.wrong.append("DOUBLED: " + text)


def compare(database, journal, tally):
    """Every record of the journal with the tables. Answered ones are there once; the others once or not at all."""
    _teams(database, journal, tally)
    _postings(database, journal, tally)
    _applications(database, journal, tally)
    _keys(database, journal, tally)
    for name, sql in INVARIANTS.items():
        if found := database.rows(sql):
            tally.wrong.append("%s: %s" % (name, found[:5]))
    tally.wrong += ["untyped: " + text for text in journal.troubles if UNTYPED.match(text)]
    tally.wrong += journal.wrong + ["leak: " + text for text in journal.troubles if LEAK.search(text)]
    tally.wrong += ["the engine finds: %s" % fault for fault in database.faults()]


def read_back(api, applications, tally):
    """What the program itself says of these applications."""
    for one in applications:
        if one.id is None:
            continue
        found = read(api, one)
        if found is None:
            tally.lost("application %s over HTTP" % one.email)
        elif not one.level <= level_of(found) <= max(one.asked, RECEIVED):
            tally.lost("%s is at %d over HTTP, answered %d" % (one.email, level_of(found), one.level))


def _grouped(rows):
    """Rows by their first column."""
    found = {}
    for key, *rest in rows:
        found.setdefault(key, []).append(rest)
    return found


def _once(found, key, answered, what, tally):
    """The one row of a record, if there is one."""
    rows = found.get(key, [])
    if len(rows) > 1:
        tally.twice("%s %s: %s" % (what, key, rows))
    if answered and not rows:
        tally.lost("%s %s" % (what, key))
    if answered and rows and rows[0][0] != answered:
        tally.lost("%s %s was answered as %s and is %s" % (what, key, answered, rows[0][0]))
    return rows[0] if rows else None


def _teams(database, journal, tally):
    found = _grouped(database.rows("SELECT name, id FROM team"))
    for name, answered in list(journal.teams.items()):
        _once(found, name, answered, "team", tally)


def _postings(database, journal, tally):
    found = _grouped(database.rows(SEATS))
    for posting in journal.postings:
        row = _once(found, posting.title, posting.id, "posting", tally)
        if row is None:
            if posting.seats:
                tally.lost("posting %s" % posting.title)
            continue
        _, status, seats = row
        if posting.id and status != "open":
            tally.lost("the publication of %s" % posting.title)
        if int(seats) not in posting.asked | ({posting.seats} if posting.seats else set()):
            tally.lost("seats of %s: %s, answered %d, asked %s" % (posting.title, seats, posting.seats, posting.asked))


def _applications(database, journal, tally):
    found = _grouped(database.rows(APPLICATIONS))
    for one in journal.applications:
        row = _once(found, one.email, one.id, "application", tally)
        if row is None:
            continue
        level = _level(row)
        if level < one.level:
            tally.lost("%s is at %d, answered %d" % (one.email, level, one.level))
        if level > max(one.asked, RECEIVED):
            tally.wrong.append("%s is at %d, asked only %d" % (one.email, level, one.asked))
    strangers = set(found) - {one.email for one in journal.applications}
    if strangers:
        tally.wrong.append("applications nobody sent: %s" % sorted(strangers)[:5])


def _level(row):
    _, status, stage, review, allotments, justifications, offer, _ = row
    statuses = {"draft": "DRAFT", "approved": "APPROVED", "sent": "SENT", "accepted": "ACCEPTED"}
    return level_of({
        "status": status.upper(),
        "stage": {"key": ("review", "offer")[int(stage)]},
        "steps": [{"step": {"key": "review"}, "status": review.upper()}],
        "currentTeam": int(allotments) or None,
        "justification": int(justifications) or None,
        "offers": [{"status": statuses[offer]}] if offer else [],
    })


def _keys(database, journal, tally):
    found = _grouped(database.rows("SELECT key, outcome FROM idempotency"))
    for one in journal.applications:
        for key, named in (("apply ", one.id), ("offer ", one.offer)):
            kept = found.get(key + one.email, [])
            if len(kept) > 1:
                tally.twice("the key %s%s" % (key, one.email))
            if named and not (kept and named in kept[0][0]):
                tally.lost("the key %s%s for %s" % (key, one.email, named))


def settle(writers, patience=5):
    """Everybody finds out what became of what was not answered, on a program that answers."""
    for writer in writers:
        for one in writer.mine:
            if one.doubtful and one.posting.id:
                for _ in range(patience):
                    if writer.heard(writer.settle, one):
                        break
                else:
                    raise Unanswered("%s could not be settled" % one.email)


__all__ = ["HIRED", "Tally", "compare", "read_back", "settle"]
