"""Answers mails as servers, calendars and people do. Usage: inbound.py PROGRAM DATABASE"""

import datetime
import email
import email.policy
import email.utils
import glob
import json
import os
import sys
import tempfile
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText

import icalendar

from database import Postgres, Sqlite
from program import BRISK_OUTBOX, Api, Vacantia, wait_for

PASSED, FAILED = [], []
SECRET = "an-inbound-secret-of-this-suite-only-0123"


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    if not holds:
        print(("FAIL  %s: %r" % (what, seen))[:900], flush=True)


def status_part(*groups):
    """`message/delivery-status`: groups of fields."""
    part = MIMENonMultipart("message", "delivery-status")
    blocks = []
    for fields in groups:
        block = Message()
        for name, value in fields:
            block[name] = value
        blocks.append(block)
    part._payload = blocks
    return part


def postfix(path, mail, action="failed", status="5.1.1", said="550 5.1.1 <%s>: Recipient address rejected: User unknown"):
    """As Postfix's bounce(8) writes it."""
    to = email.utils.parseaddr(mail["To"])[1]
    report = MIMEMultipart("report", boundary="4D6F2C0A1B.1768464000/mx.example.net")
    report.set_param("report-type", "delivery-status")
    report["Return-Path"] = "<>"
    report["From"] = "MAILER-DAEMON@mx.example.net (Mail Delivery System)"
    report["Subject"] = "Undelivered Mail Returned to Sender" if action == "failed" else "Delayed Mail (still being retried)"
    report["To"] = path
    report["Auto-Submitted"] = "auto-replied"
    report["Date"] = email.utils.formatdate()
    report["Message-ID"] = email.utils.make_msgid(domain="mx.example.net")
    report.attach(MIMEText("This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you ...\n"))
    report.attach(status_part(
        [("Reporting-MTA", "dns; mx.example.net"), ("X-Postfix-Queue-ID", "4D6F2C0A1B"), ("Arrival-Date", email.utils.formatdate())],
        [("Final-Recipient", "rfc822; " + to), ("Original-Recipient", "rfc822;" + to), ("Action", action), ("Status", status),
         ("Remote-MTA", "dns; mx2.example.net"), ("Diagnostic-Code", "smtp; " + (said % to if "%s" in said else said))],
    ))
    returned = MIMEMessage(mail)
    report.attach(returned)
    return report.as_bytes(policy=email.policy.SMTP)


def exchange(path, mail, status="5.1.10"):
    """As Exchange Online writes it: HTML first, the report second, headers last; other case, other order."""
    to = email.utils.parseaddr(mail["To"])[1]
    report = MIMEMultipart("REPORT", boundary="_000_EXO_")
    report.set_param("report-type", "DELIVERY-STATUS", header="Content-Type")
    report["From"] = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>"
    report["To"] = "<" + path.upper().replace("IN.EXAMPLE.COM", "in.example.com") + ">"
    report["Subject"] = "=?utf-8?B?%s?=" % "VW56dXN0ZWxsYmFyOiBJaHJlIE5hY2hyaWNodA=="
    report["X-MS-Exchange-Message-Is-Ndr"] = ""
    report["In-Reply-To"] = mail["Message-ID"]
    alternative = MIMEMultipart("alternative")
    alternative.attach(MIMEText("Ihre Nachricht an %s konnte nicht übermittelt werden." % to, "plain", "utf-8"))
    alternative.attach(MIMEText("<html><body><p>Ihre Nachricht</p></body></html>", "html", "utf-8"))
    report.attach(alternative)
    report.attach(status_part(
        [("Reporting-MTA", "dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com"), ("Received-From-MTA", "dns;x"), ("Arrival-Date", "x")],
        [("Final-Recipient", "rfc822;" + to), ("Action", "failed"), ("Status", status),
         ("Diagnostic-Code", "smtp;550 %s RESOLVER.ADR.RecipientNotFound; Recipient %s not found by SMTP address lookup" % (status, to)),
         ("X-Display-Name", to)],
    ))
    headers = MIMENonMultipart("text", "rfc822-headers")
    headers.set_payload("\n".join("%s: %s" % field for field in mail.items() if field[0].lower() != "content-type") + "\n")
    report.attach(headers)
    return report.as_bytes(policy=email.policy.SMTP)


