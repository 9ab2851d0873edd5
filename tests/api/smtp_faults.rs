//! The driver against a relay that misbehaves in every phase: the table of `mail/delivery.rs`, row by row.

use std::time::Duration;

use tokio::net::TcpListener;
use vacantia::mail::delivery::Delivery;
use vacantia::mail::delivery::Outcome;
use vacantia::mail::delivery::Outcome::{Deferred, Failed, RelayDown, Sent, Unknown};
use vacantia::mail::delivery::Phase;
use vacantia::mail::delivery::Phase::{Body, Connect, Data, Greeting, Login, Recipient, Sender, Tls};
use vacantia::mail::driver::{Parcel, Smtp};
use vacantia::mail::relay::{Security, Timeouts};
use vacantia::mail::tls::Authorities;

use crate::fault_relay::Turn::{Drop, Never, Say, SayAndDrop};
use crate::fault_relay::{HEALTHY, OFFERS_STARTTLS, Script, limits, relay, smtp};

fn parcel(bytes: &str) -> Parcel {
    Parcel {
        from: "jobs@example.org".to_owned(),
        to: "zoe@example.com".to_owned(),
        bytes: bytes.as_bytes().to_vec(),
    }
}

async fn hand_over(smtp: &Smtp, parcel: &Parcel) -> Delivery {
    match smtp.open(parcel).await {
        Ok(ready) => ready.transmit().await,
        Err(delivery) => delivery,
    }
}

const LETTER: &str = "Subject: hello\r\n\r\nOne\r\n.\r\n..two\r\n";

async fn outcome_of(script: Script, security: Security) -> Delivery {
    let (mut smtp, _) = relay(script, security).await;
    let silent = [
        script.banner,
        script.ehlo,
        script.starttls,
        script.auth,
        script.mail,
        script.rcpt,
        script.data,
        script.end,
    ]
    .iter()
    .any(|turn| matches!(turn, Never));
    if silent {
        smtp.timeouts = Timeouts { connect: Duration::from_secs(20), ..limits(Duration::from_millis(400)) };
    }
    hand_over(&smtp, &parcel(LETTER)).await
}

/// Each row: what is changed in a healthy relay, and what has to be made of it.
#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_classified_by_phase_and_code() {
    type Row = (&'static str, fn(&mut Script), Outcome, Phase, Option<u16>);
    let rows: [Row; 30] = [
        ("healthy", |_| {}, Sent, Body, Some(250)),
        ("banner never", |s| s.banner = Never, RelayDown, Greeting, None),
        ("banner drop", |s| s.banner = Drop, RelayDown, Greeting, None),
        ("banner 554", |s| s.banner = Say("554 5.7.1 not you"), RelayDown, Greeting, Some(554)),
        ("banner 421", |s| s.banner = Say("421 4.3.2 later"), Deferred, Greeting, Some(421)),
        ("ehlo 502", |s| s.ehlo = Say("502 what?"), RelayDown, Greeting, Some(502)),
        ("no smtp at all", |s| s.banner = Say("HTTP/1.1 400 Bad Request"), RelayDown, Greeting, None),
        ("auth 454", |s| s.auth = Say("454 4.7.0 later"), Deferred, Login, Some(454)),
        ("auth 535", |s| s.auth = Say("535 5.7.8 no"), RelayDown, Login, Some(535)),
        ("auth answered 250", |s| s.auth = Say("250 ok"), RelayDown, Login, Some(250)),
        ("auth not offered", |s| s.ehlo = Say("250 relay.example.com"), RelayDown, Login, None),
        ("mail 421", |s| s.mail = SayAndDrop("421 4.3.0 closing"), Deferred, Sender, Some(421)),
        ("mail 452", |s| s.mail = Say("452 4.3.1 full"), Deferred, Sender, Some(452)),
        ("mail 550", |s| s.mail = Say("550 5.7.1 not from you"), RelayDown, Sender, Some(550)),
        ("mail never", |s| s.mail = Never, Deferred, Sender, None),
        ("rcpt 450", |s| s.rcpt = Say("450 4.2.0 greylisted"), Deferred, Recipient, Some(450)),
        ("rcpt 550", |s| s.rcpt = Say("550 5.1.1 unknown"), Failed, Recipient, Some(550)),
        ("rcpt 552", |s| s.rcpt = Say("552 5.2.2 full"), Deferred, Recipient, Some(552)),
        ("rcpt drop", |s| s.rcpt = Drop, Deferred, Recipient, None),
        ("rcpt 251", |s| s.rcpt = Say("251 will forward"), Sent, Body, Some(250)),
        ("data 451", |s| s.data = Say("451 4.3.0 later"), Deferred, Data, Some(451)),
        ("data 554", |s| s.data = Say("554 5.6.0 no"), Failed, Data, Some(554)),
        ("data 250", |s| s.data = Say("250 ok"), Deferred, Data, Some(250)),
        ("data never", |s| s.data = Never, Deferred, Data, None),
        ("end 451", |s| s.end = Say("451 4.3.0 later"), Deferred, Body, Some(451)),
        ("end 552", |s| s.end = Say("552 5.3.4 too big"), Failed, Body, Some(552)),
        ("end never", |s| s.end = Never, Unknown, Body, None),
        ("end drop", |s| s.end = Drop, Unknown, Body, None),
        ("end 354", |s| s.end = Say("354 go on"), Unknown, Body, Some(354)),
        ("drop after 250", |s| s.end = SayAndDrop("250 2.0.0 ok"), Sent, Body, Some(250)),
    ];
    for security in [Security::Plain, Security::Implicit] {
        for (name, change, outcome, phase, code) in rows {
            let mut script = HEALTHY;
            change(&mut script);
            let delivery = outcome_of(script, security).await;
            let got = (delivery.outcome, delivery.phase, delivery.code);
            assert_eq!(got, (outcome, phase, code), "{name}, {security:?}: {delivery}");
        }
    }
}

