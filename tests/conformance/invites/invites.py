"""Reads the invitations of a Vacantia in use. Usage: invites.py PROGRAM"""

import datetime
import email
import email.policy
import email.utils
import json
import sys
import tempfile

import icalendar

from database import Sqlite
from program import BRISK_OUTBOX, Api, Vacantia, seeded, wait_for
from relay import Relay

PASSED, FAILED = [], []
SENDER = "jobs@example.com"
# Names and titles of colleagues, and of those who apply.
PEOPLE = [
    ("Zoë \"Zed\" O'Hara; CEO, CFO: all", "Head of \\n \\; \\, everything"),
    ("a\r\nATTENDEE:mailto:evil@example.net\r\nb", "c\rATTENDEE:mailto:evil@example.net\nEND:VEVENT"),
    ("\"quoted\"", "\"\"\""),
    ("日本語 テスト 👩\u200d🚀 Ωmega", "👩\u200d👩\u200d👧\u200d👦 " * 9),
    ("back\\slash \\N \\\\", "^n^'^^ %0D%0A =0D=0A =?utf-8?q?x?="),
    ("x" * 99, "老虎" * 39),
]
ROOMS = ["The small room; 2nd floor, left: \\door\\ \"A\"", "Salle ß \u202edlot", "n\r\nLOCATION:elsewhere", "📞 " * 40]


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    if not holds:
        print(("FAIL  %s: %r" % (what, seen))[:900], flush=True)


class Mail:
    """A mail as it arrived."""

    def __init__(self, raw):
        self.raw = raw.replace(b"\n..", b"\n.")
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.to = email.utils.parseaddr(str(self.message["To"]))[1]
        parts = [part for part in self.message.walk() if part.get_content_type() == "text/calendar"]
        files = [part for part in self.message.walk() if part.get_filename() == "invite.ics"]
        self.defects = [defect for part in self.message.walk() for defect in part.defects]
        self.part, self.files = (parts or [None])[0], files
        self.text = self.part and self.part.get_payload(decode=True)
        self.calendar = self.part and icalendar.Calendar.from_ical(self.text)

    def event(self):
        return self.calendar.walk("VEVENT")[0]

    def told(self):
        return self.event()["UID"], int(self.event()["SEQUENCE"]), str(self.calendar["METHOD"])


def address(value):
    return str(value).removeprefix("mailto:").removeprefix("MAILTO:")