def gmail(path, mail, action="failed", status="5.2.1"):
    """As Gmail writes it: the report within a report, with X- fields, in quoted-printable of many lines."""
    to = email.utils.parseaddr(mail["To"])[1]
    report = MIMEMultipart("report", boundary="000000000000abcdef0123456789")
    report.set_param("report-type", "delivery-status")
    report["From"] = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    report["To"] = path
    report["Auto-Submitted"] = "auto-replied"
    report["Subject"] = "Delivery Status Notification (%s)" % action.title()
    report["References"] = mail["Message-ID"]
    report["X-Failed-Recipients"] = to
    related = MIMEMultipart("related")
    alternative = MIMEMultipart("alternative")
    alternative.attach(MIMEText("** Address not found **\n\nYour message wasn't delivered to %s" % to))
    alternative.attach(MIMEText("<html><head><style>*{}</style></head><body>%s</body></html>" % to, "html"))
    related.attach(alternative)
    report.attach(related)
    report.attach(status_part(
        [("Reporting-MTA", "dns; googlemail.com"), ("X-Original-Message-ID", mail["Message-ID"])],
        [("Final-Recipient", "rfc822; " + to), ("Action", action), ("Status", status), ("Remote-MTA", "dns; gmail-smtp-in.l.google.com."),
         ("Diagnostic-Code", "smtp; 550-%s The email account that you tried to reach is disabled. \n For more information, go to\n 550 %s https://support.google.com/ d75a77b69052e" % (status, status)),
         ("Last-Attempt-Date", email.utils.formatdate())],
    ))
    report.attach(MIMEMessage(mail))
    return report.as_bytes(policy=email.policy.SMTP)


def reply(mail, sender, text, subtype="plain", charset="utf-8", cte=None, **more):
    """As a mail program answers."""
    answer = EmailMessage(policy=email.policy.SMTP)
    answer["From"] = Address("Zoë Ω", addr_spec=sender)
    answer["To"] = mail["Reply-To"]
    answer["Subject"] = "Re: " + str(mail["Subject"])
    answer["In-Reply-To"] = answer["References"] = str(mail["Message-ID"])
    answer["Message-ID"] = email.utils.make_msgid(domain="example.org")
    for name, value in more.items():
        answer[name.replace("_", "-")] = value
    answer.set_content(text, subtype=subtype, charset=charset, cte=cte)
    return answer


class Office:
    """A started Vacantia that writes its mails into a folder."""

    def __init__(self, vacantia):
        self.vacantia = vacantia
        token = vacantia.staff("recruiter@example.com", "recruiter", "admin")
        vacantia.run("user", "create", "colleague@example.com", "--role", "interviewer")
        vacantia.start()
        self.desk = Api(vacantia.address, token)
        team = self.desk.change("teamCreate", "team { id }", name="Observers")["team"]["id"]
        step = dict(key="talk", title="A talk", kind="INTERVIEW", participant="RECRUITING", minutes=45)
        plan = self.desk.change("planCreate", "plan { id }", name="Talks", stages=[dict(key="meet", title="Meet", steps=[step])],
                                approval="NONE", references={"least": 0, "managers": 0})["plan"]["id"]
        self.posting = self.desk.change(
            "postingCreate", "posting { id }", title="Keeper", workplace="REMOTE", employmentType="FULL_TIME", planId=plan,
            remoteCountries=["DE"], teams=[{"teamId": team, "vacancies": 9}],
        )["posting"]["id"]
        self.desk.change("postingPublish", "posting { id }", postingId=self.posting)

    def apply(self, name):
        """The application, and the mail about it."""
        to = name + "@example.org"
        fields = dict(postingId=self.posting, name=name, email=to, source="STAFF")
        application = self.desk.change("applicationSubmit", "receipt { applicationId }", **fields)["receipt"]["applicationId"]
        return application, self.mail(to)

    def mails(self, to):
        found = []
        for path in glob.glob(os.path.join(self.vacantia.data, "**", "*.eml"), recursive=True):
            with open(path, "rb") as file:
                mail = email.message_from_bytes(file.read(), policy=email.policy.default)
            if email.utils.parseaddr(str(mail["To"]))[1] == to:
                found.append(mail)
        return sorted(found, key=lambda mail: str(mail["Message-ID"]))

    def mail(self, to, count=1):
        wait_for(lambda: len(self.mails(to)) >= count, "a mail to " + to)
        return self.mails(to)[-1]

    def post(self, raw, secret=SECRET):
        headers = {"Authorization": "Bearer " + secret, "Content-Type": "message/rfc822"}
        status, _, text = self.vacantia_api().send("POST", "/inbound/mail", raw, headers)
        return json.loads(text)["outcome"] if status == 200 else status

    def vacantia_api(self):
        return Api(self.vacantia.address)

    def state(self, application):
        query = "query($f: EmailMessageFilter) { emailMessages(filter: $f, first: 50) { nodes { id kind status lastReply lastCode } } }"
        nodes = self.desk.ask(query, {"f": {"applicationId": application}})["emailMessages"]["nodes"]
        return nodes

    def messages(self, application):
        query = """query($id: ID!) { application(id: $id) { messages(first: 50) { nodes {
            id from fromCandidate automatic subject text attachments attachmentCount response readAt } } } }"""
        return self.desk.ask(query, {"id": application})["application"]["messages"]["nodes"]

    def work(self, kind):
        query = "{ work(first: 100) { nodes { kind application { id } } } }"
        return [item["application"]["id"] for item in self.desk.ask(query)["work"]["nodes"] if item["kind"] == kind]


