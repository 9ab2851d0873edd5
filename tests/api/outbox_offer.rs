//! Offers in the outbox, on both databases: nothing is sent that no longer holds, and delivery is a fact of the offer.

use chrono::TimeDelta;
use vacantia::actions::email;
use vacantia::domain::email::{EmailState, LetterKind};
use vacantia::domain::event::EventKind;
use vacantia::work::outbox::Step;

use crate::fault_relay::Turn::Drop;
use crate::fault_relay::{HEALTHY, Script};
use crate::mailroom::Mailroom;

both! {
    async fn an_offer_is_delivered_at_the_instant_of_the_relays_word(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued_offer().await;
        room.pass(TimeDelta::seconds(7));
        room.drain().await;
        assert_eq!(room.find(id).await.sent_at, Some(room.app.now()));
        let delivered = "SELECT count(*) FROM offer WHERE sent_at = '2027-01-15T08:00:07+00:00' AND revision = 1";
        assert_eq!(room.count(delivered).await, 1);
        assert_eq!(room.events().await, [EventKind::EmailQueued, EventKind::EmailUpdated, EventKind::OfferDelivered]);
    }

    async fn an_offer_that_ended_meanwhile_does_not_leave(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued_offer().await;
        let claimed = room.outbox.next().await.unwrap().unwrap();
        room.sql("UPDATE offer SET status = 'rescinded'").await;
        room.outbox.deliver(&claimed).await.unwrap();
        assert_eq!((room.state(id).await, room.received().len()), (EmailState::Cancelled, 0));
        assert_eq!(room.count("SELECT count(*) FROM email_message WHERE raw IS NOT NULL").await, 0);
        assert_eq!(room.count("SELECT count(*) FROM offer WHERE sent_at IS NOT NULL").await, 0);
    }

    async fn an_offer_replaced_or_out_of_time_does_not_leave(app: TestApp) {
        let room = Mailroom::new(app).await;
        let (old, extended) = (room.queued_offer().await, room.draft(LetterKind::OfferExtended));
        room.queue(&extended).await;
        room.sql("UPDATE offer SET version = 2, sent_version = 2").await;
        room.drain().await;
        for id in [old, extended.id] {
            assert_eq!((room.state(id).await, room.received().len()), (EmailState::Cancelled, 0));
        }
        let late = room.queued_offer().await;
        room.sql("UPDATE offer SET version = 1, sent_version = 1").await;
        room.pass(TimeDelta::days(60));
        room.drain().await;
        assert_eq!((room.state(late).await, room.received().len()), (EmailState::Cancelled, 0));
    }

    async fn an_offer_in_doubt_is_never_called_taken_back(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued_offer().await;
        room.relay.follow(Script { end: Drop, ..HEALTHY });
        room.drain().await;
        room.sql("UPDATE offer SET status = 'rescinded'").await;
        room.relay.follow(HEALTHY);
        room.pass(TimeDelta::minutes(10));
        room.drain().await;
        assert_eq!((room.state(id).await, room.received().len()), (EmailState::Unknown, 1));
        room.pass(TimeDelta::days(1));
        assert_eq!(room.drain().await, 0);
    }

    async fn what_has_not_left_of_an_offer_is_taken_back_with_it(app: TestApp) {
        let room = Mailroom::new(app).await;
        let offer = room.queued_offer().await;
        let other = room.queued().await;
        let change = room.app.system().change();
        let (change, id) = (&change, room.offer);
        room.app.store.write(|tx| async move { email::take_back_offer(&tx, change, id).await }).await.unwrap();
        assert_eq!(room.state(offer).await, EmailState::Cancelled);
        assert_eq!((room.drain().await, room.state(other).await), (1, EmailState::Sent));
    }

    async fn a_rescission_does_not_overtake_its_offer(app: TestApp) {
        let room = Mailroom::new(app).await;
        let offer = room.queued_offer().await;
        let leaving = room.outbox.next().await.unwrap().unwrap();
        room.pass(TimeDelta::seconds(1));
        let rescission = room.draft(LetterKind::OfferRescinded);
        room.queue(&rescission).await;
        assert_eq!(room.step().await, Step::Empty);
        room.outbox.deliver(&leaving).await.unwrap();
        assert_eq!((room.drain().await, room.state(offer).await), (1, EmailState::Sent));
        assert_eq!(room.state(rescission.id).await, EmailState::Sent);
        assert!(room.received()[1].contains(&rescission.id.to_string()));
    }
}
