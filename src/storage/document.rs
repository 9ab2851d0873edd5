//! Documents: what is written as a whole, read as a whole and never filtered on is kept as JSON.
//!
//! Their shapes mirror the domain's types, which know nothing of JSON: a field that one side lacks does not compile.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fault::Fault;

/// A document as it is kept.
pub(super) fn written(document: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(document)
        .map_err(|error| Fault::unfit(format!("a document cannot be written: {error}")))
}

/// A document as it was kept. `what` names it in the log.
pub(super) fn read<T: DeserializeOwned>(what: impl Display, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::unfit(format!("{what} is unreadable: {error}")))
}

/// `#[serde(with = "word")]`: a type of the domain as its text.
pub(super) mod word {
    use super::{Deserialize, Deserializer, Display, Error, FromStr, Serializer};

    pub fn serialize<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|_| D::Error::custom(format!("{text:?} is no {}", std::any::type_name::<T>())))
    }
}

/// `#[serde(with = "perhaps")]`: a type of the domain as its text, or null.
pub(super) mod perhaps {
    use super::{Deserialize, Deserializer, Display, Error, FromStr, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub fn serialize<T: Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => to.collect_str(value),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        let unknown = || D::Error::custom(format!("{text:?} is no {}", std::any::type_name::<T>()));
        text.parse().map(Some).map_err(|_| unknown())
    }
}

/// Declares a module for `#[serde(with = "..")]`: a `Vec` of what a mirror stands for.
macro_rules! lists {
    ($($module:ident = Vec<$type:ty> as $mirror:literal;)+) => { $(
        pub(in crate::storage) mod $module {
            use super::*;

            #[derive(serde::Serialize)]
            struct Out<'a>(#[serde(with = $mirror)] &'a $type);

            #[derive(serde::Deserialize)]
            struct In(#[serde(with = $mirror)] $type);

            pub fn serialize<S: serde::Serializer>(items: &[$type], to: S) -> Result<S::Ok, S::Error> {
                to.collect_seq(items.iter().map(Out))
            }

            pub fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<$type>, D::Error> {
                let items = <Vec<In> as serde::Deserialize>::deserialize(from)?;
                Ok(items.into_iter().map(|In(item)| item).collect())
            }
        }
    )+ };
}

pub(super) use lists;
