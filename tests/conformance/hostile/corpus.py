"""What is sent: (name, bytes of a whole request, statuses that are right). None = the connection may just be closed."""

import gzip
import json

OK, BAD, TOO_LARGE, TYPE = (200,), (400,), (413,), (415,)


def request(method="POST", path="/graphql", body=b"", **headers):
    fields = {"host": "jobs.example.com", "content-type": "application/json", "content-length": str(len(body))}
    fields |= {name.replace("_", "-"): text for name, text in headers.items()}
    lines = [f"{method} {path} HTTP/1.1"] + [f"{name}: {text}" for name, text in fields.items() if text is not None]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def asked(query, **more):
    accept = "application/graphql-response+json"
    return request(body=json.dumps({"query": query, **more}).encode(), accept=accept)


def raw(body):
    return request(body=body)


NORMAL = asked("{ postings(first: 5) { nodes { title slug openVacancies } } }")


# A board of as many postings as a page may hold, each with some text.
BOARD = {"jobs": [
    {"id": at, "title": f"Keeper {at}", "absolute_url": f"https://boards.example.com/jobs/{at}", "location": {"name": "Dublin, Ireland"},
     "updated_at": "2026-05-02T10:00:00Z", "first_published": "2026-05-01T09:00:00Z", "departments": [], "offices": [], "metadata": None,
     "content": "".join(f"&lt;h3&gt;Part {part}&lt;/h3&gt;&lt;p&gt;{'We keep the light on. ' * 20}&lt;/p&gt;" for part in range(8))}
    for at in range(1, 121)
]}


def pages():
    """Name, request, status and the codes of its errors: what lists multiply."""
    posting = ("{nodes{id slug title status url applyUrl publishedAt workplace employmentType openVacancies sections{heading body}"
               "requirements{text level}links{label url}locations{city region country}remoteCountries teams{rank openVacancies team{id name}}"
               "process{title steps{title kind minutes}}questions{key label type}}}")
    too_much = ["QUERY_TOO_COMPLEX"]
    yield "a whole page of a hundred", asked("{postings(first:100)" + posting + "}"), 200, []
    yield "titles, 950 times each", asked("{postings(first:100){nodes{" + "title " * 950 + "}}}"), 200, []
    yield "twenty such pages", asked("{" + "".join(f"p{at}:postings(first:100)" + posting for at in range(17)) + "}"), 400, too_much
    yield "titles, 1,600 times each", asked("{postings(first:100){nodes{" + "title " * 1_600 + "}}}"), 400, too_much
    yield "pages by variable", asked("query($n:Int){" + "".join(f"p{at}:postings(first:$n)" + posting for at in range(17)) + "}", variables={"n": 100}), 400, too_much
    yield "pages in pages", asked("{postings(first:100){nodes{applications(first:100){nodes{candidate{applications(first:100){nodes{id}}}}}}}}"), 400, too_much


def fan_out(depth, times):
    steps = "".join(f"fragment F{at} on Query{{{f'...F{at + 1} ' * times}}}" for at in range(depth))
    return "{...F0}" + steps + f"fragment F{depth} on Query{{__typename}}"


def queries():
    """GraphQL that costs more than it should, or is none."""
    many = "".join(f"fragment F{at} on Query{{__typename}} " for at in range(5_000))
    unknown = " ".join(f"u{at}" for at in range(900))
    lists = "[" * 2_000 + "]" * 2_000
    # Errors of fields, not of the document: each is met while the answer is made.
    wrong = " ".join(f"a{at}: node(id: \"x\") {{ id }}" for at in range(20))
    yield "2,000 nested lists", asked(f"{{postings(first:{lists}){{nodes{{id}}}}}}"), BAD
    yield "9,900 open brackets", asked("{postings(first:" + "[" * 9_900), BAD
    yield "1,000 nested fields", asked("{a" * 1_000 + "}" * 1_000), BAD
    yield "fragments that double 18 times", asked(fan_out(18, 2)), BAD
    yield "8 fragments of 8 spreads", asked(fan_out(8, 8)), BAD
    yield "a cycle of fragments", asked("{...A} fragment A on Query{...B} fragment B on Query{...A}"), BAD
    yield "5,000 unused fragments", asked("{__typename} " + many), BAD
    yield "100 aliases", asked("{" + "".join(f"a{at}: __typename " for at in range(100)) + "}"), BAD
    yield "1,000 directives", asked("{__typename " + "@include(if: true) " * 500 + "}"), BAD
    yield "900 unknown fields", asked("{postings{nodes{" + unknown + "}}}"), BAD
    yield "20 broken root fields", asked("{" + wrong + "}"), (200, 400)
    yield "circular introspection", asked("{__schema{types" + "{fields{type" * 12 + "{name}" + "}}" * 12 + "}}"), BAD
    yield "a number of a million digits' size", asked("{postings(first: 1e999999){nodes{id}}}"), BAD
    yield "9,000 digits", asked("{postings(first: " + "9" * 9_000 + "){nodes{id}}}"), BAD
    yield "a string of 9,000 escapes", asked('{node(id: "' + "\\u0041" * 1_600 + '"){id}}'), (200, 400)
    yield "U+0000 in a query", asked("{__typename\0}"), BAD
    yield "a byte order mark in a query", asked("\ufeff{__typename}"), OK