#[tokio::test]
async fn nobody_listening_is_the_relays_trouble() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let delivery = hand_over(&smtp(port, Security::Plain, Authorities::default()), &parcel(LETTER)).await;
    assert_eq!((delivery.outcome, delivery.phase), (RelayDown, Connect));
}

#[tokio::test]
async fn without_starttls_nothing_is_said_in_the_clear() {
    let turns = [
        ("missing", HEALTHY.ehlo, HEALTHY.starttls, RelayDown, None),
        ("454", OFFERS_STARTTLS, Say("454 4.7.0 not now"), Deferred, Some(454)),
        ("501", OFFERS_STARTTLS, Say("501 no"), RelayDown, Some(501)),
        ("garbage", OFFERS_STARTTLS, Say("220 go\r\n\u{1}\u{2}garbage"), RelayDown, None),
        ("stall", OFFERS_STARTTLS, Never, RelayDown, None),
        ("drop", OFFERS_STARTTLS, Drop, RelayDown, None),
    ];
    for (name, ehlo, starttls, outcome, code) in turns {
        let (mut smtp, heard) = relay(Script { ehlo, starttls, ..HEALTHY }, Security::StartTls).await;
        smtp.timeouts.greeting = Duration::from_secs(2);
        let delivery = hand_over(&smtp, &parcel(LETTER)).await;
        assert_eq!(
            (delivery.outcome, delivery.phase, delivery.code),
            (outcome, Tls, code),
            "{name}: {delivery}"
        );
        let clear = heard.clear.lock().unwrap().clone();
        assert!(
            clear.iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")),
            "{name}: {clear:?}"
        );
    }
}

