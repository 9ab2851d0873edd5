//! What ends the slug of a posting is its own, also where chance says the same twice.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use vacantia::actions::Act;
use vacantia::actions::posting::create;
use vacantia::domain::clock::{Chance, SystemChance};
use vacantia::domain::id::PostingId;
use vacantia::domain::posting::{key_of_slug, slug_key};
use vacantia::storage::posting::free_id;

/// Chance that says the same so many times.
struct Repeating(AtomicUsize);

impl Chance for Repeating {
    fn fill(&self, bytes: &mut [u8]) {
        let one_less = |left: usize| left.checked_sub(1);
        match self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
            Ok(_) => bytes.fill(7),
            Err(_) => SystemChance.fill(bytes),
        }
    }
}

both! {
    async fn two_postings_never_share_what_ends_their_slugs(app: TestApp) {
        let mut keys = Vec::new();
        // The first is made of nothing else; some of the others draw the same id before they draw one of their own.
        for times in [1_000, 1, 2, 3, 4, 5, 6, 7, 8] {
            app.clock.pass(TimeDelta::minutes(1));
            let new = app.new_posting("Backend Developer", &[("Create", 1)]).await;
            let chance = &Repeating(AtomicUsize::new(times));
            let drafted = create(Act { chance, ..app.system() }, new).await.unwrap();
            keys.push(key_of_slug(&drafted.slug).unwrap().to_owned());
        }
        let again = || Repeating(AtomicUsize::new(1));
        assert_eq!(slug_key(PostingId::new(app.now(), &again())), keys[0], "chance did say the same");
        keys.push(slug_key(free_id(&app.store, app.now(), &again()).await.unwrap()));
        let drafted = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), drafted, "{keys:?}");
    }
}
