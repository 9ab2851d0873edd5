//! Nested reads, level by level: all siblings that want the same kind of thing are answered by one statement.
//!
//! A resolver asks for its key and waits; the first to ask stands back until nobody else joins, then fetches for all.
//! So `posting -> teams -> applications -> candidate` takes one statement a level, whatever the number of rows.

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::asking::Asking;
use super::error::fault;
use crate::storage::Fault;

/// One kind of nested read.
pub trait Load: Send + Sync + 'static {
    /// What it is read by: the parent's id, with the arguments if it takes any.
    type Key: Hash + Eq + Clone + Send + Sync;
    /// What is found for a key.
    type Value: Clone + Send + Sync;

    /// Reads for all keys in a number of statements that does not grow with theirs. A key without a value is absent.
    fn load(
        asking: &Asking,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, Fault>> + Send;
}

/// The nested reads of one request that still gather their keys.
#[derive(Debug, Default)]
pub struct Batches(Mutex<HashMap<TypeId, Box<dyn Any + Send>>>);

type Found<V> = Result<Option<V>, async_graphql::Error>;
type Waiting<L> = Vec<(<L as Load>::Key, oneshot::Sender<Found<<L as Load>::Value>>)>;

impl Batches {
    /// Queues a key; tells whether it is the first, whose asker has to fetch.
    fn queue<L: Load>(&self, key: L::Key) -> (bool, oneshot::Receiver<Found<L::Value>>) {
        let (sender, receiver) = oneshot::channel();
        let mut batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = batches
            .entry(TypeId::of::<L>())
            .or_insert_with(|| Box::new(Waiting::<L>::new()))
            .downcast_mut::<Waiting<L>>();
        let first = waiting.as_ref().is_some_and(|waiting| waiting.is_empty());
        if let Some(waiting) = waiting {
            waiting.push((key, sender));
        }
        (first, receiver)
    }

    /// How many wait for this kind of read.
    fn waiting<L: Load>(&self) -> usize {
        let batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting =
            batches.get(&TypeId::of::<L>()).and_then(|waiting| waiting.downcast_ref::<Waiting<L>>());
        waiting.map_or(0, Vec::len)
    }

    fn take<L: Load>(&self) -> Waiting<L> {
        let mut batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = batches.remove(&TypeId::of::<L>()).and_then(|waiting| waiting.downcast().ok());
        waiting.map(|waiting: Box<Waiting<L>>| *waiting).unwrap_or_default()
    }
}

/// For how many turns in a row nobody may have joined before the first asker fetches for all: siblings beyond the first
/// some hundred come a turn later each, since the runtime lets no task do everything at once.
const QUIET_TURNS: u32 = 3;

impl Asking {
    /// What the read `L` finds for this key, together with all siblings' keys.
    ///
    /// # Errors
    /// The error of the field when the statement failed.
    pub async fn load<L: Load>(&self, key: L::Key) -> Found<L::Value> {
        let (first, receiver) = self.batches.queue::<L>(key);
        if first {
            let (mut quiet, mut gathered) = (0, 1);
            while quiet < QUIET_TURNS {
                tokio::task::yield_now().await;
                let now = self.batches.waiting::<L>();
                quiet = if now == gathered { quiet + 1 } else { 0 };
                gathered = now;
            }
            self.fetch::<L>().await;
        }
        receiver.await.unwrap_or_else(|_| Ok(None))
    }

    async fn fetch<L: Load>(&self) {
        let waiting = self.batches.take::<L>();
        let mut seen = HashSet::new();
        let keys = waiting.iter().map(|(key, _)| key).filter(|key| seen.insert(*key)).cloned().collect();
        let found = L::load(self, keys).await.map_err(|broken| fault(&broken));
        for (key, sender) in waiting {
            let answer = found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone);
            // An asker that is gone needs no answer.
            let _ = sender.send(answer);
        }
    }

    /// As [`Asking::load`], for values that every key has.
    ///
    /// # Errors
    /// As [`Asking::load`].
    pub async fn load_all<L: Load>(&self, key: L::Key) -> async_graphql::Result<L::Value>
    where
        L::Value: Default,
    {
        Ok(self.load::<L>(key).await?.unwrap_or_default())
    }
}

/// Groups rows under the key they belong to, keeping their order.
pub fn grouped<K: Hash + Eq, V>(rows: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Arc<Vec<V>>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, row) in rows {
        groups.entry(key).or_default().push(row);
    }
    groups.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect()
}

/// Declares a nested read: its name, the keys it takes, the value of each, and how they are read.
macro_rules! nested_read {
    ($(#[$doc:meta])* $vis:vis $name:ident($asking:ident, $keys:ident: $key:ty) -> $value:ty $body:block) => {
        $(#[$doc])*
        $vis struct $name;

        impl $crate::graphql::batch::Load for $name {
            type Key = $key;
            type Value = $value;

            async fn load(
                $asking: &$crate::graphql::Asking,
                $keys: Vec<$key>,
            ) -> Result<std::collections::HashMap<$key, $value>, $crate::storage::Fault> $body
        }
    };
}

pub(super) use nested_read;

/// Groups keys that ask for the same page of the same list: each group is one statement.
pub(super) fn alike<K, A: PartialEq>(keys: Vec<(K, A)>) -> Vec<(A, Vec<K>)> {
    let mut groups: Vec<(A, Vec<K>)> = Vec::new();
    for (key, asked) in keys {
        match groups.iter_mut().find(|(there, _)| *there == asked) {
            Some((_, group)) => group.push(key),
            None => groups.push((asked, vec![key])),
        }
    }
    groups
}
