//! What stands on the page of an application, part by part, and what GraphQL tells in the same words.

use serde_json::Value;

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

pub fn each(list: &Value, told: impl Fn(&Value) -> String) -> Vec<String> {
    list.as_array().unwrap().iter().map(told).collect()
}

/// What stands between two marks.
pub fn part<'a>(html: &'a str, start: &str, end: &str) -> Option<&'a str> {
    html.split_once(start)?.1.split_once(end).map(|(part, _)| part)
}

/// The texts between marks, each time they come.
pub fn items(html: &str, start: &str, end: &str) -> Vec<String> {
    html.split(start)
        .skip(1)
        .filter_map(|rest| rest.split_once(end))
        .map(|(item, _)| item.to_owned())
        .collect()
}

/// The words of markup.
fn words(html: &str) -> String {
    let plain: String =
        html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
    plain.replace("&#60;", "<").replace("&#62;", ">").split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn stages_on(html: &str) -> Vec<String> {
    let Some(way) = part(html, "<ol class=\"way\">", "</ol>") else { return Vec::new() };
    items(way, "<li class=\"", "</li>")
        .iter()
        .map(|item| {
            let (state, rest) = item.split_once('"').unwrap();
            let (title, said) = rest.split_once("<br>").unwrap_or((rest, ""));
            let title = title.split_once('>').unwrap().1;
            let title = words(title).trim_end_matches(" done").to_owned();
            format!("{state} {title}: {}", words(&said.replace("<br>", " / ")))
        })
        .collect()
}

/// A stage in the words of the page.
pub fn stage(told: &Value) -> String {
    let steps = told["steps"].as_array().unwrap();
    let state = text(&told["status"]).to_lowercase();
    let mut said = Vec::new();
    if state == "ahead" && told["optional"] == true {
        said.push("Not everybody goes through this one.".to_owned());
    }
    if state != "done" && told["parallel"] == true && steps.len() > 1 {
        said.push("All at once, in any order:".to_owned());
    }
    match state.as_str() {
        "now" => said.extend(steps.iter().map(happening)),
        "ahead" if steps.len() == 1 => {
            said.extend(steps[0]["minutes"].as_i64().map(|minutes| format!("{minutes} minutes")));
        }
        "ahead" => said.extend(steps.iter().map(|step| match step["minutes"].as_i64() {
            Some(minutes) => format!("{}, {minutes} minutes", text(&step["title"])),
            None => text(&step["title"]).to_owned(),
        })),
        _ => {}
    }
    format!("{state} {}: {}", text(&told["title"]), said.join(" / "))
}

fn happening(step: &Value) -> String {
    let said = match (text(&step["status"]), text(&step["kind"])) {
        ("DONE", _) => "done.",
        ("WITH_US", "FORM") => "your answers have arrived, and we are reading them.",
        ("WITH_US", _) => "it took place, and we are talking about it.",
        (_, "REVIEW") => return "We are reading what you have sent us.".to_owned(),
        ("SET", _) => "the time is set; you have an invitation.",
        ("ASKED", "REFERENCE") => "we have asked and wait for the answers.",
        ("ASKED", "INTERVIEW") => "you can pick a time.",
        ("ASKED", "OFFER") => return "Our offer is with you, and we wait for your answer.".to_owned(),
        ("ASKED", _) => "we have asked you for something and wait for it.",
        ("AHEAD", "INTERVIEW") => "we will invite you.",
        ("AHEAD", "OFFER") => return "We are deciding, and you will hear from us.".to_owned(),
        other => panic!("{other:?}"),
    };
    format!("{}: {said}", text(&step["title"]))
}

pub fn tasks_on(html: &str) -> Vec<String> {
    let Some(list) = part(html, "<h2>What we ask of you</h2>", "</ul>") else { return Vec::new() };
    let task = |item: &String| {
        let address = part(item, "<a href=\"", "\"").unwrap();
        let late = if item.contains("<br>") { " late" } else { "" };
        format!("{address} {}{late}", words(part(item, "\">", "</a>").unwrap()))
    };
    items(list, "<li>", "</li>").iter().map(task).collect()
}

pub fn meetings_on(html: &str) -> Vec<String> {
    let meeting = |item: &String| {
        let link = part(item, "<a href=\"", "\"").unwrap();
        let (title, when) = (part(item, "<h3>", "</h3>"), part(item, "<strong>", "</strong>"));
        let hosts = part(item, "<p>With ", "</p>").unwrap();
        format!("{} | {} | {link} | {}", words(title.unwrap()), when.unwrap(), words(hosts))
    };
    let list = html.split_once("<h2>We meet</h2>").map_or("", |(_, list)| list);
    items(list, "<div class=\"notice\">", "</div>").iter().map(meeting).collect()
}
