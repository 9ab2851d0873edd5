"""Every page behind a link, and the one to apply, by keyboard alone. Usage: pages.py PROGRAM AXE [FOLDER_FOR_SCREENSHOTS]"""

import datetime
import pathlib
import sys
import tempfile
import time
import urllib.request

from playwright.sync_api import sync_playwright

from database import Sqlite
from office import Office
from program import wait_for
from visitor import Report, Visitor, story

CHROMIUM = "/usr/bin/chromium"
LONG = "People can rely on what I make."


def apply_form(office, visitor):
    visitor.open("/jobs/%s/apply" % office.slug)
    visitor.look("apply form")
    visitor.press("Send application")
    visitor.amiss(["name", "email", "answers.why", "answers.remote", "answers.hours"])
    visitor.look("apply form with errors")
    visitor.fill("name", "Gus Ferreira")
    visitor.fill("email", "gus.ferreira@mail.example.org")
    visitor.fill("answers.why", LONG)
    visitor.choose("answers.remote", "no")
    visitor.choose("answers.hours", "40")
    visitor.choose("preferredTeams.0", office.teams[2])
    visitor.press("Send application")
    visitor.expect("We have received your application")
    visitor.look("receipt")


def feeds(office, visitor):
    robot = urllib.request.Request(office.base + "/feeds/indeed.xml", headers={"User-Agent": "A board's robot/1.0 (+https://example.com/robot)"})
    urllib.request.urlopen(robot).close()

    def is_told():
        visitor.open("/feeds")
        return visitor.says("by A board's robot/1.0")

    wait_for(is_told, "who fetched a feed last is told")
    visitor.expect("which got all of it (200)")
    visitor.look("feeds")
    visitor.press("How postings fare in ZipRecruiter XML")
    visitor.expect("What to do: ")
    visitor.look("feed with withheld postings")
    visitor.press("← All feeds")
    visitor.press("How postings fare in RSS 2.0")
    visitor.expect("Nothing stands against any posting")
    visitor.look("feed without complaints")


def teams(office, visitor):
    address = office.apply("Bo Lindqvist")
    page = office.link(address, "applications")
    visitor.open(page)
    visitor.expect("You have named none.")
    visitor.press("Name some")
    visitor.look("preferred teams")
    visitor.choose("preferredTeams.0", office.teams[1])
    visitor.choose("preferredTeams.1", office.teams[1])
    visitor.press("Save")
    visitor.amiss(["preferredTeams.1"])
    visitor.look("preferred teams with an error")
    visitor.choose("preferredTeams.1", office.teams[0])
    visitor.press("Save", key="Space")
    visitor.expect("Lighthouse Harbour Change them")
    visitor.press("Change them")
    visitor.press("Leave it as it is")
    visitor.expect("Lighthouse Harbour Change them")


def withdraw(office, visitor):
    address = office.apply("Cem Aydın")
    visitor.open(office.link(address, "applications"))
    visitor.look("application just in")
    visitor.press("Withdraw…")
    visitor.look("withdraw")
    visitor.press("Keep it")
    visitor.press("Withdraw…")
    visitor.to_field("reason")
    visitor.page.keyboard.insert_text("x" * 2_001)
    visitor.press("Withdraw my application")
    visitor.amiss(["reason"])
    visitor.look("withdraw with an error")
    visitor.fill("reason", "I have found something else.")
    visitor.press("Withdraw my application")
    visitor.expect("You have withdrawn your application")
    visitor.look("application withdrawn")


def questions(office, visitor, address):
    office.bring(address, "questions")
    office.send_form(address)
    visitor.open(office.link(address, "applications"))
    visitor.press("Answer our questions by")
    visitor.open(office.link(address, "forms"))
    visitor.look("questions")
    visitor.fill("answers.work", "not an address")
    visitor.press("Send my answers")
    visitor.amiss(["answers.why", "answers.remote", "answers.hours", "answers.work"])
    visitor.look("questions with errors")
    visitor.fill("answers.why", LONG)
    visitor.choose("answers.remote", "yes")
    visitor.choose("answers.hours", "30")
    visitor.fill("answers.work", "https://example.com/made")
    visitor.press("Send my answers")
    visitor.expect(LONG)
    visitor.look("questions answered")


def meeting(office, visitor, address):
    """Everything at once: a conversation is set, times are offered, names are asked for."""
    office.bring(address, "meet")
    office.set_talk(address)
    office.offer_times(address)
    office.ask_for_names(address)
    visitor.open(office.link(address, "applications"))
    visitor.expect("Dana Okafor, Engineering Manager")
    visitor.look("application in the middle")
    visitor.press("Pick a time to talk")
    visitor.expect("When can we talk?")
    visitor.open(office.link(address, "interviews"))
    visitor.look("times")
    visitor.press("Set this time")
    visitor.amiss(["slot"])
    visitor.look("times with an error")
    first = visitor.to_field("slot")["value"]
    visitor.page.keyboard.press("Space")
    visitor.page.keyboard.press("ArrowDown")
    visitor.report.holds("arrows choose among the times", visitor.at()["value"] != first and visitor.at()["checked"])
    visitor.press("Set this time")
    visitor.expect("You get an invitation by mail")
    visitor.look("time picked")


