"""Writes the hostile documents that are longer than a hand should type. Usage: generate.py

Each file of `graphql/` is a whole request's document (`.graphql`) or body (`.json`). Its name begins with the code of the
refusal that it has to meet, or with PASSES.
"""

import json
import pathlib

FOLDER = pathlib.Path(__file__).parent / "graphql"


def fan_out(depth, times, inner="__typename"):
    steps = "".join(f"fragment F{at} on Query{{{f'...F{at + 1} ' * times}}}" for at in range(depth))
    return "{...F0}" + steps + f"fragment F{depth} on Query{{{inner}}}"


def nested(opening, closing, times, inner="1"):
    return opening * times + inner + closing * times


# What a careers page may want of a posting.
WHOLE = (
    "{nodes{id slug title status url applyUrl publishedAt expiresAt workplace employmentType openVacancies sections{heading body}"
    "requirements{text level}links{label url}locations{city}payRanges{min{amountMinor}max{amountMinor}}teams{rank team{name}}"
    "process{title steps{title}}questions{label}}pageInfo{endCursor}}"
)

DOCUMENTS = {
    "QUERY_TOO_NESTED lists in an argument": "{postings(first:" + nested("[", "]", 2_000) + "){nodes{id}}}",
    "QUERY_TOO_NESTED objects in an argument": "{postings(filter:" + nested("{a:", "}", 1_500) + "){nodes{id}}}",
    "QUERY_TOO_NESTED lists without end": "{postings(first:" + "[" * 9_900,
    "QUERY_TOO_NESTED a type": "query($v:" + nested("[", "]", 2_000, "Int") + "){__typename}",
    "QUERY_TOO_NESTED a default": "query($v:Int=" + nested("[", "]", 2_000) + "){__typename}",
    "QUERY_TOO_NESTED a directive": "{__typename@skip(if:" + nested("[", "]", 2_000) + ")}",
    "QUERY_TOO_NESTED mixed brackets": "{postings(first:" + "[{a:" * 1_200,
    "QUERY_TOO_DEEP fields": nested("{a", "}", 1_000, ""),
    "QUERY_TOO_DEEP inline fragments": nested("{...", "}", 1_000, "{__typename}"),
    "QUERY_TOO_DEEP introspection": "{__schema{types" + nested("{fields{type", "}}", 12, "{name}") + "}}",
    "QUERY_TOO_DEEP a chain of fragments": fan_out(150, 1),
    "QUERY_TOO_COMPLEX doubling": fan_out(18, 2),
    "QUERY_TOO_COMPLEX eight by eight": fan_out(8, 8),
    "QUERY_TOO_COMPLEX doubling unused": fan_out(18, 2).replace("{...F0}", "{__typename}", 1),
    "QUERY_TOO_COMPLEX a long argument often": "{" + "...F " * 60 + "}fragment F on Query{node(id:[" + "9 " * 1_500 + "]){id}}",
    "QUERY_TOO_LARGE 10,000 unused fragments": "{__typename}" + "".join(f"fragment F{at} on Query{{__typename}}" for at in range(400)) + " " * 2_000,
    "QUERY_TOO_MANY_TOKENS unused fragments": "{__typename}" + "".join(f"fragment F{at} on T{{a}}" for at in range(320)),
    "QUERY_TOO_MANY_TOKENS numbers": "{node(id:[" + "-1" * 4_000 + "]){id}}",
    "QUERY_TOO_MANY_ALIASES": "{" + "".join(f"a{at}:__typename " for at in range(51)) + "}",
    "QUERY_TOO_MANY_DIRECTIVES": "{__typename " + "@skip(if:false)" * 51 + "}",
    "QUERY_TOO_MANY_ROOT_FIELDS": "{" + "__typename " * 21 + "}",
    "QUERY_FRAGMENT_CYCLE of one": "{...A}fragment A on Query{...A}",
    "QUERY_FRAGMENT_CYCLE of three": "{...A}fragment A on Query{...B}fragment B on Query{...C}fragment C on Query{...A}",
    "QUERY_FRAGMENT_CYCLE unused": "{__typename}fragment A on Query{...B}fragment B on Query{...A}",
    "GRAPHQL_PARSE_FAILED brackets": "[" * 9_999,
    "GRAPHQL_PARSE_FAILED a string without end": "{node(id:\"" + "\\\"" * 2_000,
    "GRAPHQL_PARSE_FAILED a block string without end": "{node(id:\"\"\"" + "\\\"\"\"" * 1_000,
    "GRAPHQL_PARSE_FAILED zeros": "{node(id:[" + "0" * 9_000 + "]){id}}",
    "GRAPHQL_PARSE_FAILED U+0000": "{__typename\0}",
    "GRAPHQL_PARSE_FAILED a turned name": "{__type\u202ename}",
    "GRAPHQL_PARSE_FAILED full-width braces": "\uff5b__typename\uff5d",
    "GRAPHQL_VALIDATION_FAILED 900 unknown fields": "{postings{nodes{" + " ".join(f"u{at}" for at in range(900)) + "}}}",
    "GRAPHQL_VALIDATION_FAILED one long name": "{" + "x" * 9_900 + "}",
    "GRAPHQL_PARSE_FAILED 9,000 digits": "{postings(first:" + "9" * 9_000 + "){nodes{id}}}",
    "GRAPHQL_PARSE_FAILED 1e999999": "{postings(first:1e999999){nodes{id}}}",
    "GRAPHQL_VALIDATION_FAILED every field conflicts": "{" + "".join(f"postings(first:{at}){{nodes{{id}}}}" for at in range(1, 20)) + "}",
    "DUPLICATE_MUTATION": "mutation{teamCreate(input:{name:\"a\"}){team{id}} teamCreate(input:{name:\"b\"}){team{id}}}",
    "OPERATION_RESOLUTION_FAILURE 300 operations": "".join(f"query Q{at}{{__typename}}" for at in range(300)),
    "SUBSCRIPTION_NOT_SUPPORTED": "subscription{postingChanged{id}}",
    "PASSES a byte order mark": "\ufeff{__typename}",
    "QUERY_TOO_COMPLEX deep introspection": "{__schema{types" + nested("{fields{type", "}}", 7, "{name}") + "}}",
    "PASSES shallow introspection": "{__schema{types" + nested("{fields{type", "}}", 3, "{name}") + "}}",
    "QUERY_TOO_COMPLEX twenty pages of a hundred": "{" + "".join(f"p{at}:postings(first:100){WHOLE}" for at in range(20)) + "}",
    "QUERY_TOO_COMPLEX pages in pages": "{postings(first:100){nodes{applications(last:100){edges{node{id}}}}}teams(first:100){nodes{id name}}"
    "applications(first:100){nodes{candidate{applications(first:100){nodes{id}}}}}candidates:applications(first:100){nodes{candidate{applications(first:100){nodes{id posting{applications{nodes{id}}}}}}}}}",
    "QUERY_TOO_COMPLEX one field often": "{postings(first:100){nodes{" + "title " * 1_600 + "}}}",
    "QUERY_TOO_COMPLEX a page in fragments": "{postings(first:100){...A...A...A...A}}fragment A on PostingConnection{...B...B}fragment B on PostingConnection{...C...C}"
    "fragment C on PostingConnection{nodes{teams{team{id name}}process{title steps{title}}}}",
    "PASSES a whole page of a hundred": "{postings(first:100)" + WHOLE + "}",
    "PASSES 1,600 escapes": "{node(id:\"" + "\\u0041" * 1_600 + "\"){id}}",
    "QUERY_TOO_MANY_ROOT_FIELDS inline fragments": "{" + "...on Query{...{__typename}}" * 150 + "}",
}