/// Whoever sits in between answers for the relay in clear text, behind the reply to STARTTLS and before TLS begins.
#[tokio::test]
async fn replies_injected_before_tls_are_found() {
    let injected = "220 go ahead\r\n250 evil\r\n235 evil\r\n250 evil\r\n250 evil\r\n354 evil\r\n250 evil";
    let script = Script { ehlo: OFFERS_STARTTLS, starttls: Say(injected), ..HEALTHY };
    let (smtp, heard) = relay(script, Security::StartTls).await;
    let delivery = hand_over(&smtp, &parcel(LETTER)).await;
    assert_eq!((delivery.outcome, delivery.phase), (RelayDown, Tls));
    assert!(delivery.reply.contains("clear text followed"), "{delivery}");
    assert_eq!(heard.covered.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused() {
    for (security, phase) in [(Security::Implicit, Connect), (Security::StartTls, Tls)] {
        let (mut smtp, heard) = relay(Script { ehlo: OFFERS_STARTTLS, ..HEALTHY }, security).await;
        smtp.authorities = Authorities::default();
        let delivery = hand_over(&smtp, &parcel(LETTER)).await;
        assert_eq!((delivery.outcome, delivery.phase), (RelayDown, phase), "{delivery}");
        assert_eq!(heard.covered.lock().unwrap().len(), 0);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_was_not_transmitted() {
    // Larger than what the kernels on both sides take without anybody reading.
    let bytes = format!("Subject: large\r\n\r\n{}", "0123456789abcdef\r\n".repeat(1_000_000));
    for security in [Security::Plain, Security::Implicit, Security::StartTls] {
        let ehlo = if security == Security::StartTls { OFFERS_STARTTLS } else { HEALTHY.ehlo };
        let (smtp, _) = relay(Script { body_stops_at: 10_000, ehlo, ..HEALTHY }, security).await;
        let delivery = hand_over(&smtp, &parcel(&bytes)).await;
        assert_eq!((delivery.outcome, delivery.phase), (Deferred, Body), "{security:?}: {delivery}");
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written_by_every_way() {
    for security in [Security::Plain, Security::Implicit, Security::StartTls] {
        let ehlo = if security == Security::StartTls { OFFERS_STARTTLS } else { HEALTHY.ehlo };
        let (smtp, heard) = relay(Script { ehlo, ..HEALTHY }, security).await;
        let parcel = parcel(LETTER);
        let ready = smtp.open(&parcel).await.unwrap();
        assert_eq!(heard.bodies.lock().unwrap().len(), 0, "nothing leaves before it is told to");
        let delivery = ready.transmit().await;
        assert_eq!(delivery.enhanced.as_deref(), Some("2.0.0"));
        assert_eq!(delivery.reply, "2.0.0 queued as 4711");
        assert_eq!(heard.bodies.lock().unwrap().concat().trim_end(), LETTER.trim_end());
        let covered = heard.covered.lock().unwrap().clone();
        if security != Security::Plain {
            assert!(covered.contains(&"MAIL FROM:<jobs@example.org>".to_owned()), "{covered:?}");
        }
    }
}

#[tokio::test]
async fn a_mail_that_was_opened_and_dropped_is_not_delivered() {
    let (smtp, heard) = relay(HEALTHY, Security::Plain).await;
    drop(smtp.open(&parcel(LETTER)).await.unwrap());
    assert_eq!(hand_over(&smtp, &parcel(LETTER)).await.outcome, Sent);
    assert_eq!(heard.bodies.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_reply_may_take_longer_than_the_body() {
    let (mut smtp, _) = relay(Script { end: Never, ..HEALTHY }, Security::Plain).await;
    smtp.timeouts.body = Duration::from_millis(200);
    smtp.timeouts.reply = Duration::from_millis(600);
    let delivery = hand_over(&smtp, &parcel(LETTER)).await;
    assert_eq!((delivery.outcome, delivery.reply.as_str()), (Unknown, "no answer within 600ms"));
}

#[tokio::test]
async fn addresses_beyond_ascii_need_a_relay_that_takes_them() {
    let abroad = Parcel { to: "zoë@bücher.example".to_owned(), ..parcel("Subject: hi\r\n\r\nZoë\r\n") };
    let (smtp, heard) = relay(HEALTHY, Security::Plain).await;
    assert_eq!(hand_over(&smtp, &abroad).await.outcome, Sent);
    let clear = heard.clear.lock().unwrap().clone();
    assert!(clear.contains(&"MAIL FROM:<jobs@example.org> SMTPUTF8 BODY=8BITMIME".to_owned()), "{clear:?}");
    assert!(clear.contains(&"RCPT TO:<zoë@xn--bcher-kva.example>".to_owned()), "{clear:?}");

    let narrow = Script { ehlo: Say("250-relay.example.com\r\n250 AUTH PLAIN"), ..HEALTHY };
    let delivery = outcome_of_parcel(narrow, &abroad).await;
    assert_eq!((delivery.outcome, delivery.phase, delivery.code), (Failed, Sender, None));
    let delivery = outcome_of_parcel(narrow, &parcel("Subject: hi\r\n\r\nZoë\r\n")).await;
    assert_eq!((delivery.outcome, delivery.phase), (Failed, Sender));
}

async fn outcome_of_parcel(script: Script, parcel: &Parcel) -> Delivery {
    let (smtp, _) = relay(script, Security::Plain).await;
    hand_over(&smtp, parcel).await
}

#[tokio::test]
async fn an_address_cannot_carry_a_command() {
    let (smtp, heard) = relay(HEALTHY, Security::Plain).await;
    for to in [
        "zoe@example.com>\r\nRCPT TO:<other@example.com",
        "zoe",
        "\"a\r\nb\"@example.com",
        "",
        "zoe@exa mple.com",
    ] {
        let delivery = hand_over(&smtp, &Parcel { to: to.to_owned(), ..parcel(LETTER) }).await;
        assert_eq!((delivery.outcome, delivery.phase), (Failed, Recipient), "{to:?}");
    }
    assert_eq!(heard.clear.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn doctor_asks_without_sending() {
    let (smtp, heard) = relay(HEALTHY, Security::Implicit).await;
    let handshake = smtp.check().await.unwrap();
    assert_eq!(handshake.server, "relay.example.com");
    assert!(handshake.logged_in && handshake.takes_utf8_addresses);
    let covered = heard.covered.lock().unwrap().clone();
    assert!(covered.iter().all(|line| !line.starts_with("MAIL")), "{covered:?}");
    assert_eq!(covered[0], "EHLO hire.example.org");

    let (smtp, _) = relay(Script { auth: Say("535 5.7.8 no"), ..HEALTHY }, Security::Plain).await;
    let delivery = smtp.check().await.unwrap_err();
    assert_eq!((delivery.phase, delivery.code), (Login, Some(535)));
}
