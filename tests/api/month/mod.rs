//! A recruiter's month through GraphQL alone: postings come and go, people apply, are asked, met, judged, hired, and change
//! their minds. Every mail leaves through the outbox and is read where it arrives; whoever answers has nothing but the link in
//! it. Afterwards everything has to agree: seats, hires, events, letters, reports, feeds.
//!
//! The ordinary suite lives a small month; `VACANTIA_MONTH=whole` lives one of 60 postings and 2,000 applications.

mod answers;
mod applicants;
mod board;
mod calendar;
mod dice;
mod ending;
mod letters;
mod meetings;
mod offers;
mod office;
mod post;
mod promised;
mod staff;
mod visits;

use std::time::Instant;

use self::calendar::Month;

/// How much happens.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub postings: usize,
    pub applications: usize,
}

const WHOLE: Size = Size { postings: 60, applications: 2_000 };
const SHARE: Size = Size { postings: 8, applications: 70 };

fn size() -> Size {
    match std::env::var("VACANTIA_MONTH").as_deref() {
        Ok("whole") => WHOLE,
        Ok(said) => panic!("VACANTIA_MONTH is {said}, and not `whole`"),
        Err(_) => SHARE,
    }
}

both! {
    async fn a_month_of_hiring_adds_up(app: TestApp) {
        let (began, size) = (Instant::now(), size());
        let mut month = Month::new(&app, size).await;
        month.live().await;
        let figures = month.settle().await;
        println!("{figures} seconds {}", began.elapsed().as_secs());
        figures.check(size);
    }
}