def variables():
    text = "query($v: String!) { a: postings(first: 1) { nodes { id } } node(id: $v) { id } }"
    yield "a variable 5,000 deep", raw(b'{"query":"{__typename}","variables":{"v":' + b"[" * 5_000 + b"]" * 5_000 + b"}}"), BAD
    yield "a variable 100,000 wide", raw(json.dumps({"query": text, "variables": {"v": [1] * 60_000}}).encode()), (200, 400)
    yield "a variable 1e999999", raw(b'{"query":"{__typename}","variables":{"v":1e999999}}'), BAD
    yield "a text of 200 KB", raw(json.dumps({"query": text, "variables": {"v": "x" * 200_000}}).encode()), (200, 400)
    yield "20,000 variables nobody declared", raw(json.dumps({"query": "{__typename}", "variables": {f"v{n}": n for n in range(15_000)}}).encode()), OK


def bodies():
    """Bodies that are not JSON in UTF-8."""
    wrapped = lambda inside: raw(b'{"query":"{__typename} #' + inside + b'"}')
    yield "invalid UTF-8", wrapped(b"\xff\xfe"), BAD
    yield "an overlong slash", wrapped(b"\xc0\xaf"), BAD
    yield "a surrogate in UTF-8", wrapped(b"\xed\xa0\x80"), BAD
    yield "a code point beyond Unicode", wrapped(b"\xf4\x90\x80\x80"), BAD
    yield "a lone surrogate as an escape", wrapped(b"\\ud800"), BAD
    yield "two high surrogates", wrapped(b"\\ud800\\ud800"), BAD
    yield "a byte order mark", raw(b'\xef\xbb\xbf{"query":"{__typename}"}'), BAD
    yield "UTF-16", raw('{"query":"{__typename}"}'.encode("utf-16")), BAD
    yield "a key twice", raw(b'{"query":"{__typename}","query":"{__schema{types{name}}}"}'), BAD
    yield "a list of 10,000 requests", raw(b"[" + b",".join([b'{"query":"{a}"}'] * 10_000) + b"]"), BAD
    yield "100,000 open brackets", raw(b"[" * 100_000), BAD
    yield "two objects", raw(b'{"query":"{__typename}"}{"query":"{__typename}"}'), BAD
    yield "nothing", raw(b""), BAD
    yield "a control character in a string", raw(b'{"query":"{__typename}\x01"}'), BAD
    yield "300 KB", raw(b'{"query":"' + b"a" * 300_000 + b'"}'), TOO_LARGE
    bomb = gzip.compress(b"\0" * 10_000_000)
    yield "a gzip bomb", request(body=bomb, content_encoding="gzip"), TYPE
    yield "a gzip bomb as a form", request(path="/jobs/x/apply", body=bomb, content_encoding="gzip",
                                          content_type="application/x-www-form-urlencoded"), (400, 404, 413, 415)
    yield "a form of 2 MB", request(path="/jobs/x/apply", body=b"a=" + b"b" * 2_000_000,
                                    content_type="application/x-www-form-urlencoded"), TOO_LARGE
    yield "a form of 100,000 fields", request(path="/jobs/x/apply", body=b"a=b&" * 100_000,
                                              content_type="application/x-www-form-urlencoded"), (404,)