def well_formed(mail, everybody):
    """What holds for every mail with an invitation."""
    who, calendar = mail.to, mail.calendar
    check("no defect in the mail", not mail.defects, mail.defects)
    check("one calendar part, one file", len(mail.files) >= 1, who)
    check("the file is the part, byte for byte", mail.files[0].get_payload(decode=True) == mail.text)
    check("method of the part", mail.part.get_param("method") == str(calendar["METHOD"]), mail.part["Content-Type"])
    check("lines end in CRLF and hold 75 octets", all(len(line) <= 75 for line in mail.text.split(b"\r\n")))
    check("no bare line end", mail.text.replace(b"\r\n", b"").count(b"\n") == mail.text.replace(b"\r\n", b"").count(b"\r") == 0)
    check("one event and nothing else", [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT"])
    check("version and one PRODID", calendar["VERSION"] == "2.0" and isinstance(calendar["PRODID"], str))
    event = mail.event()
    check("no error was met", not calendar.errors and not event.errors, (calendar.errors, event.errors))
    check("one attendee", not isinstance(event["ATTENDEE"], list), event["ATTENDEE"])
    check("both are mail addresses", all(str(event[name]).startswith("mailto:") for name in ("ATTENDEE", "ORGANIZER")), event["ATTENDEE"])
    check("who is whom it is to", address(event["ATTENDEE"]) == who, (event["ATTENDEE"], who))
    sender = email.utils.parseaddr(str(mail.message["From"]))[1]
    check("the organizer is whom it is from", address(event["ORGANIZER"]) == sender == SENDER, event["ORGANIZER"])
    check("times are in UTC", event["DTSTART"].dt.utcoffset() == datetime.timedelta(0), event["DTSTART"].dt)
    check("it ends after it begins", event["DTEND"].dt > event["DTSTART"].dt)
    status = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}[str(calendar["METHOD"])]
    check("status", event["STATUS"] == status, event["STATUS"])
    others = [other for other in everybody if other != who]
    texts = [part.get_content() for part in mail.message.walk() if part.get_content_maintype() == "text" and part is not mail.part]
    whole = "\n".join([mail.text.decode(), *texts])
    check("nobody else's address", not [other for other in others if other in whole], who)
    check("no injected attendee", "evil@example.net" not in str(event["ATTENDEE"]) + str(event["ORGANIZER"]))
    known = {"DTSTAMP", "DTSTART", "DTEND", "UID", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE", "STATUS"}
    check("no property that nobody wrote", set(event.keys()) <= known, set(event.keys()) - known)
    again = icalendar.Calendar.from_ical(calendar.to_ical())
    check("it is the same when icalendar writes it", again.to_ical() == calendar.to_ical())


class Office:
    """A started Vacantia with colleagues and somebody to meet."""

    def __init__(self, vacantia, relay, database):
        self.vacantia, self.relay, self.database, self.seen = vacantia, relay, database, 0
        token = vacantia.staff("recruiter@example.com", "recruiter", "admin")
        self.users = [self.colleague(place, *person) for place, person in enumerate(PEOPLE)]
        vacantia.start()
        self.desk = Api(vacantia.address, token)
        self.everybody = ["colleague-%d@example.com" % place for place in range(len(PEOPLE))]
        self.everybody += ["guest-%d@example.org" % place for place in range(len(PEOPLE))]
        team = self.desk.change("teamCreate", "team { id }", name="Observers")["team"]["id"]
        step = dict(key="talk", title="A talk; with \"you\", \\n", kind="INTERVIEW", participant="RECRUITING", minutes=45)
        stages = [dict(key="meet", title="Meet", steps=[step])]
        plan = self.desk.change("planCreate", "plan { id }", name="Talks", stages=stages, approval="NONE",
                                references={"least": 0, "managers": 0})["plan"]["id"]
        self.posting = self.desk.change(
            "postingCreate", "posting { id }", title="Keeper; \"of\" the, light\\house", workplace="REMOTE",
            employmentType="FULL_TIME", planId=plan, remoteCountries=["DE"], teams=[{"teamId": team, "vacancies": 9}],
        )["posting"]["id"]
        self.desk.change("postingPublish", "posting { id }", postingId=self.posting)

    def colleague(self, place, name, title):
        address = "colleague-%d@example.com" % place
        self.vacantia.run("user", "create", address, "--name", name, "--title", title, "--role", "interviewer")
        rows = self.database.rows("SELECT id FROM user_account WHERE email = '%s'" % address)
        return rows[0][0]

    def apply(self, place, name):
        fields = dict(postingId=self.posting, name=name, email="guest-%d@example.org" % place, source="STAFF")
        application = self.desk.change("applicationSubmit", "receipt { applicationId }", **fields)["receipt"]["applicationId"]
        query = "query($id: ID!) { application(id: $id) { steps { id } } }"
        return application, self.desk.ask(query, {"id": application})["application"]["steps"][0]["id"]

    def mails(self, count, what):
        """The next mails with an invitation."""
        def arrived():
            return [Mail(raw) for _, raw in list(self.relay.taken)]
        wait_for(lambda: sum(mail.part is not None for mail in arrived()) >= self.seen + count, what)
        invitations = [mail for mail in arrived() if mail.part is not None]
        check("as many mails as people, %s" % what, len(invitations) == self.seen + count, len(invitations))
        fresh, self.seen = invitations[self.seen:], len(invitations)
        for mail in fresh:
            well_formed(mail, self.everybody)
        return fresh


def story(office, place, name):
    """One interview from its beginning to its end."""
    application, step = office.apply(place, name)
    me, other = office.users[place], office.users[(place + 1) % len(office.users)]
    begins = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=2)
    room = ROOMS[place % len(ROOMS)]
    change = office.desk.change
    interview = change(
        "interviewSchedule", "interview { id }", stepId=step, startsAt=begins.isoformat(), zone="America/New_York",
        place=room, videoLink="https://meet.example.com/%s?a=1,2;b=3&c=%%22" % place, participants=[{"userId": me}],
    )["interview"]["id"]
    first = office.mails(2, "set")
    uid, sequence, method = first[0].told()
    check("all begin alike", {mail.told() for mail in first} == {(uid, 0, "REQUEST")} and sequence == 0, method)
    for mail in first:
        event = mail.event()
        check("it begins when it was said to", event["DTSTART"].dt == begins, event["DTSTART"].dt)
        check("it is 45 minutes long", event["DTEND"].dt - event["DTSTART"].dt == datetime.timedelta(minutes=45))
        check("the room comes back", str(event["LOCATION"]) == shown(room), (str(event["LOCATION"]), room))
    to_guest = next(mail for mail in first if mail.to.startswith("guest"))
    text = to_guest.message.get_body(("plain",)).get_content()
    check("the candidate learns name and title", shown(PEOPLE[place][0])[:79] in text, text)
    later = begins + datetime.timedelta(hours=3)
    change("interviewReschedule", "interview { id }", interviewId=interview, startsAt=later.isoformat())
    check("moved: next in order", {mail.told() for mail in office.mails(2, "moved")} == {(uid, 1, "REQUEST")})
    change("interviewUpdate", "interview { id }", interviewId=interview, participants=[{"userId": other}])
    told = sorted((mail.to[:5], *mail.told()) for mail in office.mails(3, "changed"))
    check("changed: who is gone is told so", told == [
        ("colle", uid, 2, "CANCEL"), ("colle", uid, 2, "REQUEST"), ("guest", uid, 2, "REQUEST")], told)
    if place % 2:
        change("interviewCancel", "interview { id }", interviewId=interview)
    else:
        change("applicationDecline", "application { id }", applicationId=application, reason="Another was better")
    check("called off: all are told", {mail.told() for mail in office.mails(2, "called off")} == {(uid, 3, "CANCEL")})
    return uid


def shown(text):
    """As the program keeps a line: white space folded, nothing that cannot be seen or that turns the direction."""
    kept = "".join(" " if char.isspace() else char for char in text if char not in "\u202e")
    return " ".join("".join(char for char in kept if char == " " or char.isprintable() or char == "\u200d").split())


def main():
    with tempfile.TemporaryDirectory() as folder:
        database, relay = Sqlite(folder), Relay(seeded(), longest=0.02)
        relay.start()
        settings = {**BRISK_OUTBOX, "VACANTIA_SMTP_URL": relay.url}
        vacantia = Vacantia(sys.argv[1], folder, database, **settings)
        try:
            office = Office(vacantia, relay, database)
            uids = [story(office, place, name) for place, (name, _) in enumerate(PEOPLE)]
            check("every interview has a UID of its own", len(set(uids)) == len(PEOPLE), uids)
            check("nothing panicked", not vacantia.leaks(), vacantia.leaks())
        finally:
            vacantia.end()
            relay.stop()
    print(json.dumps({"invitations": office.seen, "checks": len(PASSED), "failed": len(FAILED)}))
    sys.exit(1 if FAILED else 0)


if __name__ == "__main__":
    main()
