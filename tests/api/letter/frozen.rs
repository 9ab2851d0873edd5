//! The mails that the letters make, for readers that nobody here wrote: `tests/conformance/letters` reads them.

use std::path::Path;

use vacantia::mail::message::{Party, Post, freeze};

use super::{HOSTILE_NAME, all, deadline};

/// Where the mails lie: a file a letter, by its name.
const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/letters");

#[test]
fn every_letter_is_a_mail_of_its_own() {
    let folder = Path::new(FOLDER);
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    for (name, letter) in all() {
        let post = Post {
            from: &Party::new("Hollow & <Oak>\r\nX-Evil: 1", "jobs@example.com"),
            to: &Party::new(HOSTILE_NAME, "zoe@example.org"),
            reply_to: Some(&Party::new("Hollow Oak", "reply+0@in.example.com")),
            message_id: &format!("<{name}.0@example.com>"),
            answers: Some("<first.0@example.com>"),
            feedback_id: &format!("{name}:hollow-oak:example.com:vacantia"),
            date: deadline(),
            language: "en",
            letter: &letter,
            invites: &[],
        };
        std::fs::write(folder.join(format!("{name}.eml")), freeze(&post).unwrap()).unwrap();
    }
}