def framing():
    """HTTP that is not quite HTTP."""
    good = b'{"query":"{__typename}"}'
    chunk = lambda text: b"%x\r\n%s\r\n" % (len(text), text)
    chunked = lambda rest, **more: request(content_length=None, transfer_encoding="chunked", **more) + rest
    yield "chunks with a trailer", chunked(chunk(good) + b"0\r\nx-trailer: 1\r\n\r\n"), (200, 400)
    yield "a chunk of no size", chunked(b"zz\r\n" + good), (400, None)
    yield "a chunk of 2^64 bytes", chunked(b"ffffffffffffffffff\r\n" + good), (400, None)
    yield "a length that is none", request(body=good, content_length="-1"), BAD
    yield "a length with a plus", request(body=good, content_length="+24"), BAD
    yield "a length of 2^70", request(body=good, content_length=str(2**70)), BAD
    yield "two lengths", request(body=good, content_length="24\r\ncontent-length: 5"), BAD
    yield "length and chunks", request(body=good, transfer_encoding="chunked"), (400,)
    yield "chunks twice", chunked(chunk(good) + b"0\r\n\r\n", te="x\r\ntransfer-encoding: chunked"), (400,)
    yield "a coding nobody knows", request(content_length=None, transfer_encoding="gzip", body=good), (400, 501)
    yield "200 KB of one header", request("GET", "/jobs", x="a" * 200_000), (400, 431, None)
    yield "5,000 headers", request("GET", "/jobs", **{f"x{at}": "1" for at in range(5_000)}), (400, 431, None)
    yield "a path of 100 KB", request("GET", "/" + "a" * 100_000), (400, 404, 414, 431)
    yield "a query string of 20 KB", request("GET", "/graphql?query=" + "a" * 20_000), (414,)
    yield "a header's name with a space", b"GET /jobs HTTP/1.1\r\nhost : a\r\n\r\n", BAD
    yield "a NUL in a header", b"GET /jobs HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n", BAD
    yield "a header over two lines", b"GET /jobs HTTP/1.1\r\nhost: a\r\nx: a\r\n b\r\n\r\n", (400,)
    yield "HTTP/0.9", b"GET /jobs\r\n\r\n", (400, None)
    yield "HTTP/3.0", b"GET /jobs HTTP/3.0\r\nhost: a\r\n\r\n", (400, 505, None)
    yield "HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 405, 505, None)
    yield "TLS", bytes.fromhex("16030100c8010000c40303") + bytes(200), (400, None)
    yield "noise", bytes(range(256)) * 40, (400, None)
    yield "line ends alone", b"\r\n" * 20_000, (400, 408, 431, None)
    yield "CONNECT", request("CONNECT", "example.com:443"), (400, 404, 405)
    yield "OPTIONS *", request("OPTIONS", "*"), (200, 204, 400, 404, 405)
    yield "a whole address", request("GET", "http://example.com/jobs"), (200, 404)
    yield "up and out", request("GET", "/assets/../../Cargo.toml"), (404,)
    yield "up and out, in disguise", request("GET", "/assets/%2e%2e%2f%2e%2e%2fCargo.toml"), (404,)
    yield "no UTF-8 in a path", request("GET", "/jobs/%ff%fe%c0%af"), (400, 404)
    yield "a NUL in a path", request("GET", "/jobs/a%00b"), (400, 404)
    yield "line ends in a path", request("GET", "/jobs/a%0d%0aset-cookie:%20a=b"), (400, 404)


TYPES = [None, "", "text/plain", "application/graphql", "application/x-www-form-urlencoded", "image/png", "application/json",
         "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/json, text/plain", "\u00e9/x"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"]


def types():
    """Every content type by every method."""
    body = b'{"query":"mutation{teamCreate(input:{name:\\"x\\"}){userErrors{code}}}"}'
    for method in METHODS:
        for media in TYPES:
            if method == "POST":
                right = OK if media == "application/json" else TYPE
            else:
                right = BAD if method in ("GET", "HEAD") else (405,)
            yield f"{method} of {media!r}", request(method, body=body, content_type=media), right


FAMILIES = [queries, variables, bodies, framing, types]