PAGES = "query($n:Int){" + "".join(f"p{at}:postings(first:$n){WHOLE}" for at in range(9)) + "}"
LONE = "\\ud800"
BODIES = {
    "BAD_REQUEST a deep variable": '{"query":"{__typename}","variables":{"v":' + nested("[", "]", 5_000) + "}}",
    "BAD_REQUEST a number beyond all": '{"query":"{__typename}","variables":{"v":1e999999}}',
    "BAD_REQUEST a lone surrogate": '{"query":"{node(id:\\"' + LONE + '\\"){id}}"}',
    "BAD_REQUEST two high surrogates": '{"query":"{node(id:\\"' + LONE + LONE + '\\"){id}}"}',
    "BAD_REQUEST a lone surrogate in a variable": '{"query":"{__typename}","variables":{"v":"' + LONE + '"}}',
    "BAD_REQUEST a key twice": '{"query":"{__typename}","query":"{__schema{types{name}}}"}',
    "BAD_REQUEST a list of requests": "[" + ",".join(['{"query":"{__typename}"}'] * 500) + "]",
    "BAD_REQUEST a byte order mark": '\ufeff{"query":"{__typename}"}',
    "BAD_REQUEST a control character": '{"query":"{__typename}\x01"}',
    "BAD_REQUEST two objects": '{"query":"{__typename}"}{"query":"{__typename}"}',
    "BAD_REQUEST a query that is none": '{"query":{"a":1}}',
    "BAD_REQUEST NaN": '{"query":"{__typename}","variables":{"v":NaN}}',
    "PASSES a wide variable": json.dumps({"query": "query($v:[ID!]!){" + "nodes(ids:$v){id}" * 10 + "}", "variables": {"v": [str(at) for at in range(10_000)]}}),
    "QUERY_TOO_COMPLEX pages by variable": json.dumps({"query": PAGES, "variables": {"n": 100}}),
    "PASSES pages by variable": json.dumps({"query": PAGES, "variables": {"n": 3}}),
    "PASSES variables nobody declared": json.dumps({"query": "{__typename}", "variables": {f"v{at}": at for at in range(2_000)}}),
    "PASSES a pair of surrogates": '{"query":"{node(id:\\"\\ud83c\\udf89\\"){id}}"}',
}

FOLDER.mkdir(exist_ok=True)
for old in FOLDER.iterdir():
    old.unlink()
for kind, files in ((".graphql", DOCUMENTS), (".json", BODIES)):
    for name, text in files.items():
        (FOLDER / (name.replace(" ", "-").replace(",", "").replace("+", "") + kind)).write_text(text, newline="")
