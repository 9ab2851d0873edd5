"""What offers look like as documents. Usage: pdf.py PROGRAM_WITH_PDF PROGRAM_WITHOUT [FOLDER_FOR_PICTURES]"""

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from database import Sqlite
from office import Office

QUERY = """query($id: ID!) { offer(id: $id) { versions { number termsHash document { fingerprint size url unprintable } } } }"""
EVENTS = """query($offer: ID!) { events(first: 100, filter: { offer: $offer }) { nodes { facts { name value } } } }"""
checks = 0


def holds(what, *told):
    global checks
    checks += 1
    if not what:
        raise SystemExit("wrong: %s" % (told,))


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    holds(done.returncode == 0, words, done.stdout, done.stderr)
    return done.stdout


def fetched(address, token=None, **fields):
    """Status and bytes of a page, or of what a form on it leads to."""
    request = urllib.request.Request(address, data=urllib.parse.urlencode(fields).encode() if fields else None)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def version(office, address):
    offer, _ = office.offers[address]
    return office.desk.ask(QUERY, {"id": offer})["offer"]["versions"][0]


def local(office, url):
    return office.base + urllib.parse.urlparse(url).path


def says_everything(path, name, terms, terms_hash):
    """The text of the document, as another program reads it, has all that was promised."""
    text = " ".join(run("pdftotext", "-layout", str(path), "-").split())
    promised = [
        "Dear %s," % name, terms["title"], terms["place"], terms["employer"], terms["equity"], "EUR 64,000 per year", "30 working days a year.",
        "What is left moves on to March.", "A budget for books.", "A desk where you need one.", *terms["benefits"], "Version 1.", terms_hash[:40],
    ]
    for words in promised:
        holds(words.replace(" ", "") in text.replace(" ", ""), words, text)


def is_sound(path):
    run("qpdf", "--check", str(path))
    facts = dict(line.split(":", 1) for line in run("pdfinfo", str(path)).splitlines() if ":" in line)
    facts = {name: value.strip() for name, value in facts.items()}
    holds(facts["Tagged"] == "yes" and facts["JavaScript"] == "no" and facts["Encrypted"] == "no", facts)
    holds(facts["Title"] == "Offer: Developer" and "CreationDate" not in facts, facts)
    fonts = [line.split()[-5:] for line in run("pdffonts", str(path)).splitlines()[2:]]
    holds(fonts and all(font[0] == "yes" for font in fonts), "fonts are embedded", fonts)
    return facts


def main(binary, without, pictures=None):
    with tempfile.TemporaryDirectory() as folder:
        office = Office(binary, folder, Sqlite(folder))
        zoe, li = office.apply("Zoë *x* #panic() O'Hara"), office.apply("李 Ming")
        for address in (zoe, li):
            office.send_offer(address)
        said = version(office, zoe)
        document = said["document"]
        status, pdf = fetched(local(office, document["url"]), office.desk.token)
        holds(status == 200 and len(pdf) == document["size"] and hashlib.sha256(pdf).hexdigest() == document["fingerprint"], status, document)
        holds(fetched(local(office, document["url"]))[0] == 401)
        path = pathlib.Path(folder) / "offer.pdf"
        path.write_bytes(pdf)
        facts = is_sound(path)
        says_everything(path, "Zoë *x* #panic() O'Hara", office.offers[zoe][1], said["termsHash"])
        if pictures:
            pathlib.Path(pictures).mkdir(parents=True, exist_ok=True)
            run("pdftoppm", "-r", "70", "-png", str(path), str(pathlib.Path(pictures) / "offer"))

        page = office.base + office.link(zoe, "offers")
        holds(b"Download this offer" in fetched(page, step="view")[1])
        holds(fetched(page, step="document") == (200, pdf), "the candidate's is the same")
        noted = [fact["value"] for event in office.desk.ask(EVENTS, {"offer": office.offers[zoe][0]})["events"]["nodes"] for fact in event["facts"] if fact["name"] == "document"]
        holds(noted == [document["fingerprint"]], noted)

        # A character that no font has: no document, and an offer all the same.
        missing = version(office, li)["document"]
        holds(missing == dict(fingerprint=None, size=None, url=None, unprintable="李"), missing)
        page = office.base + office.link(li, "offers")
        holds("Dear 李 Ming" in fetched(page, step="view")[1].decode() and fetched(page, step="document")[0] == 404)

        # Another program, which makes none itself, has the same bytes.
        office.vacantia.stop()
        office.vacantia.binary = without
        office.vacantia.start()
        office.desk.address, office.base = office.vacantia.address, "http://" + office.vacantia.address
        holds(fetched(local(office, document["url"]), office.desk.token) == (200, pdf), "the bytes stay")
        office.vacantia.run("doctor")
        office.vacantia.stop()
    print(json.dumps(dict(size=len(pdf), pages=facts["Pages"], version=facts["PDF version"])))
    print("pdf: %d checks" % checks)


main(*sys.argv[1:])
