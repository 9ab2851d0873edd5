//! Logging in at a relay with an access token that something else keeps fresh (XOAUTH2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vacantia::mail::delivery::{Delivery, Outcome, Phase};
use vacantia::mail::driver::{Parcel, Smtp};
use vacantia::mail::relay::{Relay, Security};

use crate::fault_relay::Turn::Say;
use crate::fault_relay::{HEALTHY, Heard, Script, relay};

const OFFERS: Script = Script { ehlo: Say("250-relay.example.com\r\n250 AUTH PLAIN XOAUTH2"), ..HEALTHY };

/// A way to the relay whose user has a token in this folder.
async fn tokened(script: Script, folder: &tempfile::TempDir) -> (Smtp, Heard) {
    let (smtp, heard) = relay(script, Security::Plain).await;
    let url = format!("smtp://jobs%40example.com@localhost:{}", smtp.relay.port);
    let relay = Relay::parse(&url, Some(folder.path().join("token"))).unwrap();
    (Smtp { relay, ..smtp }, heard)
}

async fn hand_over(smtp: &Smtp) -> Delivery {
    let bytes = b"Subject: x\r\n\r\nHello\r\n".to_vec();
    let parcel = Parcel { from: "jobs@example.com".into(), to: "ada@example.org".into(), bytes };
    match smtp.open(&parcel).await {
        Ok(ready) => ready.transmit().await,
        Err(delivery) => delivery,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_read_at_each_login() {
    let folder = tempfile::tempdir().unwrap();
    let (smtp, heard) = tokened(OFFERS, &folder).await;
    for token in ["ya29.first", "ya29.second"] {
        std::fs::write(folder.path().join("token"), format!("{token}\n")).unwrap();
        assert_eq!(hand_over(&smtp).await.outcome, Outcome::Sent);
        let lines = heard.clear.lock().unwrap().clone();
        let said = lines.iter().rev().find_map(|line| line.strip_prefix("AUTH XOAUTH2 ")).unwrap();
        let said = String::from_utf8(STANDARD.decode(said).unwrap()).unwrap();
        assert_eq!(said, format!("user=jobs@example.com\u{1}auth=Bearer {token}\u{1}\u{1}"));
    }
    assert!(smtp.check().await.unwrap().logged_in);
    assert!(!format!("{smtp:?}").contains("token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_stops_the_mail_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "ya29.stale").unwrap();
    // The reason comes as a challenge, the refusal after an empty answer to it.
    let challenge = Say("334 eyJzdGF0dXMiOiI0MDAifQ==");
    let refused =
        Script { auth: challenge, challenged: Say("535 5.7.3 Authentication unsuccessful"), ..OFFERS };
    let (smtp, heard) = tokened(refused, &folder).await;
    let delivery = hand_over(&smtp).await;
    assert_eq!(
        (delivery.outcome, delivery.phase, delivery.code),
        (Outcome::RelayDown, Phase::Login, Some(535))
    );
    assert!(delivery.to_string().contains("5.7.3"), "{delivery}");
    assert!(!delivery.to_string().contains("ya29"), "{delivery}");
    let lines = heard.clear.lock().unwrap().clone();
    assert!(lines.iter().all(|line| !line.starts_with("MAIL")), "{lines:?}");
    for (script, code) in [
        (Script { auth: Say("535 5.7.3 no"), ..OFFERS }, Some(535)),
        (Script { auth: challenge, challenged: Say("454 4.7.0 later"), ..OFFERS }, Some(454)),
        (HEALTHY, None),
    ] {
        let (smtp, heard) = tokened(script, &folder).await;
        let delivery = hand_over(&smtp).await;
        assert_eq!((delivery.phase, delivery.code), (Phase::Login, code), "{delivery}");
        let lines = heard.clear.lock().unwrap().clone();
        assert_eq!(lines.iter().any(|line| line.starts_with("AUTH")), code.is_some(), "{lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for text in [None, Some(""), Some("\n"), Some("two words"), Some("tab\there"), Some("ümlaut")] {
        if let Some(text) = text {
            std::fs::write(folder.path().join("token"), text).unwrap();
        }
        let (smtp, heard) = tokened(OFFERS, &folder).await;
        let delivery = hand_over(&smtp).await;
        assert_eq!(
            (delivery.outcome, delivery.phase),
            (Outcome::RelayDown, Phase::Login),
            "{text:?}: {delivery}"
        );
        let path = folder.path().to_str().unwrap();
        assert!(
            delivery.to_string().contains("access token") && !delivery.to_string().contains(path),
            "{delivery}"
        );
        assert!(heard.clear.lock().unwrap().iter().all(|line| !line.starts_with("AUTH")));
    }
}
