"""Texts that hurt, and what is left of them when they are one line."""

import re
import unicodedata

OWN = "parent.postMessage(1,'*')"

TEXTS = {
    "controls": "a" + "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 127, *range(0x80, 0x85), *range(0x86, 0xA0)])) + "b",
    "end of CDATA": "]]> <![CDATA[ x ]]> <!-- -- > ]]>",
    "script": f"</script><script>{OWN}</script>",
    "closed title": f"</title></textarea></style><script>{OWN}</script>",
    "broken image": f'"><img src=x onerror="{OWN}">',
    "attribute": f"' autofocus onfocus={OWN} x='",
    "svg": f"<svg/onload={OWN}></form></math><img src onerror={OWN}>",
    "entities": "&amp; &lt; &nbsp; &#0; &#x1F; &#x202E; &#133; &bogus; &amp;amp; %00 %0d%0a",
    "templates": "{{7*7}} ${7*7} <%= 7*7 %> {% raw %} #{7*7}",
    "turned about": "\u202egnirts\u202c \u2066x\u2069 \u05d0\u05d1\u05d2 \u200f\u061c",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe\u00adf",
    "line ends": "a\r\nBcc: thief@example.com\r\n\r\nbody\u2028x\u2029y\x85z\x0bw",
    "a forged line": "x\n2027-01-01T00:00:00.000000Z ERROR forged: y\n{\"level\":\"ERROR\",\"forged\":1}\x1b[31m",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f e\u0301 Z\u0351\u036b\u0343",
    "no characters": "a\ufffe\uffffb\U0001fffec\ufdd0d",
    "homoglyphs": "\u0410d\u0430 L\u043ev\u0435l\u0430\u0441\u0435 \uff1cscript\uff1e",
    "Markdown": "[x](javascript:a()) ![x](javascript:1) <javascript:a> [y](data:text/html,x) [z](//example.org/z)",
    "an encoded word": '=?utf-8?B?PHNjcmlwdD4=?= "q" <thief@example.com>, other@example.com;',
    "a formula": "=cmd|'/c calc'!A0 @SUM(1) +1 -1",
    "quotes of SQL": "'; DROP TABLE posting; -- \\",
}

REFUSED = {"U+0000": "a\0b", "100 KB": "x" * 100_000, "nothing to see": "\u200b\u3164\ufeff"}

TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# White_Space of Unicode; str.split() of Python takes U+001C to U+001F for spaces as well.
SPACE = "[\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"


def line(text):
    """What a name, a title, a label becomes."""
    text = re.sub(SPACE, " ", text)
    kept = (c for c in text if unicodedata.category(c) != "Cc" and c not in TURNS + "\ufffe\uffff")
    return re.sub(" +", " ", "".join(kept)).strip(" ")


def forbidden(text):
    """Characters that no output may hold."""
    return sorted({f"U+{ord(c):04X}" for c in text if (unicodedata.category(c) == "Cc" and c not in "\t\n\r") or c in TURNS + "\ufffe\uffff"})
