//! Floor 4: what runs by itself. Each worker calls an action or a floor below, and its step returns done or empty, so
//! that tests drain it.

pub mod breaker;
pub mod expiry_sweep;
pub mod outbox;
