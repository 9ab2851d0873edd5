//! A letter in words of the organisation's own, with everything that they may have.

use vacantia::domain::letter_template::Wording;
use vacantia::mail::letter::{House, Letter};
use vacantia::mail::template;

use super::about_offers;

const BODY: &str = "{{ greeting }}

we *really* want you as **{{ role }}** in the {{ team }} team.

[See what we offer]({{ link }})

### What we like

- kettles, and {{ name }}
- quiet

> Whoever laughs first
> pays for lunch.

1. Read it.
2. Answer until {{ deadline }}.

{{ organisation }}";

/// An offer with hostile facts.
pub fn offer(house: &House) -> (&'static str, Letter) {
    let (_, facts) = about_offers().into_iter().find(|(name, _)| *name == "offer").unwrap();
    let wording = Wording { subject: "For you, {{ name }}: {{ role }}".into(), body: BODY.into() };
    ("offer_in_own_words", template::write(&wording, &facts.values(house), house).unwrap())
}