def other_times(office, visitor):
    address = office.apply("Dee O'Connor")
    office.bring(address, "meet")
    office.offer_times(address, first=10)
    visitor.open(office.link(address, "interviews"))
    visitor.unfold("None of these suits me")
    visitor.fill("note", "Mornings, as clocks show them in Lisbon.")
    visitor.look("times and a wish")
    visitor.press("Ask for other times")
    visitor.expect("You have asked us for other times.")


def names(office, visitor, address):
    visitor.open(office.link(address, "nominations"))
    visitor.look("names")
    visitor.fill("referees.0.name", "Rui Tavares")
    visitor.press("Send the names")
    visitor.amiss(["referees.0.email", "referees.0.relation", "consent"])
    visitor.look("names with errors")
    for place, (name, relation) in enumerate([("Rui Tavares", "manager"), ("Sanne Bakker", "peer")]):
        visitor.fill("referees.%d.name" % place, name)
        visitor.fill("referees.%d.email" % place, name.split()[0].lower() + "@mail.example.org")
        visitor.choose("referees.%d.relation" % place, relation)
    visitor.tick("consent")
    visitor.press("Send the names")
    visitor.expect("We have written to the people you named")
    visitor.look("names given")


def references(office, visitor):
    visitor.open(office.link("rui@mail.example.org", "references"))
    visitor.look("reference")
    visitor.press("Send my answers")
    visitor.amiss(["answers.together", "answers.again"])
    visitor.look("reference with errors")
    for key in ("together", "strengths", "growth"):
        visitor.fill("answers." + key, LONG)
    visitor.choose("answers.again", "yes")
    visitor.choose("recommendation", "withReservations")
    visitor.press("Send my answers")
    visitor.expect("Thank you")
    visitor.look("reference given")
    visitor.open(office.link("sanne@mail.example.org", "references"))
    visitor.unfold("I would rather not answer")
    visitor.look("reference unfolded")
    visitor.press("I would rather not")
    visitor.report.holds("a referee declines", not visitor.says("Send my answers"), visitor.page.inner_text("main"))
    visitor.look("reference declined")


def scorecard(office, visitor, address):
    office.ask_for_card(address)
    visitor.open(office.link("ilse@example.com", "scorecards"))
    visitor.look("scorecard")
    visitor.fill("takeaways", "Listens before answering.")
    visitor.press("Keep as a draft")
    visitor.expect("Kept as a draft")
    visitor.look("scorecard kept")
    visitor.press("Submit")
    visitor.amiss(["recommendation"])
    visitor.look("scorecard with errors")
    visitor.choose("recommendation", "yes")
    visitor.choose("attributes.0.rating", "strongYes")
    visitor.fill("pros", LONG)
    visitor.fill("cons", "Little so far with databases.")
    visitor.press("Submit", key="Space")
    visitor.expect("Your scorecard is in")
    visitor.look("scorecard in")


def offer(office, visitor, address):
    office.send_offer(address)
    visitor.open(office.link(address, "applications"))
    visitor.expect("You have an offer from us")
    visitor.look("application with an offer")
    visitor.open(office.link(address, "offers"))
    visitor.look("offer cover")
    visitor.press("Show the offer")
    visitor.look("offer")
    visitor.press("Accept the offer")
    visitor.amiss(["typedName", "consent"])
    visitor.look("offer with errors")
    visitor.fill("typedName", "Amara Nwosu")
    visitor.tick("consent")
    visitor.press("Accept the offer")
    visitor.expect("You have accepted our offer")
    visitor.look("offer accepted")
    visitor.press("Show the certificate of your acceptance")
    visitor.expect("Certificate of acceptance")
    visitor.look("offer certificate")


def offer_declined(office, visitor):
    address = office.apply("Eli Novak")
    office.send_offer(address)
    visitor.open(office.link(address, "offers"))
    visitor.press("Show the offer")
    visitor.unfold("Ask us something, or for other terms")
    visitor.press("Send")
    visitor.amiss(["text"])
    visitor.look("offer asked nothing")
    visitor.choose("kind", "counterOffer")
    visitor.fill("text", LONG)
    visitor.press("Send")
    visitor.expect("We have your message")
    visitor.look("offer asked")
    visitor.unfold("Decline instead")
    visitor.look("offer unfolded")
    visitor.fill("reason", "Too far from home.")
    visitor.press("Decline the offer")
    visitor.expect("You have declined our offer")
    visitor.look("offer declined")


def about_to_accept(office, visitor, name, expires=None):
    """Somebody before the button that accepts: their address, and the path of the offer."""
    address = office.apply(name)
    office.send_offer(address, expires)
    path = office.link(address, "offers")
    visitor.open(path)
    visitor.press("Show the offer")
    visitor.fill("typedName", name)
    visitor.tick("consent")
    return address, path


