//! Every shape the guard counts, at its limit and one past it.

use super::*;
use async_graphql_parser::parse_query;

/// The fields and the depth that client libraries ask for when they read a whole schema.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        description
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...FullType }
        directives {
          name description isRepeatable locations
          args(includeDeprecated: true) { ...InputValue }
        }
      }
    }
    fragment FullType on __Type {
      kind name description specifiedByURL
      fields(includeDeprecated: true) {
        name description
        args(includeDeprecated: true) { ...InputValue }
        type { ...TypeRef }
        isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue {
      name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
    }
    fragment TypeRef on __Type {
      kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
      kind name } } } } } } } } }
    }";

fn cost(text: &str) -> Result<Cost, GuardRefusal> {
    check(text, &Limits::default())
}

fn code(text: &str) -> &'static str {
    cost(text).map_or_else(|refusal| refusal.code(), |_| "passes")
}

/// `depth` fragments of which each spreads the next one `times`.
fn fan_out(depth: usize, times: usize) -> String {
    let mut text = "{...f0}".to_owned();
    for at in 0..depth {
        let spreads = format!("...f{} ", at + 1).repeat(times);
        text.extend(["fragment f", &at.to_string(), " on Query{", &spreads, "}"]);
    }
    text + &format!("fragment f{depth} on Query{{a}}")
}

/// `{a{a{a}}}`, `depth` deep.
fn deep(depth: usize) -> String {
    format!("{}{}", "{a".repeat(depth), "}".repeat(depth))
}

#[test]
fn every_measure_is_counted() {
    let text = "query Q($v: [Int!] = [1]) @d(x: $v) { a: b(o: {l: [$v]}) { ...F } ... on T { c } }
                fragment F on T { d(v: $v) e }";
    let found = cost(text).unwrap();
    let expected = Cost {
        bytes: text.len(),
        tokens: 64,
        nesting: 4,
        depth: 3,
        fields: 6,
        expanded_tokens: 64,
        variable_uses: 2,
        aliases: 1,
        directives: 1,
    };
    assert_eq!(found, expected);
}

#[test]
fn bytes() {
    let padded = |bytes: usize| format!("{{a}}{}", " ".repeat(bytes - 3));
    assert_eq!(code(&padded(10_000)), "passes");
    assert_eq!(code(&padded(10_001)), "QUERY_TOO_LARGE");
    assert_eq!(code(&"[".repeat(100_000)), "QUERY_TOO_LARGE");
}

#[test]
fn tokens() {
    assert_eq!(code(&format!("{{{}}}", "a ".repeat(1_998))), "passes");
    assert_eq!(code(&format!("{{{}}}", "a ".repeat(1_999))), "QUERY_TOO_MANY_TOKENS");
    assert_eq!(code(&format!("{{a(l:[{}])}}", "-1".repeat(2_000))), "QUERY_TOO_MANY_TOKENS");
}

#[test]
fn nesting() {
    // The selection set and the parenthesis are two of the brackets.
    for (open, close) in [("[", "]"), ("{a:", "}")] {
        let nested = |count: usize| format!("{{a(x:{}1{})}}", open.repeat(count), close.repeat(count));
        assert_eq!(code(&nested(48)), "passes");
        assert_eq!(code(&nested(49)), "QUERY_TOO_NESTED");
        assert_eq!(code(&nested(1_000)), "QUERY_TOO_NESTED");
    }
    let variable_type = format!("query($v:{}Int{}){{a}}", "[".repeat(60), "]".repeat(60));
    assert_eq!(code(&variable_type), "QUERY_TOO_NESTED");
    let directive = format!("{{a@d(x:{}1{})}}", "[".repeat(60), "]".repeat(60));
    assert_eq!(code(&directive), "QUERY_TOO_NESTED");
    assert_eq!(code(&format!("{{a(x:{}", "[".repeat(9_000))), "QUERY_TOO_NESTED");
}

#[test]
fn depth_in_one_definition() {
    assert_eq!(code(&deep(20)), "passes");
    assert_eq!(code(&deep(21)), "QUERY_TOO_DEEP");
    assert_eq!(code(&format!("{}a{}", "{...".repeat(21), "}".repeat(21))), "QUERY_TOO_DEEP");
}

#[test]
fn depth_through_fragments() {
    // One level of the operation, nineteen fragments that each add one.
    assert_eq!(code(&fan_out(18, 1)), "passes");
    assert_eq!(code(&fan_out(19, 1)), "QUERY_TOO_DEEP");
    let late = format!("{{a{{...F}}}} fragment F on T {}", deep(18));
    assert_eq!(code(&late), "passes");
    let late = format!("{{a{{...F}}}} fragment F on T {}", deep(19));
    assert_eq!(code(&late), "QUERY_TOO_DEEP");
}

#[test]
fn fields_through_fragments() {
    assert_eq!(cost(&fan_out(10, 2)).map(|cost| cost.fields), Ok(3_071));
    assert_eq!(code(&fan_out(11, 2)), "QUERY_TOO_COMPLEX");
    assert_eq!(code(&fan_out(18, 2)), "QUERY_TOO_COMPLEX");
    assert_eq!(code(&fan_out(20, 2)), "QUERY_TOO_DEEP");
    assert_eq!(code(&fan_out(18, 20)), "QUERY_TOO_COMPLEX");
}

#[test]
fn sums_do_not_wrap() {
    let generous = Limits { depth: usize::MAX, ..Limits::default() };
    let refusal = check(&fan_out(20, 30), &generous).unwrap_err();
    assert_eq!(refusal.code(), "QUERY_TOO_COMPLEX");
}