def return_path(database, mail):
    """What the envelope said; a file has no envelope."""
    rows = database.rows("SELECT envelope_from FROM email_message WHERE message_id = '%s'" % str(mail["Message-ID"]).strip())
    return rows[0][0]


def until_sent(office, application):
    wait_for(lambda: all(node["status"] == "SENT" for node in office.state(application)), "the mail to be sent")


def reports(office, database):
    for shape, status, dead in [(postfix, "5.1.1", True), (exchange, "5.1.10", True), (gmail, "5.2.1", False)]:
        application, mail = office.apply("bounce-" + shape.__name__)
        until_sent(office, application)
        path = return_path(database, mail)
        local = path.split("@")[0]
        check("a return path fits", path.endswith("@in.example.com") and local.startswith("b+") and len(local) <= 64, path)
        raw = shape(path, mail, status=status)
        # Another last character of the seal.
        other = local[:-1] + ("0" if local[-1] != "0" else "1")
        forged = raw.replace(local.encode(), other.encode()).replace(local.upper().encode(), other.upper().encode())
        check("a forged path, %s" % shape.__name__, forged != raw and office.post(forged) == "ignored")
        check("it is sent still", office.state(application)[0]["status"] == "SENT", office.state(application))
        check("it came back, %s" % shape.__name__, office.post(raw) == "bounced")
        check("once, %s" % shape.__name__, office.post(raw) == "repeated")
        state = office.state(application)[0]
        check("it is bounced, %s" % shape.__name__, state["status"] == "BOUNCED" and status in state["lastReply"], state)
        check("the code that was given", state["lastCode"] == 550, state)
        check("somebody has to see to it", application in office.work("EMAIL_FAILED"))
        check("whether the address is dead, %s" % shape.__name__, (application in office.work("ADDRESS_DEAD")) == dead)
        office.desk.change("emailMessageDismiss", "emailMessage { id }", emailMessageId=state["id"])
        check("seen to", application not in office.work("EMAIL_FAILED"))
        if dead:
            office.desk.change("applicationDecline", "application { id }", applicationId=application, reason="x")
            check("nothing more is sent there", len(office.state(application)) == 1, office.state(application))
    for shape in (postfix, gmail):
        application, mail = office.apply("late-" + shape.__name__)
        until_sent(office, application)
        path = return_path(database, mail)
        check("late, %s" % shape.__name__, office.post(shape(path, mail, action="delayed", status="4.4.1")) == "delayed")
        check("no change", office.state(application)[0]["status"] == "SENT")
        check("arrived is known", office.post(shape(path, mail, action="delivered", status="2.0.0")) == "ignored")
        query = "query($id: ID!) { application(id: $id) { events(first: 50) { nodes { kind } } } }"
        kinds = [event["kind"] for event in office.desk.ask(query, {"id": application})["application"]["events"]["nodes"]]
        check("the delay is an event", kinds.count("emailDelayed") == 1, kinds)