def too_late(visitor, path, said):
    visitor.press("Accept the offer")
    visitor.expect(said)
    visitor.look(said)
    visitor.open(path)
    visitor.report.holds("%s: gone for good" % said, visitor.status == 410 and visitor.says(said), visitor.status)


def offer_ended(office, visitor):
    """Whoever is about to accept learns that it is too late, and so does whoever comes back."""
    other, began = visitor.beside(), time.monotonic()
    # An offer stands for a minute at least.
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=65)
    _, expiring = about_to_accept(office, other, "Gil Haddad", soon.isoformat())
    for name, end, said in [
        ("Fay Moreau", office.rescind, "This offer was taken back"),
        ("Hana Sato", office.replace, "There is a newer version of this offer"),
    ]:
        address, path = about_to_accept(office, visitor, name)
        end(address)
        too_late(visitor, path, said)
    time.sleep(max(0, began + 66 - time.monotonic()))
    too_late(other, expiring, "This offer has expired")


def offer_twice(office, visitor):
    """The same link on two devices: one decides, the other shows what was decided."""
    other = visitor.beside()
    address, path = about_to_accept(office, visitor, "Ines Prado")
    other.open(path)
    other.press("Show the offer")
    other.fill("typedName", "Ines Prado")
    other.tick("consent")
    visitor.press("Accept the offer")
    visitor.expect("You have accepted our offer")
    other.press("Accept the offer")
    other.expect("You have accepted our offer")
    other.press("Show")
    other.expect("What you have accepted")
    other.look("offer accepted, on another device")
    visitor.report.holds("it was accepted once", office.hires(address) == 1, office.hires(address))


def approvals(office, visitor):
    address = office.apply("Jon Bright", office.approved)
    office.ask_for_approval(address)
    visitor.open(office.link("finn@example.com", "approvals"))
    visitor.expect("Finance: Finn Aalto is asked now")
    visitor.look("approval")
    visitor.unfold("Do not approve")
    visitor.press("Do not approve")
    visitor.amiss(["reason"])
    visitor.look("approval with an error")
    visitor.press("Approve")
    visitor.look("approved")
    visitor.open(office.link("bea@example.com", "approvals"))
    visitor.expect("Finance: Finn Aalto has approved")
    visitor.unfold("Let somebody else decide")
    visitor.look("approval unfolded")
    visitor.choose("toId", office.hosts[2])
    visitor.press("Let them decide")
    visitor.look("approval left to somebody else")


def noticed(browser, report):
    """What is measured would be noticed: a page with every fault there is."""
    probe = Report()
    visitor = Visitor(browser, "about:", probe, "", None)
    visitor.page.set_content(
        "<!doctype html><html><title>x</title><body style='color:#999;background:#fff'><main><h2>Pale</h2><h4 id=a>b</h4><p id=a for=q>c</p>"
        "<a href=x style='outline:none'></a><button style='outline:none;position:absolute;left:2000px'></button></main>"
    )
    found = " ".join(visitor.page.evaluate((pathlib.Path(__file__).parent / "measure.js").read_text())["complaints"])
    for fault in ("contrast", "sideways", "lang", "title", "headings", "left out", "twice", "reaches"):
        report.holds("a page with a fault is noticed: %s" % fault, fault in found, found)
    report.holds("a control without a name is noticed", "button" in visitor._nameless(), visitor._nameless())
    visitor.page.keyboard.press("Tab")
    report.holds("a focus that does not show is noticed", Visitor._hidden(visitor.at()))


def everything(office, visitor, report):
    amara = office.apply("Amara Nwosu")
    alone = [apply_form, feeds, teams, withdraw]
    of_amara = [questions, meeting, names]
    for told, words in [(one, ()) for one in alone] + [(one, (amara,)) for one in of_amara]:
        with story(report, told.__name__):
            told(office, visitor, *words)
    for told, words in [(other_times, ()), (references, ()), (scorecard, (amara,)), (offer, (amara,)),
                        (offer_declined, ()), (offer_ended, ()), (offer_twice, ()), (approvals, ())]:
        with story(report, told.__name__):
            told(office, visitor, *words)


def main(binary, axe, shots=None):
    report, shots = Report(), shots and pathlib.Path(shots)
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        office = Office(binary, folder, Sqlite(folder))
        # Chromium keeps itself in a sandbox, which root may not have.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            noticed(browser, report)
            visitor = Visitor(browser, office.base, report, pathlib.Path(axe).read_text(), shots)
            everything(office, visitor, report)
            report.holds("many pages were looked at", visitor.count >= 30, visitor.count)
        finally:
            browser.close()
            office.vacantia.end()
        report.check("nothing in the log gives a person away", office.vacantia.given_away(["Nwosu", "Tavares"]))
    print("%d passed, %d failed" % (report.passed, len(report.failed)))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
