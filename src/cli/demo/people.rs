//! The demo's people. Invented; their addresses are on reserved domains.

use crate::domain::reference::Relation;

/// Who works here: name, title, and the local part of their address.
pub struct Colleague {
    /// Their name.
    pub name: &'static str,
    /// Their title; candidates see it.
    pub title: &'static str,
    /// What stands before `@example.com`.
    pub mailbox: &'static str,
}

/// Runs the installation.
pub const ADMIN: Colleague = Colleague { name: "Imke Vaartsma", title: "Systems", mailbox: "imke" };
/// Recruits.
pub const RECRUITER: Colleague = Colleague { name: "Tomasz Brzeg", title: "Recruiter", mailbox: "tomasz" };
/// Manages those to be hired.
pub const HIRING_MANAGER: Colleague =
    Colleague { name: "Noor Haddadin", title: "Engineering Manager, Plan", mailbox: "noor" };
/// Interviews.
pub const INTERVIEWER: Colleague =
    Colleague { name: "Silvestre Quintal", title: "Staff Engineer", mailbox: "silvestre" };
/// Approves offers.
pub const APPROVER: Colleague =
    Colleague { name: "Greta Lindahl", title: "VP of Engineering", mailbox: "greta" };

/// Those who applied to the reference posting, and how far each has come: the stage, counted from 0.
pub const APPLICANTS: &[(&str, usize)] = &[
    ("Adaeze Nwoko", 0),
    ("Bram Terlouw", 0),
    ("Catarina Vilaverde", 0),
    ("Dmitar Kolev", 0),
    ("Elif Sarıkaya", 0),
    ("Fionn Ó Maoláin", 0),
    ("Giulia Ferrantelli", 0),
    ("Hana Dvořáčková", 0),
    ("Ilias Papakostas", 1),
    ("Jadwiga Wolańska", 1),
    ("Kwabena Osei-Tutu", 1),
    ("Lene Aagaard", 1),
    ("Mirjam Oosterling", 1),
    ("Nikolaj Rask", 2),
    ("Oluwaseun Adeyinka", 2),
    ("Pilar Etxeberria", 2),
    ("Quirin Hallmoser", 2),
    ("Rosalba Minniti", 3),
    ("Sorin Dragulescu", 3),
    ("Tuuli Kivimäki", 3),
    ("Ugo Santambrogio", 4),
    ("Valentina Cordobés", 4),
    ("Wiebke Harmsen", 4),
    ("Xavier Puigdomènech", 4),
    ("Yusra El-Amrani", 5),
    ("Zbigniew Pokora", 5),
    ("Annelie Forsström", 6),
    ("Benedikt Achleitner", 7),
];

/// Those who applied elsewhere: name, and which of the other postings.
pub const OTHERS: &[(&str, usize)] = &[
    ("Colm Breathnach", 0),
    ("Daria Zelenskaya", 0),
    ("Emeka Chukwuma", 0),
    ("Frauke Petersdotter", 0),
    ("Gonçalo Abrantes", 0),
    ("Hedda Myklebust", 0),
    ("Ivo Marušić", 0),
    ("Jolanda van Rhee", 1),
    ("Kalina Todorova", 1),
    ("Lorcan Mac Giolla", 1),
    ("Maëlle Kerjean", 1),
    ("Niamh Ní Fhloinn", 1),
];

/// Whom those who come far enough name, and how these people know them.
pub const REFEREES: [(&str, Relation); 2] =
    [("Saskia Trommelen", Relation::Manager), ("Rashid Bakhtiari", Relation::Peer)];

/// The address of somebody invented: their name in ASCII letters, on a reserved domain.
pub fn address(name: &str) -> String {
    let mut local = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' => local.push(c),
            ' ' | '-' => local.push('.'),
            'á' | 'à' | 'ä' | 'ã' | 'å' => local.push('a'),
            'é' | 'è' | 'ë' | 'ê' => local.push('e'),
            'í' | 'ì' | 'ï' | 'ı' => local.push('i'),
            'ó' | 'ò' | 'ö' => local.push('o'),
            'ř' => local.push('r'),
            'š' => local.push('s'),
            'č' | 'ć' | 'ç' => local.push('c'),
            'ń' => local.push('n'),
            _ => {}
        }
    }
    format!("{local}@mail.example.org")
}
