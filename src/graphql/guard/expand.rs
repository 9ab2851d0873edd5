//! What a document weighs once each spread is replaced by its fragment, summed once per fragment.

use std::collections::HashMap;

use super::{GuardRefusal, Limits, Measure};

/// What is added up over fragments. Sums stop at the largest number instead of wrapping.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    pub fields: usize,
    pub tokens: usize,
    pub variables: usize,
}

impl Weight {
    fn plus(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            tokens: self.tokens.saturating_add(other.tokens),
            variables: self.variables.saturating_add(other.variables),
        }
    }
}

/// One definition of a document as its text has it.
#[derive(Default)]
pub(super) struct Part<'a> {
    /// Name of the fragment; nothing for an operation.
    pub fragment: Option<&'a str>,
    pub own: Weight,
    /// Selection sets inside each other, its own outermost one included.
    pub depth: usize,
    /// Each spread's fragment, and the depth of the selection set it stands in.
    pub spreads: Vec<(&'a str, usize)>,
}

#[derive(Clone, Copy)]
enum Sum {
    Unknown,
    Begun,
    Known { weight: Weight, depth: usize },
}

/// Adds up all operations, and all fragments that nothing spreads, since those are validated too.
/// The second number is the deepest selection set.
pub(super) fn expand(parts: &[Part<'_>], limits: &Limits) -> Result<(Weight, usize), GuardRefusal> {
    let index: HashMap<&str, usize> =
        parts.iter().enumerate().filter_map(|(at, part)| Some((part.fragment?, at))).collect();
    let mut sums = vec![Sum::Unknown; parts.len()];
    let mut is_spread = vec![false; parts.len()];
    for start in 0..parts.len() {
        sum_from(start, parts, &index, &mut sums)?;
    }
    for part in parts {
        for (name, _) in &part.spreads {
            if let Some(&at) = index.get(name) {
                is_spread[at] = true;
            }
        }
    }
    let mut total = (Weight::default(), 0);
    for (sum, is_spread) in sums.into_iter().zip(is_spread) {
        if let (Sum::Known { weight, depth }, false) = (sum, is_spread) {
            total = (total.0.plus(weight), total.1.max(depth));
        }
    }
    Measure::Depth.within(total.1, limits.depth)?;
    Measure::Fields.within(total.0.fields, limits.fields)?;
    Measure::ExpandedTokens.within(total.0.tokens, limits.expanded_tokens)?;
    Ok(total)
}

/// Makes the sum of one definition known, and of all that it spreads, deepest first.
fn sum_from(
    start: usize,
    parts: &[Part<'_>],
    index: &HashMap<&str, usize>,
    sums: &mut [Sum],
) -> Result<(), GuardRefusal> {
    if matches!(sums[start], Sum::Known { .. }) {
        return Ok(());
    }
    sums[start] = Sum::Begun;
    let mut path = vec![(start, 0)];
    while let Some((at, next)) = path.last_mut() {
        let part = &parts[*at];
        let Some((name, _)) = part.spreads.get(*next) else {
            sums[*at] = sum_of(part, index, sums);
            path.pop();
            continue;
        };
        *next += 1;
        match index.get(name).map(|&inner| (inner, sums[inner])) {
            // A spread of nothing is left to validation.
            None | Some((_, Sum::Known { .. })) => {}
            Some((_, Sum::Begun)) => {
                return Err(GuardRefusal::Cycle { name: (*name).to_owned() });
            }
            Some((inner, Sum::Unknown)) => {
                sums[inner] = Sum::Begun;
                path.push((inner, 0));
            }
        }
    }
    Ok(())
}

fn sum_of(part: &Part<'_>, index: &HashMap<&str, usize>, sums: &[Sum]) -> Sum {
    let mut total = part.own;
    let mut deepest = part.depth;
    for (name, level) in &part.spreads {
        if let Some(&Sum::Known { weight, depth }) = index.get(name).map(|&at| &sums[at]) {
            total = total.plus(weight);
            deepest = deepest.max(depth.saturating_add(*level));
        }
    }
    Sum::Known { weight: total, depth: deepest }
}
