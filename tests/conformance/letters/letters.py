"""Each letter as mail programs read it. Usage: letters.py FOLDER_OF_MAILS MEASURE_JS [FOLDER_FOR_SCREENSHOTS]"""

import email
import email.policy
import html.parser
import pathlib
import re
import sys

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
WIDTHS, SCHEMES = (360, 800), ("light", "dark")
LARGEST = 100_000
BLOCKS = {"p", "li", "tr", "br", "blockquote", "div", "h1", "h2"}
# What only a page has: it is measured with the rules for pages.
OF_PAGES = ("title is", "not one main", "headings")
PASSED, FAILED = [], []


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    if not holds:
        print(("FAIL  %s: %s" % (what, seen))[:900], flush=True)


class Shown(html.parser.HTMLParser):
    """What people see of HTML, block by block, but for buttons; and every attribute."""

    def __init__(self, text):
        super().__init__()
        self.blocks, self.attributes, self.tags, self.unseen = [""], [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attributes]
        if tag in ("style", "title") or ("class", "go") in attributes:
            self.unseen = self.unseen or tag
        if tag in BLOCKS:
            self.blocks.append("")
        elif tag in ("td", "th"):
            self.blocks[-1] += " "

    def handle_endtag(self, tag):
        if tag == self.unseen:
            self.unseen = None
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_data(self, data):
        if not self.unseen:
            self.blocks[-1] += data


def words(text):
    return " ".join(re.findall(r"\w+", text.lower()))


def leads_to_link(lines, place):
    """Says where the link under it leads; the HTML says so by a button."""
    return lines[place].endswith(":") and lines[place + 1 : place + 2] and lines[place + 1].startswith("https://")


def same_words(name, text, shown):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = words(" ".join(shown.blocks))
    for place, line in enumerate(lines):
        if not leads_to_link(lines, place):
            for sentence in re.split(r"(?<=[.!?:]) ", line):
                check("%s: the HTML says what the text says" % name, words(sentence) in said, sentence)
    said = words(text)
    for block in shown.blocks:
        for sentence in re.split(r"(?<=[.!?:]) ", block.strip()):
            # Goes with the button: the text says it above the link.
            if not sentence.startswith(("Or open this address:", "There you ", "You can also say there ")):
                check("%s: the text says what the HTML says" % name, words(sentence) in said, sentence)


def structure(name, raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for part in mail.walk():
        check("%s: %s without defects" % (name, part.get_content_type()), not part.defects, part.defects)
        for header, value in part.items():
            check("%s: %s without defects" % (name, header), not value.defects, (value, value.defects))
    for header in ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "Auto-Submitted", "Feedback-ID"):
        check("%s: one %s" % (name, header), len(mail.get_all(header, [])) == 1, mail.get_all(header))
    check("%s: nothing smuggled in" % name, not ({"bcc", "cc", "x-evil"} & {key.lower() for key in mail.keys()}), mail.keys())
    check("%s: to one" % name, [one.addr_spec for one in mail["To"].addresses] == ["zoe@example.org"], mail["To"])
    kinds = [part.get_content_type() for part in mail.walk()]
    check("%s: text before HTML" % name, kinds == ["multipart/alternative", "text/plain", "text/html"], kinds)
    lines = max(len(line) for line in raw.split(b"\r\n"))
    check("%s: lines as RFC 5322 wants them" % name, lines <= 998 and b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b""), lines)
    return [part.get_content() for part in mail.iter_parts()]


def markup(name, text):
    shown = Shown(text)
    check("%s: the HTML is small" % name, len(text.encode()) < LARGEST, len(text))
    loads = [one for one in shown.attributes if one[1] in ("src", "srcset", "background", "action", "data", "poster") or one[1].startswith("on")]
    check("%s: nothing is loaded, nothing runs" % name, not loads, loads)
    check("%s: no element that could" % name, not ({"script", "img", "link", "iframe", "object", "form", "svg"} & set(shown.tags)), shown.tags)
    addresses = [value for _, attribute, value in shown.attributes if attribute == "href"]
    check("%s: links are to web pages" % name, all(re.match(r"https://[a-z.-]+/", one) for one in addresses), addresses)
    return shown


def looks(name, page, asked, measure, shots):
    for scheme in SCHEMES:
        for width in WIDTHS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(dict(width=width, height=740))
            found = page.evaluate(measure)
            wrong = [one for one in found["complaints"] if not one.startswith(OF_PAGES)]
            check("%s, %d px, %s" % (name, width, scheme), found["texts"] and not wrong, wrong)
            if shots:
                page.screenshot(path=str(shots / ("%s-%d-%s.png" % (name, width, scheme))), full_page=True)
    check("%s: nothing is asked of the network" % name, not asked, asked)


def main(folder, measure, shots=None):
    shots = shots and pathlib.Path(shots)
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    mails = sorted(pathlib.Path(folder).glob("*.eml"))
    check("every kind is there", len(mails) >= 35, len(mails))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(java_script_enabled=False, reduced_motion="reduce").new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        for path in mails:
            text, body = structure(path.stem, path.read_bytes())
            same_words(path.stem, text, markup(path.stem, body))
            page.set_content(body)
            looks(path.stem, page, asked, pathlib.Path(measure).read_text(encoding="utf-8"), shots)
        browser.close()
    print("%d letters: %d passed, %d failed" % (len(mails), len(PASSED), len(FAILED)))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