#[test]
fn unused_fragments_count_because_validation_walks_them() {
    let unused = fan_out(18, 2).replacen("{...f0}", "{a}", 1);
    assert_eq!(code(&unused), "QUERY_TOO_COMPLEX");
}

#[test]
fn long_arguments_count_each_time_they_are_spread() {
    let list = "1 ".repeat(1_500);
    let text = format!("{{{}}} fragment F on T {{a(l:[{list}])}}", "...F ".repeat(40));
    assert_eq!(code(&text), "QUERY_TOO_COMPLEX");
    let uses = cost("{...F ...F} fragment F on T {a(v:$v)}").map(|cost| cost.variable_uses);
    assert_eq!(uses, Ok(2));
}

#[test]
fn cycles() {
    for text in [
        "{...A} fragment A on T {...A}",
        "{...A} fragment A on T {...B} fragment B on T {x{...C}} fragment C on T {...A}",
        "{a} fragment A on T {...B} fragment B on T {...A}",
    ] {
        assert_eq!(code(text), "QUERY_FRAGMENT_CYCLE", "{text}");
    }
    assert_eq!(code("{...A ...B} fragment A on T {...B} fragment B on T {a}"), "passes");
    assert_eq!(code("{...Unknown}"), "passes");
}

#[test]
fn aliases_and_directives() {
    let aliases = |count: usize| format!("{{{}}}", "a:b ".repeat(count));
    assert_eq!(code(&aliases(50)), "passes");
    assert_eq!(code(&aliases(51)), "QUERY_TOO_MANY_ALIASES");
    let directives = |count: usize| format!("{{a {}}}", "@d ".repeat(count));
    assert_eq!(code(&directives(50)), "passes");
    assert_eq!(code(&directives(51)), "QUERY_TOO_MANY_DIRECTIVES");
    let on_variables = format!("query({}){{a}}", "$v:Int@d ".repeat(51));
    assert_eq!(code(&on_variables), "QUERY_TOO_MANY_DIRECTIVES");
}

#[test]
fn keywords_are_names_inside_a_selection_set() {
    for text in [
        "{on fragment query mutation subscription true null}",
        "query query { fragment: on(query: $mutation) { ...fragment } }
         fragment fragment on fragment { query }",
        "{ ... on on { on } ...F @include(if: true) ... @skip(if: false) { a } ... { b } }",
        "{a(on: {query: {fragment: [query, \"}\"]}})}",
    ] {
        assert_eq!(code(text), "passes", "{text}");
    }
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let brackets = "[{(".repeat(100);
    for text in [
        format!("{{a(s:\"{brackets}\")}}"),
        format!("{{a(s:\"\"\"{brackets}\"\"\")}}"),
        format!("\u{feff}{{a # {brackets}\r}}"),
        format!("{{a(s:\"\\\"{brackets}\\\\\")}}"),
    ] {
        assert_eq!(code(&text), "passes", "{text}");
    }
}

#[test]
fn what_is_not_graphql_is_refused_with_its_place() {
    for text in [
        "{",
        "}",
        "{a",
        "{a)}",
        "{a(}",
        "{a(x:[1)}",
        "{a(x:{b:1]}}",
        "a",
        "queryFoo{a}",
        "fragmentF on T{a}",
        "fragment on on T{a}",
        "fragment F{a}",
        "fragment F on {a}",
        "query Q R{a}",
        "{...}",
        "{... on}",
        "{... on T}",
        "{...on # c\n T a}",
        "{...on # c\n T {a}}",
        "{a:}",
        "{@d}",
        "{a@}",
        "{a(x:1}",
        "{{a}}",
        "{a}}",
        "query",
        "query($a:Int",
        "\"description\" {a}",
        "{a(x:\"\n\")}",
        "type T { a: Int }",
    ] {
        assert_eq!(code(text), "GRAPHQL_PARSE_FAILED", "{text}");
    }
    let refusal = cost("{\n  é }").unwrap_err();
    let what = "an unexpected character";
    assert_eq!(refusal, GuardRefusal::Syntax { what, line: 2, column: 3 });
}

#[test]
fn an_empty_text_is_left_to_the_parser() {
    for text in ["", "   ", "# nothing"] {
        assert_eq!(code(text), "passes");
        assert!(parse_query(text).is_err());
    }
}

#[test]
fn client_libraries_can_read_the_schema() {
    let found = cost(INTROSPECTION).unwrap();
    assert_eq!(found.depth, 18);
    assert!(parse_query(INTROSPECTION).is_ok());
}

#[test]
fn what_passes_parses_without_ending_the_process() {
    let corpus = [
        format!("{{a(x:{}1{})}}", "[".repeat(48), "]".repeat(48)),
        format!("{{a(x:{}1{})}}", "{a:".repeat(48), "}".repeat(48)),
        format!("query($v:{}Int{}){{a}}", "[".repeat(49), "]".repeat(49)),
        deep(20),
        fan_out(10, 2),
        format!("{{{}}}", "...on Query{a}".repeat(330)),
        format!("{{{}}}", "a:b{c{d}} ".repeat(50)),
        format!("{{a {}}}", "@d(x:[[[1]]]) ".repeat(50)),
        format!("{{a(l:[{}])}}", "truetruetruetrue ".repeat(500)),
        format!("{{a(s:\"{}\")}}", "\\u0041".repeat(1_000)),
    ];
    for text in corpus {
        let start = &text[..text.len().min(80)];
        assert_eq!(code(&text), "passes", "{start}");
        assert!(parse_query(&text).is_ok(), "{start}");
    }
}
