//! How text is marked in CommonMark, and how it is kept from being read as marks.

/// Marks touch letters or digits; anything else at the ends stays outside of them.
pub(super) fn emphasised(content: &str, mark: &str) -> String {
    let tag = if mark == "**" { "strong" } else { "em" };
    let (Some(start), Some(end)) =
        (content.find(char::is_alphanumeric), content.rfind(char::is_alphanumeric))
    else {
        return content.to_owned();
    };
    let end = end + content[end..].chars().next().map_or(0, char::len_utf8);
    if content.contains("](") || content.contains('<') {
        let inner = content.trim();
        return content.replacen(inner, &format!("<{tag}>{inner}</{tag}>"), 1);
    }
    format!("{}{mark}{}{mark}{}", &content[..start], &content[start..end], &content[end..])
}

pub(super) fn linked(content: &str, words: &str, address: &str) -> String {
    let before = content.find(words).unwrap_or_default();
    let address = address.replace('<', "%3C").replace('>', "%3E").replace(['\n', '\r', '\\'], "");
    let (lead, tail) = (&content[..before], &content[before + words.len()..]);
    format!("{lead}[{words}](<{address}>){tail}")
}

/// Adds a character so that it stays itself; `rest` is the text that it begins.
pub(super) fn push_escaped(text: &mut String, c: char, rest: &str) {
    if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<') || c == '&' && is_entity(rest) {
        text.push('\\');
    }
    text.push(c);
}

/// Whether a text begins with what CommonMark reads as an entity.
fn is_entity(text: &str) -> bool {
    let name = text.trim_start_matches('&').split_once(';').map_or("", |(name, _)| name);
    (1..32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    text.char_indices().for_each(|(place, c)| push_escaped(&mut out, c, &text[place..]));
    guarded(&out)
}

/// Inline text without marks and escapes.
pub(super) fn plain(inline: &str) -> String {
    let mut text = String::new();
    let mut chars = inline.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().map(|c| if c == '\n' { ' ' } else { c })),
            c => text.push(c),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// No line of a paragraph starts a list, heading, quote or rule.
pub(super) fn guarded(block: &str) -> String {
    let line = |line: &str| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let numbered = (1..10).contains(&digits) && line[digits..].starts_with(['.', ')']);
        match () {
            () if numbered => format!("{}\\{}", &line[..digits], &line[digits..]),
            () if line.starts_with(['-', '+', '#', '>', '=', '~', '|']) => format!("\\{line}"),
            () => line.to_owned(),
        }
    };
    block.lines().map(|text| line(text.trim_start())).collect::<Vec<_>>().join("\n")
}
