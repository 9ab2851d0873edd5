//! Chance that repeats itself, and invented people.

/// Draws the same in every run.
pub struct Dice(u64);

const FIRST: [&str; 20] = [
    "Ada", "Bo", "Cleo", "Dov", "Edda", "Femi", "Gita", "Hugo", "Ines", "Jun", "Kaja", "Leon", "Mina",
    "Noor", "Olu", "Pia", "Quim", "Rosa", "Sami", "Tove",
];
const LAST: [&str; 20] = [
    "Abel", "Brandt", "Castro", "Dahl", "Eze", "Fabre", "Grau", "Holm", "Ito", "Jansen", "Kovac", "Lind",
    "Moreau", "Novak", "Okoro", "Popescu", "Quist", "Rossi", "Silva", "Toth",
];

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One of so many.
    pub fn one_of(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }

    /// Whether what happens so many times in a hundred happens.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.one_of(100) < percent
    }
}

/// A name and an address that nobody else has.
pub fn person(number: usize) -> (String, String) {
    let (first, last) = (FIRST[number % FIRST.len()], LAST[number / FIRST.len() % LAST.len()]);
    (
        format!("{first} {last}"),
        format!("{}.{}.{number}@example.com", first.to_lowercase(), last.to_lowercase()),
    )
}