def replies(office):
    application, mail = office.apply("writer")
    local = email.utils.parseaddr(str(mail["Reply-To"]))[1].split("@")[0]
    check("a reply address fits", local.startswith("reply+") and len(local) <= 64 and local == local.lower(), local)
    check("what mailbox providers count by", str(mail["Feedback-ID"]).count(":") == 3, mail["Feedback-ID"])
    text = "Grüße, Ωmega 👩‍🚀\n\nWhen do we talk?\n"
    for cte in ("quoted-printable", "base64", "8bit"):
        check("a reply in " + cte, office.post(reply(mail, "writer@example.org", text, cte=cte).as_bytes()) == "kept")
    # `email` ends lines by the byte, which breaks UTF-16; so its bytes are put in as they are.
    wide = reply(mail, "writer@example.org", "unseen")
    wide.clear_content()
    wide.set_content(text.encode("utf-16"), maintype="text", subtype="plain", cte="base64")
    wide.set_param("charset", "utf-16")
    check("a reply in UTF-16", office.post(wide.as_bytes()) == "kept")
    found = office.messages(application)
    check("all four say the same", len(found) == 4 and {message["text"] for message in found} == {text.strip()}, found)
    check("all are from the candidate", all(message["fromCandidate"] and message["from"] == "writer@example.org" for message in found), found)
    for charset, words in [("shift_jis", "日本語 テスト"), ("koi8-r", "Привет"), ("iso-2022-jp", "日本語"), ("windows-1252", "naïve €"), ("gb18030", "老虎")]:
        kept = office.post(reply(mail, "writer@example.org", words, charset=charset, cte="base64").as_bytes())
        newest = office.messages(application)[0]
        check("a reply in " + charset, kept == "kept" and newest["text"] == words, (kept, newest["text"]))
    html = reply(mail, "writer@example.org", "unseen")
    html.clear_content()
    html.set_content("<html><head><style>p{}</style></head><body><p>One &amp; two</p><script>x</script>three<br>four</body></html>", subtype="html")
    html.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Lebenslauf Ω.pdf")
    check("a reply in HTML", office.post(html.as_bytes()) == "kept")
    newest = office.messages(application)[0]
    check("what of HTML can be read", newest["text"] == "One & two\nthree\nfour", newest["text"])
    check("its attachment by name", (newest["attachments"], newest["attachmentCount"]) == (["Lebenslauf Ω.pdf"], 1), newest)
    other = reply(mail, "eve@example.net", "It is me, Zoë. Please accept the offer for me.")
    check("a reply from elsewhere", office.post(other.as_bytes()) == "kept")
    check("is flagged", office.messages(application)[0]["fromCandidate"] is False)
    before = len(office.work("REPLY_TO_READ"))
    away = reply(mail, "writer@example.org", "I am away.", Auto_Submitted="auto-replied", Precedence="bulk")
    check("an absence", office.post(away.as_bytes()) == "kept" and office.messages(application)[0]["automatic"] is True)
    check("asks nobody", len(office.work("REPLY_TO_READ")) == before == 11, before)
    for message in office.messages(application):
        office.desk.change("messageRead", "message { readAt }", messageId=message["id"])
    check("all is read", not office.work("REPLY_TO_READ"))
    stray = reply(mail, "writer@example.org", "Hello")
    stray.replace_header("To", str(mail["Reply-To"]).replace("reply+", "reply+0"))
    check("a forged reply address", office.post(stray.as_bytes()) == "ignored")
    check("a mail to nobody", office.post(b"From: a@example.org\r\nTo: info@in.example.com\r\n\r\nHello") == "ignored")
    check("without the secret", office.post(other.as_bytes(), secret="x" * 40) == 401)
    check("too large", office.post(b"a" * (25 * 1024 * 1024 + 1)) == 413)
    large = reply(mail, "writer@example.org", "Large")
    large.add_attachment(os.urandom(12 * 1024 * 1024), maintype="application", subtype="zip", filename="a.zip")
    check("large, but not too large", office.post(large.as_bytes()) == "kept")


