//! `docs/configuration.md`, made from the struct it describes.

use std::fmt::Write as _;

use clap::{Arg, Args, Command};

use super::Config;

const PREFACE: &str = "# Configuration

Every setting is an option of the command line (`vacantia --listen 0.0.0.0:80 serve`) and a variable of the environment.
An option wins over a variable. A secret can be read from a file instead: set the variable that ends in `_FILE`.
A variable that begins with `VACANTIA_` and is not listed here is warned about at start, and `vacantia doctor` fails on it.
Durations are a whole number and a unit: `250ms`, `5s`, `10m`, `2h`, `1d`.

This page is made from the program by `vacantia configuration`.
";

/// The page, in Markdown.
#[must_use]
pub fn reference() -> String {
    let command = Config::augment_args(Command::new("vacantia"));
    let mut page = PREFACE.to_owned();
    let mut heading = "";
    for setting in command.get_arguments().filter(|arg| arg.get_env().is_some()) {
        let own = setting.get_help_heading().unwrap_or_default();
        if own != heading {
            heading = own;
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n## {heading}\n\n| variable | option | without it | what it is |\n|---|---|---|---|\n"
            );
        }
        page.push_str(&row(setting));
    }
    page
}

fn row(setting: &Arg) -> String {
    let name = setting.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let option = setting.get_long().unwrap_or_default();
    let value = match setting.get_value_names() {
        Some(names) if setting.get_action().takes_values() => format!(" {}", names.join(" ")),
        _ => String::new(),
    };
    let usual: Vec<_> = setting.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let usual = if usual.is_empty() || !setting.get_action().takes_values() {
        "–".to_owned()
    } else {
        format!("`{}`", usual.join(","))
    };
    let help = setting.get_long_help().or(setting.get_help()).map(ToString::to_string).unwrap_or_default();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let values: Vec<_> =
        setting.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    let values = if values.is_empty() || !setting.get_action().takes_values() {
        String::new()
    } else {
        format!(" One of {}.", values.join(", "))
    };
    format!("| `{name}` | `--{option}{value}` | {usual} | {help}.{values} |\n")
}
