use super::*;
use crate::domain::clock::SystemChance;

const USUAL: Usual = Usual { minutes: Some(45), zone: Tz::Europe__Berlin };

fn fields(refusal: &Refusal) -> Vec<&str> {
    refusal.each().iter().filter_map(Refusal::field).collect()
}

#[test]
fn what_a_meeting_leaves_out_is_as_usual() {
    let now = DateTime::UNIX_EPOCH;
    let at = now + Duration::hours(1);
    let meeting = Meeting::checked(at, &Setting::default(), USUAL, now).unwrap();
    assert_eq!((meeting.minutes(), meeting.zone), (45, Tz::Europe__Berlin));
}

#[test]
fn every_fault_of_a_meeting_is_named() {
    let now = DateTime::UNIX_EPOCH;
    let setting = Setting {
        minutes: Some(481),
        zone: Some("Mars/Olympus".into()),
        place: Some("x".repeat(201)),
        video_link: Some("http://meet.example.com/1".into()),
    };
    let refusal = Meeting::checked(now, &setting, USUAL, now).unwrap_err();
    assert_eq!(fields(&refusal), ["startsAt", "minutes", "zone", "place", "videoLink"]);
    let usual = Usual { minutes: None, ..USUAL };
    let refusal = Meeting::checked(now + AHEAD, &Setting::default(), usual, now);
    assert_eq!(refusal, Err(Refusal::required("minutes")));
}

#[test]
fn people_come_once_and_enough_of_them_speak() {
    let user = || UserId::new(DateTime::UNIX_EPOCH, &SystemChance);
    let (ada, bob) = (user(), user());
    let who = |user, shadow| Invitee { user, shadow };
    assert_eq!(people(&[who(ada, false), who(bob, true)], 1, None), Ok(()));
    let refusal = people(&[who(ada, false), who(bob, true)], 2, None).unwrap_err();
    assert_eq!(fields(&refusal), ["participants"]);
    let refusal = people(&[who(ada, false), who(ada, false)], 1, None).unwrap_err();
    assert_eq!(fields(&refusal), ["participants.1.userId"]);
    let refusal = people(&[who(ada, false), who(bob, true)], 1, Some(bob)).unwrap_err();
    assert_eq!((refusal.code(), refusal.field()), ("REFERRED_BY", Some("participants.1.userId")));
    let crowd: Vec<_> = (0..21).map(|_| who(user(), false)).collect();
    assert_eq!(fields(&people(&crowd, 1, None).unwrap_err()), ["participants"]);
}