def answered(invitation, who, partstat):
    """What a calendar answers to the invitation in a mail."""
    part = [part for part in invitation.walk() if part.get_content_type() == "text/calendar"][0]
    asked = icalendar.Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]
    calendar, event = icalendar.Calendar(), icalendar.Event()
    calendar.add("prodid", "-//Example//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REPLY")
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY"):
        event[name] = asked[name]
    event.add("dtstamp", datetime.datetime.now(datetime.timezone.utc))
    attendee = icalendar.vCalAddress("mailto:" + who)
    attendee.params["PARTSTAT"] = icalendar.vText(partstat)
    attendee.params["CN"] = icalendar.vText("Somebody; of: \"a\" long, long, long, long, long, long, long, long name".replace('"', "'"))
    event["ATTENDEE"] = attendee
    calendar.add_component(event)
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = who, str(invitation["From"]), "%s: %s" % (partstat.title(), asked["SUMMARY"])
    mail.set_content("%s has answered." % who)
    mail.add_alternative(calendar.to_ical().decode(), subtype="calendar", params={"method": "REPLY"})
    return mail.as_bytes()


def invitations(office, database):
    application, _ = office.apply("guest")
    query = "query($id: ID!) { application(id: $id) { steps { id interviews { id status participants { response } } } } }"
    read = lambda: office.desk.ask(query, {"id": application})["application"]["steps"][0]
    user = database.rows("SELECT id FROM user_account WHERE email = 'colleague@example.com'")[0][0]
    begins = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=2)
    office.desk.change("interviewSchedule", "interview { id }", stepId=read()["id"], startsAt=begins.isoformat(), participants=[{"userId": user}])
    asked, invited = office.mail("colleague@example.com"), office.mail("guest@example.org", 2)
    check("an invitation has no Reply-To", asked["Reply-To"] is None and invited["Reply-To"] is None)
    check("an invitation is from whom mail about interviews is from", "talks@example.com" in str(asked["From"]), asked["From"])
    first = [mail for mail in office.mails("guest@example.org") if mail["In-Reply-To"] is None]
    check("it goes on from the first mail", len(first) == 1 and invited["In-Reply-To"] == first[0]["Message-ID"] == invited["References"])
    for partstat, response in [("TENTATIVE", "TENTATIVE"), ("DECLINED", "DECLINED"), ("ACCEPTED", "ACCEPTED")]:
        check("a colleague says " + partstat, office.post(answered(asked, "colleague@example.com", partstat)) == "responded")
        check("it is noted", read()["interviews"][0]["participants"][0]["response"] == response, read())
    check("a candidate accepts", office.post(answered(invited, "guest@example.org", "ACCEPTED")) == "responded")
    check("which asks nobody", application not in office.work("REPLY_TO_READ"))
    check("a candidate declines", office.post(answered(invited, "guest@example.org", "DECLINED")) == "responded")
    check("which somebody reads", application in office.work("REPLY_TO_READ"))
    check("and nothing follows by itself", read()["interviews"][0]["status"] == "SCHEDULED", read())
    check("somebody else answers", office.post(answered(asked, "eve@example.net", "DECLINED")) == "ignored")
    moved = begins + datetime.timedelta(days=1)
    interview = read()["interviews"][0]["id"]
    office.desk.change("interviewReschedule", "interview { id }", interviewId=interview, startsAt=moved.isoformat())
    check("an answer to what was before", office.post(answered(asked, "colleague@example.com", "DECLINED")) == "ignored")


def main():
    with tempfile.TemporaryDirectory() as folder:
        database = {"sqlite": Sqlite, "postgres": Postgres}[sys.argv[2]](folder)
        settings = {**BRISK_OUTBOX, "VACANTIA_INBOUND_DOMAIN": "in.example.com", "VACANTIA_INBOUND_SECRET": SECRET,
                    "VACANTIA_MAIL_FROM_INTERVIEWS": "talks@example.com"}
        vacantia = Vacantia(sys.argv[1], folder, database, **settings)
        try:
            office = Office(vacantia)
            reports(office, database)
            replies(office)
            invitations(office, database)
            check("nothing panicked", not vacantia.leaks(), vacantia.leaks())
            given = vacantia.given_away(secrets=[SECRET])
            check("nothing is given away in the log", not given, given)
        finally:
            vacantia.end()
            database.end()
    print(json.dumps({"database": sys.argv[2], "checks": len(PASSED), "failed": len(FAILED)}))
    sys.exit(1 if FAILED else 0)


if __name__ == "__main__":
    main()
