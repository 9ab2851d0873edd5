//! Offers as PDF documents. Behind the cargo feature `pdf`: what sets them takes about as long to build as everything else.

#[cfg(feature = "pdf")]
mod typeset;
#[cfg(not(feature = "pdf"))]
mod without;

#[cfg(feature = "pdf")]
pub use typeset::print;
#[cfg(not(feature = "pdf"))]
pub use without::print;

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum Unprintable {
    /// This program makes none.
    #[error("this program makes no documents: build it with --features pdf")]
    Never,
    /// No font has these characters.
    #[error("no font has {0}")]
    Characters(String),
    /// It should have been made.
    #[error("{0}")]
    Failed(String),
}
