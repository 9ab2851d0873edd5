//! Finds misspelt variables: what begins with `VACANTIA_` and is no setting.

use clap::CommandFactory;

/// A variable that begins with `VACANTIA_` and is no setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its name.
    pub name: String,
    /// The setting with the most similar name, if one is close.
    pub nearest: Option<String>,
}

impl std::fmt::Display for Stray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is no setting", self.name)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean {nearest}?"),
            None => f.write_str("; docs/configuration.md lists them all"),
        }
    }
}

/// The strays among these variables, given as names and values.
pub fn strays<Command: CommandFactory>(variables: impl Iterator<Item = (String, String)>) -> Vec<Stray> {
    let known = known(&Command::command());
    let mut strays: Vec<Stray> = variables
        .filter(|(name, value)| name.starts_with("VACANTIA_") && !is_of_others(name, value))
        .filter(|(name, _)| !known.contains(name))
        .map(|(name, _)| Stray { nearest: nearest(&name, &known), name })
        .collect();
    strays.sort_by(|one, other| one.name.cmp(&other.name));
    strays
}

fn known(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(clap::Arg::get_env);
    let mut names: Vec<String> = own.map(|name| name.to_string_lossy().into_owned()).collect();
    for inner in command.get_subcommands() {
        names.extend(known(inner));
    }
    names
}

/// The tests' own variables, and what Kubernetes sets in every container beside a service called `vacantia`.
fn is_of_others(name: &str, value: &str) -> bool {
    name.starts_with("VACANTIA_TEST_")
        || name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.contains("_PORT")
            && (value.starts_with("tcp://") || name.contains("_TCP") || name.contains("_UDP")))
}

fn nearest(name: &str, known: &[String]) -> Option<String> {
    let (distance, nearest) = known.iter().map(|candidate| (distance(name, candidate), candidate)).min()?;
    (distance <= 4).then(|| nearest.clone())
}

/// How many characters have to be put in, taken out or replaced to turn one text into the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, c) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        config: crate::config::Config,
    }

    fn found(name: &str, value: &str) -> Option<Stray> {
        strays::<Line>([(name.to_owned(), value.to_owned())].into_iter()).pop()
    }

    #[test]
    fn a_misspelt_setting_is_found_with_its_neighbour() {
        let stray = found("VACANTIA_SMPT_URL", "smtp://localhost").unwrap();
        assert_eq!(stray.nearest.as_deref(), Some("VACANTIA_SMTP_URL"));
        assert_eq!(found("VACANTIA_COFFEE_MACHINE", "on").unwrap().nearest, None);
        assert!(!stray.to_string().contains("localhost"));
    }

    #[test]
    fn settings_and_what_others_set_are_no_strays() {
        for (name, value) in [
            ("VACANTIA_LISTEN", "x"),
            ("VACANTIA_TEST_DATABASE_URL", "x"),
            ("VACANTIA_PORT", "tcp://10.0.0.1:8080"),
            ("VACANTIA_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("VACANTIA_SERVICE_HOST", "10.0.0.1"),
            ("VACANTIA_SERVICE_PORT_HTTP", "8080"),
            ("HOME", "/"),
        ] {
            assert_eq!(found(name, value), None, "{name}");
        }
    }

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
