//! Addresses that only we can have made, so that what comes back to them is about our mail: bounces go to
//! `b+<message><seal>@`, a candidate's replies to `reply+<application>.<seal>@` the inbound domain.
//!
//! A seal is 104 bits of HMAC-SHA256 in the ids' own base 32, lower case, since some servers fold addresses. Local parts stay
//! below the 64 octets of RFC 5321 section 4.5.3.1.1.

use ring::hmac;

use crate::domain::id::{ApplicationId, EmailMessageId};
use crate::domain::mailing::Inbound;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of an id without its kind, and of a seal.
const ID: usize = 26;
const SEAL: usize = 21;

/// What an address of ours was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// The return path of this message.
    Bounce(EmailMessageId),
    /// Replies about this application.
    Reply(ApplicationId),
}

impl Sealed {
    /// The id as addresses and seals spell it.
    fn id(self) -> String {
        match self {
            Self::Bounce(id) => id.short(),
            Self::Reply(id) => id.short(),
        }
    }

    /// The address.
    #[must_use]
    pub fn address(self, inbound: &Inbound) -> String {
        let (id, seal, domain) = (self.id(), seal(&inbound.secret, self), &inbound.domain);
        match self {
            Self::Bounce(_) => format!("b+{id}{seal}@{domain}"),
            Self::Reply(_) => format!("reply+{id}.{seal}@{domain}"),
        }
    }

    /// What an address was made for, if we made it: with the secret of now or the one before.
    #[must_use]
    pub fn open(inbound: &Inbound, address: &str) -> Option<Self> {
        let address = address.trim().to_ascii_lowercase();
        let (local, domain) = address.rsplit_once('@')?;
        if domain != inbound.domain || !local.is_ascii() {
            return None;
        }
        let (sealed, given) = if let Some(token) = local.strip_prefix("b+") {
            let (id, given) = token.split_at_checked(ID)?;
            (Self::Bounce(format!("{}_{id}", EmailMessageId::PREFIX).parse().ok()?), given)
        } else {
            let (id, given) = local.strip_prefix("reply+")?.split_once('.')?;
            (Self::Reply(format!("{}_{id}", ApplicationId::PREFIX).parse().ok()?), given)
        };
        let secrets = std::iter::once(&inbound.secret).chain(&inbound.former);
        let mut matching = secrets.filter(|secret| is_same(&seal(secret, sealed), given));
        matching.next().map(|_| sealed)
    }
}

/// Whether a feeder shows the secret, or the one before.
#[must_use]
pub fn is_shown(inbound: &Inbound, given: &str) -> bool {
    std::iter::once(&inbound.secret).chain(&inbound.former).any(|secret| is_same(secret, given))
}

fn seal(secret: &str, sealed: Sealed) -> String {
    let purpose = match sealed {
        Sealed::Bounce(_) => "bounce",
        Sealed::Reply(_) => "reply",
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("vacantia {purpose} {}", sealed.id()).as_bytes());
    let mut bits = tag.as_ref().iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1));
    let mut digit = || bits.by_ref().take(5).fold(0, |digit, bit| digit << 1 | usize::from(bit));
    (0..SEAL).map(|_| char::from(ALPHABET[digit()])).collect()
}

/// In a time that tells nothing of where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"comparison");
    hmac::verify(&key, other.as_bytes(), hmac::sign(&key, one.as_bytes()).as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemChance;

    fn inbound(secret: &str, former: Option<&str>) -> Inbound {
        let former = former.map(str::to_owned);
        Inbound { domain: "in.example.com".into(), secret: secret.into(), former }
    }

    #[test]
    fn addresses_open_for_what_they_were_made_for_and_nothing_else() {
        let ours = inbound("a secret of thirty-two characters", None);
        let at = chrono::DateTime::UNIX_EPOCH;
        let message = Sealed::Bounce(EmailMessageId::new(at, &SystemChance));
        let application = Sealed::Reply(ApplicationId::new(at, &SystemChance));
        for sealed in [message, application] {
            let address = sealed.address(&ours);
            let (local, _) = address.rsplit_once('@').unwrap();
            assert!(local.len() <= 64 && local == local.to_lowercase(), "{address}");
            assert_eq!(Sealed::open(&ours, &address), Some(sealed));
            assert_eq!(Sealed::open(&ours, &address.to_uppercase()), Some(sealed));
            let (others, renewed) = (inbound("another one", None), inbound("new", Some(&ours.secret)));
            assert_eq!(Sealed::open(&others, &address), None);
            assert_eq!(Sealed::open(&renewed, &address), Some(sealed));
            // Any other character in its place.
            for at in 0..address.len() {
                let other = if address.as_bytes()[at] == b'7' { "8" } else { "7" };
                let forged = format!("{}{other}{}", &address[..at], &address[at + 1..]);
                assert_eq!(Sealed::open(&ours, &forged), None, "{forged}");
            }
            for cut in 0..address.len() {
                assert_eq!(Sealed::open(&ours, &address[..cut]), None);
            }
        }
        let seal_of = |address: String| address[..address.find('@').unwrap()].to_owned();
        let bounce = seal_of(message.address(&ours));
        let crossed = format!("reply+{}.{}@in.example.com", &bounce[2..28], &bounce[28..]);
        assert_eq!(Sealed::open(&ours, &crossed), None);
        for odd in ["", "@", "b+@in.example.com", "reply+.@in.example.com", "b+é@in.example.com", "b+x"] {
            assert_eq!(Sealed::open(&ours, odd), None, "{odd}");
        }
    }

    #[test]
    fn a_feeder_shows_the_secret_or_the_one_before() {
        let ours = inbound("now", Some("before"));
        assert!(is_shown(&ours, "now") && is_shown(&ours, "before"));
        assert!(!is_shown(&ours, "") && !is_shown(&ours, "now ") && !is_shown(&ours, "never"));
    }
}
