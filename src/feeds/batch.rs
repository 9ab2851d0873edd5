//! The next documents of all channels, made at once from the same items, whatever becomes of single ones.

use std::io;
use std::num::NonZero;
use std::thread;

use super::build::{Draft, Ready, Stock};
use super::item::FeedItem;
use super::shelf::Shelf;
use crate::domain::channel_setting::ChannelSettings;
use crate::domain::feed::Channel;

/// A draft for each channel, or why there is none.
#[derive(Debug)]
pub struct Batch(Vec<(Channel, io::Result<Draft>)>);

impl Batch {
    /// Drafts of the channels that are on, which hold what the current documents hold, or, of documents that are made as a
    /// whole, nothing yet. Documents of channels that are off go.
    #[must_use]
    pub fn new(shelf: &Shelf, settings: &ChannelSettings, whole: bool) -> Self {
        let (on, off): (Vec<Channel>, Vec<Channel>) =
            Channel::ALL.iter().partition(|channel| settings.of(**channel).enabled);
        for channel in off {
            shelf.forget(channel);
        }
        let draft = |channel| (channel, Draft::new(shelf, channel, settings.of(channel), whole));
        Self(on.into_iter().map(draft).collect())
    }

    /// Writes a part of every document anew, on as many threads as the machine runs at once.
    pub fn write(&mut self, number: i64, items: &[FeedItem]) {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = self.0.len().div_ceil(threads).max(1);
        thread::scope(|scope| {
            for drafts in self.0.chunks_mut(share) {
                scope.spawn(|| drafts.iter_mut().for_each(|(_, draft)| write(draft, number, items)));
            }
        });
    }

    /// The first channel that tells or withholds another number of postings than there are, with that number.
    #[must_use]
    pub fn uneven(&self, postings: usize) -> Option<(Channel, usize)> {
        let counted =
            self.0.iter().filter_map(|(channel, draft)| Some((*channel, draft.as_ref().ok()?.postings())));
        counted.into_iter().find(|(_, counted)| *counted != postings)
    }

    /// Makes each draft a document.
    #[must_use]
    pub fn finish(self, shelf: &Shelf, stock: &Stock) -> Vec<(Channel, io::Result<Ready>)> {
        let finish = |draft: Draft| draft.finish(shelf, stock);
        self.0.into_iter().map(|(channel, draft)| (channel, draft.and_then(finish))).collect()
    }
}

fn write(draft: &mut io::Result<Draft>, number: i64, items: &[FeedItem]) {
    if let Ok(open) = draft
        && let Err(error) = open.write(number, items)
    {
        *draft = Err(error);
    }
}
