"""Somebody with a browser that runs no script, and a keyboard."""

import contextlib
import pathlib
import re

from playwright.sync_api import Error

from program import Refused, Unanswered

HERE = pathlib.Path(__file__).parent
MEASURE, FOCUS = (HERE / "measure.js").read_text(), (HERE / "focus.js").read_text()
CONTROLS = {"link", "button", "textbox", "searchbox", "combobox", "listbox", "radio", "checkbox", "DisclosureTriangle", "menuitem"}
WIDTHS, SCHEMES = (320, 360, 1280), ("light", "dark")


class Report:
    """What held and what did not."""

    def __init__(self):
        self.passed, self.failed = 0, []

    def check(self, what, complaints):
        complaints = [complaints] if isinstance(complaints, str) else list(complaints)
        if not complaints:
            self.passed += 1
            return
        self.failed.append(what)
        print("FAIL  %s: %s" % (what, "; ".join(complaints[:6])), flush=True)

    def holds(self, what, holds, seen=""):
        self.check(what, [] if holds else [str(seen)[:600] or "it does not"])


class Lost(Exception):
    """What was looked for is not among the stops of the page."""


class Visitor:
    def __init__(self, browser, base, report, axe, shots):
        self.browser, self.base, self.report, self.axe, self.shots, self.count = browser, base, report, axe, shots, 0
        context = browser.new_context(java_script_enabled=False, viewport=dict(width=360, height=740), reduced_motion="reduce")
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.debugger = context.new_cdp_session(self.page)
        # The audit is a script and needs a browser that runs scripts: it is given the same markup and style sheet.
        self.auditor = browser.new_context(viewport=dict(width=360, height=740), bypass_csp=True).new_page()
        self.auditor.route("**/audited", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=self.page.content()))

    def beside(self):
        """The same person with another device, which knows nothing of this one."""
        return Visitor(self.browser, self.base, self.report, self.axe, self.shots)

    def open(self, path):
        """Types an address."""
        self.status = self.page.goto(self.base + path).status

    def says(self, words):
        return words in re.sub(r"\s+", " ", self.page.inner_text("body"))

    def expect(self, words):
        self.report.holds("%s says %r" % (self.page.title(), words), self.says(words), self.page.inner_text("main"))

    def at(self):
        return self.page.evaluate(FOCUS)

    def tab(self):
        """One stop on."""
        self.page.keyboard.press("Tab")
        return self.at()

    def to(self, what, found, most=120):
        for _ in range(most):
            at = self.at()
            if at["tag"] != "body" and found(at):
                self.report.check("the focus on %s shows" % what, self._hidden(at))
                return at
            self.page.keyboard.press("Tab")
        raise Lost("%s is not reached on %r" % (what, self.page.title()))

    @staticmethod
    def _hidden(at):
        return [fault for fault, holds in (("no outline", at["outline"]), ("out of sight", at["seen"])) if not holds]

    def to_field(self, name):
        return self.to(name, lambda at: at["name"] == name and at["tag"] in ("input", "select", "textarea"))

    def to_words(self, words, tags=("a", "button")):
        """A link or a button, by how what it says begins."""
        return self.to(words, lambda at: at["tag"] in tags and at["words"].startswith(words))

    def fill(self, name, text):
        self.to_field(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, name, value):
        """One of the buttons or options of a choice, by the arrows."""
        at = self.to_field(name)
        if at["tag"] == "input" and not at["checked"]:
            self.page.keyboard.press("Space")
        if at["tag"] == "select":
            self.page.keyboard.press("Home")
        for _ in range(30):
            if self.at()["value"] == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise Lost("%s has no %s" % (name, value))

    def tick(self, name):
        self.to_field(name)
        self.page.keyboard.press("Space")
        self.report.holds("%s is ticked by the space bar" % name, self.at()["checked"])

    def press(self, words, key="Enter"):
        """Goes where a link or a button leads."""
        self.to_words(words)
        with self.page.expect_navigation() as gone:
            self.page.keyboard.press(key)
        answer = gone.value
        self.status = answer.status if answer else 0

    def unfold(self, words):
        """What is behind a summary."""
        self.to_words(words, ("summary",))
        self.page.keyboard.press("Enter")

    def amiss(self, fields):
        """The page came back with complaints about these fields: its summary leads to each."""
        self.report.holds("%s comes back" % self.page.title(), self.status == 422, self.status)
        for field in fields:
            self.page.evaluate("location.hash = ''")
            self._from_above()
            self.to("the summary's link to " + field, lambda at, goal="#" + field: at["href"] == goal)
            self.page.keyboard.press("Enter")
            landed = self.page.evaluate("document.activeElement.id")
            self.report.holds("the summary leads to %s" % field, landed == field, landed)
            described = self.page.evaluate("document.activeElement.getAttribute('aria-describedby') || ''").split()
            said = [self.page.inner_text("[id='%s']" % name) for name in described]
            self.report.holds("what is wrong is said at %s" % field, field + "-wrong" in described and all(said), described)
        self._from_above()

    def _from_above(self):
        """Puts the start of the next stop before all others, as after a load."""
        self.page.evaluate("document.querySelector('.skip').focus()")

    def look(self, name):
        """Everything that has to hold of a page as it is, whatever is done on it."""
        self.count += 1
        self.report.check("%s: controls have names" % name, self._nameless())
        for scheme in SCHEMES:
            for width in WIDTHS:
                self.page.emulate_media(color_scheme=scheme)
                self.page.set_viewport_size(dict(width=width, height=740))
                found = self.page.evaluate(MEASURE)
                self.report.check("%s, %d px, %s" % (name, width, scheme), found["complaints"] if found["texts"] else ["no text"])
                if self.shots and width != 320:
                    self.page.screenshot(path=str(self.shots / ("%02d-%s-%d-%s.png" % (self.count, name.replace(" ", "-"), width, scheme))), full_page=True)
        self.report.check("%s: axe" % name, self._audited())
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(dict(width=360, height=740))
        self.walk(name)

    def walk(self, name):
        """From the top to the last stop: in the order of the page, each one shown."""
        self._from_above()
        at, faults, places = self.at(), [], []
        for _ in range(at["total"]):
            places.append(at["place"])
            faults += ["%s: %s" % (at["words"] or at["name"], fault) for fault in self._hidden(at)] if at["tag"] != "body" else ["the page ends early"]
            at = self.tab()
        self.report.check("%s: each stop shows the focus" % name, faults)
        self.report.holds("%s: %d stops in the order of the page" % (name, len(places)), places == list(range(len(places))), places)
        self._from_above()

    def _nameless(self):
        nodes = self.debugger.send("Accessibility.getFullAXTree")["nodes"]
        controls = [node for node in nodes if node.get("role", {}).get("value") in CONTROLS and not node.get("ignored")]
        nameless = [node["role"]["value"] for node in controls if not str(node.get("name", {}).get("value", "")).strip()]
        return nameless if controls else ["no controls at all"]

    def _audited(self):
        self.auditor.goto(self.base + "/audited")
        self.auditor.evaluate(self.axe + ";0")
        found = self.auditor.evaluate("axe.run().then((told) => ({ passes: told.passes.length, violations: told.violations }))")
        wrong = ["%s: %s" % (one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]]
        return wrong if found["passes"] > 10 else wrong + ["hardly anything was audited"]


@contextlib.contextmanager
def story(report, name):
    """What goes wrong in one story does not keep the others from being told."""
    try:
        yield
    except (Lost, Refused, Unanswered, SystemExit, Error) as gone:
        report.check(name, str(gone))
