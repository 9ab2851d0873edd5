use super::*;

fn house() -> House {
    House { name: Line::new("Example Works"), url: None, zone: chrono_tz::UTC, language: "en".to_owned() }
}

fn wording(subject: &str, body: &str) -> Wording {
    Wording { subject: subject.to_owned(), body: body.to_owned() }
}

/// What an offer in these words says, with hostile values.
fn offer(body: &str, role: &str) -> Letter {
    write(&wording("{{ role }}", body), &of_role(role), &house()).unwrap()
}

/// What an offer of this role may name.
fn of_role(role: &str) -> Values {
    let mut values = samples(LetterKind::Offer, |_| true);
    values.retain(|(variable, _)| *variable != Variable::Role);
    values.push((Variable::Role, role.to_owned()));
    values
}

fn body_of(letter: &Letter) -> &str {
    let from = letter.html.split_once("<p class=\"house\">Example Works</p>\n").unwrap().1;
    from.split_once("<p class=\"foot\">").unwrap().0.trim()
}

#[test]
fn words_become_text_and_html_that_say_the_same() {
    let body = "{{ greeting }}\n\nwe *really* want you in **{{ team }}**:\n\n- a desk\n- a kettle\n\n> quoted\n> twice\n\n\
        [See it]({{ link }})\n\nor read [our page](https://example.com/a?b=1&c=2), or [write](mailto:jobs@example.com).\n\n\
        1. one\n2. two\n\n## The end\nBye\\\nnow";
    let letter = offer(body, "Maker");
    assert_eq!(letter.subject, "Maker");
    let text = "Dear Robin Sample,\n\nwe really want you in Workshop:\n\n- a desk\n- a kettle\n\n> quoted\n> twice\n\n\
        See it:\nhttps://jobs.example.com/sample\n\nor read our page: https://example.com/a?b=1&c=2, or write: \
        mailto:jobs@example.com.\n\n1. one\n2. two\n\nThe end\n\nBye\nnow\n\nExample Works";
    assert_eq!(letter.text.trim_end(), text);
    for html in [
        "<p>Dear Robin Sample,</p>",
        "<p>we <em>really</em> want you in <strong>Workshop</strong>:</p>",
        "<ul>\n<li>a desk</li>\n<li>a kettle</li>\n</ul>",
        "<blockquote>\n<p>quoted\ntwice</p>\n</blockquote>",
        "<p class=\"go\"><a href=\"https://jobs.example.com/sample\">See it</a></p>\n<p class=\"small\"><a href=",
        "\"https://jobs.example.com/sample\">https://jobs.example.com/sample</a></p>",
        "<a href=\"https://example.com/a?b=1&amp;c=2\">our page</a>, or",
        "<ol>\n<li>one</li>\n<li>two</li>\n</ol>",
        "<p><strong>The end</strong></p>\n<p>Bye<br>\nnow</p>",
    ] {
        assert!(body_of(&letter).contains(html), "{html} is not in {}", body_of(&letter));
    }
}

#[test]
fn what_is_put_in_is_never_read_as_markdown() {
    for hostile in [
        "*a* _b_ **c** `d`",
        "[x](https://evil.example.net)",
        "<https://evil.example.net>",
        "<script>alert(1)</script>",
        "![x](https://evil.example.net/p.png)",
        "# Boss",
        "{{ link }} {% if x %}",
        "a\\",
        "&amp; &lt;",
        "1. x",
        "- x",
        "> x",
        "---",
    ] {
        let letter = offer("For {{ role }}.\n\n{{ role }}\n\n[Go]({{ link }})", hostile);
        assert!(
            letter.text.starts_with(&format!("For {hostile}.\n\n{hostile}\n\n")),
            "{hostile}: {}",
            letter.text
        );
        let mut shown = String::new();
        prose::escape(&mut shown, hostile);
        let html = format!("<p>For {shown}.</p>\n<p>{shown}</p>\n<p class=\"go\">");
        assert!(body_of(&letter).starts_with(&html), "{hostile}: {}", body_of(&letter));
    }
    let paragraphs = prose::escaped("One\n  two\n\n\n\nthree");
    assert_eq!(paragraphs, "One\\\ntwo\n\nthree");
}

