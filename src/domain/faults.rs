//! Every fault of an input at once, so that nobody corrects a form field by field.

use super::Refusal;

/// The faults found so far.
#[derive(Default)]
pub(crate) struct Faults(Vec<Refusal>);

impl Faults {
    /// The value, or its default while the fault is kept.
    pub(crate) fn keep<T: Default>(&mut self, parsed: Result<T, Refusal>) -> T {
        parsed.unwrap_or_else(|fault| {
            self.0.push(fault);
            T::default()
        })
    }

    /// At most so many entries.
    pub(crate) fn most<T>(&mut self, field: &str, list: &[T], most: usize) {
        match most {
            _ if list.len() <= most => {}
            0 => self.0.push(Refusal::invalid(field, "none with this workplace")),
            _ => self.0.push(Refusal::invalid(field, &format!("at most {most} entries"))),
        }
    }

    /// Every place at which an entry equals an earlier one.
    pub(crate) fn twice<T: PartialEq>(
        &mut self,
        list: &[T],
        field: impl Fn(usize) -> String,
        expected: &str,
    ) {
        for (place, entry) in list.iter().enumerate() {
            if list[..place].contains(entry) {
                self.0.push(Refusal::invalid(&field(place), expected));
            }
        }
    }

    /// One more fault.
    pub(crate) fn push(&mut self, fault: Refusal) {
        self.0.push(fault);
    }

    /// All of them as one; `Ok` when there are none.
    pub(crate) fn end(self) -> Result<(), Refusal> {
        Refusal::all(self.0)
    }
}

/// A list whose entries are checked one by one, each with its place.
pub(crate) fn each<T>(list: Vec<T>, mut checked: impl FnMut(usize, T) -> T) -> Vec<T> {
    list.into_iter().enumerate().map(|(place, entry)| checked(place, entry)).collect()
}
