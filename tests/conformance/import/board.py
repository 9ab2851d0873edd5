"""A board in the shape of Greenhouse's public API, as varied as real ones are."""

import html
import json

PLACES = (
    "Dublin, Ireland", "Remote, Italy; Remote, US", "Ghent, Belgium", "Reno, NV", "Berlin, Germany", "Home based - EMEA", "NYC",
    "US-Remote", "Oslo, Norway / Porto, Portugal", "N/A", "Tokyo, Japan", "Remote in the US",
)
WORDS = ("Senior", "Staff", "Junior", "Lead", "Zoë's", "日本語", "R&D", "<Night>", "Harbour", "Tide", "Rope", "Buoy", "Keeper", "Painter")
DEPARTMENTS = ("Coast", "Workshop", "Harbour & Sea", "Lights", "")
# Nobody else in the database is called so.
STAFF = ("Recruitia", "Sourcerine", "Managerio")


def person(dice):
    name = dice.choice(STAFF)
    return {"name": name + " Example", "email": name.lower() + "@staff.example.org", "user_id": dice.randrange(10**6), "employee_id": "E1"}


def job(dice, number):
    title = " ".join(dice.choice(WORDS) for _ in range(dice.randint(1, 5)))
    text = "<p>We are <strong>%s</strong> &amp; more.</p><h3>What you do</h3><ul>%s</ul>" % (
        html.escape(title), "".join("<li>Mend rope number %d</li>" % line for line in range(dice.randint(0, 12))))
    day = "2026-%02d-%02d" % (dice.randint(1, 10), dice.randint(1, 28))
    return {
        "id": 4_000_000_000 + number,
        "internal_job_id": dice.choice((None, number)),
        "title": "%s %d%s" % (title, number, dice.choice(("", " "))),
        "absolute_url": "https://boards.example.com/jobs/%d" % number,
        "location": {"name": dice.choice(PLACES)},
        "updated_at": day + "T10:00:00-04:00",
        "first_published": day + "T09:00:00-04:00",
        "requisition_id": dice.choice((None, "R-%d" % number)),
        "company_name": "Example Works",
        "language": "en",
        "departments": [{"id": 1, "name": dice.choice(DEPARTMENTS), "child_ids": [], "parent_id": None}],
        "offices": [{"id": 2, "name": "Quay"}],
        "metadata": dice.choice((None, [
            {"id": 3, "name": "Employment Type", "value": dice.choice(("Full-time", "Part-time")), "value_type": "single_select"},
            {"id": 4, "name": "Recruiter", "value": person(dice), "value_type": "user"},
        ])),
        "content": html.escape(text),
    }


def board(dice, size):
    """The file's text, and how many values about people it holds."""
    jobs = [job(dice, number) for number in range(1, size + 1)]
    people = sum(field["value_type"] == "user" for one in jobs for field in one["metadata"] or ())
    return json.dumps({"jobs": jobs, "meta": {"total": size}}, ensure_ascii=False), people
