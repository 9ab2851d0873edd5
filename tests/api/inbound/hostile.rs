//! Mail that is built to break whoever reads it.

use vacantia::mail::seal::Sealed;

use super::{inbound, messages, receiving, report, request};

both! {
    async fn hostile_mail_breaks_nothing(app: TestApp) {
        let app = receiving(app);
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await.id;
        let to = Sealed::Reply(ada).address(&inbound());
        let nested = |count: usize| {
            let level = |at| format!("Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n");
            let levels: Vec<String> = (0..count).map(level).collect();
            format!("To: {to}\r\n{}\r\nDeep", levels.concat())
        };
        let within = |count: usize| format!("To: {to}\r\n{}\r\nDeep", "Content-Type: message/rfc822\r\n\r\n".repeat(count));
        let digest = |count: usize| format!("To: {to}\r\n{}\r\nDeep", "Content-Type: multipart/digest; boundary=a\r\n\r\n--a\r\n\r\n".repeat(count));
        let mails: Vec<Vec<u8>> = vec![
            Vec::new(),
            vec![0; 100_000],
            (0..=255).cycle().take(200_000).collect(),
            b"\r\n\r\n".to_vec(),
            b":".repeat(10_000),
            format!("To: {to}\r\n\r\nNo sender at all").into_bytes(),
            format!("To: {to}\r\nFrom: {}\r\nSubject: {}\r\n\r\nx", "<".repeat(50_000), "=?utf-8?b?".repeat(5_000)).into_bytes(),
            format!("To: {to}\r\nFrom: {}\r\n\r\nx", "(".repeat(100_000)).into_bytes(),
            format!("To: {to}\r\n{}\r\nx", "X-A: b\r\n".repeat(10_000)).into_bytes(),
            format!("{}To: {to}\r\n\r\nx", "To: a@b.example\r\n".repeat(10_000)).into_bytes(),
            format!("To: {to}\r\nX-Long: {}\r\n\r\nx", "a".repeat(2_000_000)).into_bytes(),
            nested(100).into_bytes(), nested(499).into_bytes(), nested(50_000).into_bytes(),
            within(100).into_bytes(), within(499).into_bytes(), within(200_000).into_bytes(),
            digest(100).into_bytes(), digest(499).into_bytes(), digest(100_000).into_bytes(),
            [format!("To: {to}\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n").as_bytes(), &[0xd8, 0, 0xdc][..]].concat(),
            [format!("To: {to}\r\nContent-Type: text/plain; charset=shift_jis\r\n\r\n").as_bytes(), &[0x81, 0xff, 0xfe, 0][..]].concat(),
            format!("To: {to}\r\nContent-Type: text/plain; charset=none-such\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!=é\0").into_bytes(),
            format!("To: {to}\r\nContent-Type: text/html\r\n\r\n{}", "<div><b>".repeat(60_000)).into_bytes(),
            format!("To: {to}\r\nContent-Type: text/html\r\n\r\n{}", "<a b='".repeat(60_000)).into_bytes(),
            format!("To: {to}\r\nContent-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\n----\r\n").into_bytes(),
            format!("To: {to}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{}", "--x\r\n".repeat(50_000)).into_bytes(),
            format!("To: {to}\r\nContent-Type: text/calendar\r\n\r\nMETHOD:REPLY\r\n{}", "BEGIN:VEVENT\r\n".repeat(20_000)).into_bytes(),
            report(&to, "failed", &"5.".repeat(1_000), &"x".repeat(500_000)).into_bytes(),
            report(&to, "\0", "\u{202e}", "\r\n\r\nAction: failed").into_bytes(),
            format!("To: {to}\r\n\r\n{}", "é\u{0}\u{202e}😀".repeat(200_000)).into_bytes(),
        ];
        for (place, raw) in mails.into_iter().enumerate() {
            let seen = app.send(request(raw)).await;
            assert_eq!(seen.status, 200, "{place}: {}", seen.body);
        }
        let texts = app.texts(&format!("SELECT body AS text FROM message WHERE application_id = '{ada}'")).await;
        assert!(texts.len() > 10, "{}", texts.len());
        assert!(texts.iter().all(|text| text.len() <= 100_000 && !text.contains(['\0', '\u{202e}'])));
        assert!(texts.iter().any(|text| text == "No sender at all") && texts.iter().any(|text| text.ends_with("[...]")));
        assert!(messages(&app, &recruiter, ada).await.iter().any(|message| message["from"].is_null()));
    }
}