#[test]
fn a_link_is_a_button_only_where_it_is_alone() {
    for body in ["See [this]({{ link }})", "[this]({{ link }}) now", "- [this]({{ link }})"] {
        let letter = offer(body, "Maker");
        assert!(!letter.html.contains("class=\"go\""), "{body}: {}", body_of(&letter));
        assert!(body_of(&letter).contains("<a href=\"https://jobs.example.com/sample\">this</a>"), "{body}");
    }
}

#[test]
fn words_that_cannot_be_good_are_refused_with_what_would_be() {
    let bomb = "{% for a in 'x' * 100000 %}{% for b in 'x' * 100000 %}{{ a }}{% endfor %}{% endfor %}";
    let nested = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let link = "[Go]({{ link }})";
    for (body, meant) in [
        (
            "{{ salary }} [Go]({{ link }})".to_owned(),
            "no other names in braces than greeting, name, organisation, role",
        ),
        (format!("{bomb}{link}"), "less work"),
        (format!("{{{{ {nested} }}}}{link}"), "braces as in"),
        (format!("{{{{ 'x' * 1000000000 }}}}{link}"), ""),
        (format!("{{% include 'mail/foot.txt' %}}{link}"), "braces as in"),
        (format!("{{% macro a() %}}{{% endmacro %}}{link}"), "braces as in"),
        (format!("{{% if role %}}{link}"), "braces as in"),
        (format!("{{{{ role|safe }}}}{link}"), "braces as in"),
        (format!("<b>x</b> {link}"), "no HTML"),
        (format!("<div>\n\n{link}"), "no HTML"),
        (format!("![x](https://example.com/x.png) {link}"), "no pictures"),
        (format!("`x` {link}"), "paragraphs, headings"),
        (format!("[x](http://example.com) {link}"), "links that begin with https"),
        (format!("[x](javascript:alert) {link}"), "links that begin with https"),
        (format!("[x](data:text/html,x) {link}"), "links that begin with https"),
        ("Nothing to press".to_owned(), "{{ link }} in it"),
        ("{% if name %}[Go]({{ link }}){% else %}Hi{% endif %}".to_owned(), "{{ link }} in it"),
        ("{% if not name %}[Go]({{ link }}){% endif %}".to_owned(), "words that are there"),
        ("{# nothing #}".to_owned(), "words that are there"),
    ] {
        let refused = sample(LetterKind::Offer, &wording("Yes", &body), &house()).unwrap_err();
        assert_eq!(refused.field(), Some("body"), "{body:.80}");
        assert!(refused.to_string().contains(meant), "{body:.80}: {refused}");
    }
    let refused = sample(LetterKind::Offer, &wording("{{ salary }}", link), &house()).unwrap_err();
    assert_eq!(refused.field(), Some("subject"));
    let refused = sample(LetterKind::Offer, &wording("{{ salary }}", "<b>"), &house()).unwrap_err();
    assert_eq!(refused.each().len(), 2, "both are told: {refused}");
    let refused = sample(LetterKind::FormSent, &wording("{{ words }}", link), &house()).unwrap_err();
    assert_eq!(refused.field(), Some("subject"), "it may be empty");
}

#[test]
fn a_letter_without_what_it_is_for_is_none() {
    let sly = wording("Hi", "Hello. {% if role == 'Instrument Maker' %}[Go]({{ link }}){% endif %}");
    assert!(sample(LetterKind::Offer, &sly, &house()).is_ok(), "the sample is such a letter");
    let flaw = write(&sly, &of_role("Gardener"), &house()).unwrap_err();
    assert!(flaw.part == "body" && flaw.expected.contains("{{ link }} in it"), "{flaw:?}");
}

#[test]
fn every_kind_can_be_written_in_its_own_names() {
    for kind in LetterKind::ALL.iter().copied().filter(|kind| kind.has_own_words()) {
        let names = kind.variables().iter().map(|variable| format!("{variable}: {{{{ {variable} }}}}"));
        let letter = sample(kind, &wording("{{ role }}", &names.collect::<Vec<_>>().join("\n\n")), &house());
        let letter = letter.unwrap_or_else(|refused| panic!("{kind}: {refused}"));
        for variable in kind.variables() {
            assert!(
                letter.text.contains(&format!("{variable}: {}", variable.sample())),
                "{kind}: {}",
                letter.text
            );
        }
    }
}
