use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    config: Config,
}

fn config(options: &[&str]) -> Config {
    Line::parse_from(["vacantia"].iter().chain(options)).config
}

fn wrong(options: &[&str]) -> Mistake {
    config(options).site().unwrap_err()
}

#[test]
fn without_any_setting_it_serves_this_machine() {
    let config = config(&[]);
    assert_eq!(config.database().unwrap(), "sqlite://data/vacantia.db");
    assert_eq!(config.relay().unwrap(), None);
    let site = config.site().unwrap();
    assert_eq!(site.public_url, "http://127.0.0.1:8080");
    assert_eq!(site.url, site.public_url);
    assert_eq!(site.contact_email, site.mail_from);
}

#[test]
fn the_public_url_is_an_origin() {
    let public = |given: &str| config(&["--public-url", given]).site().map(|site| site.public_url);
    assert_eq!(public("https://Jobs.Example.com/").unwrap(), "https://jobs.example.com");
    assert_eq!(public("http://localhost:8080").unwrap(), "http://localhost:8080");
    for bad in
        ["jobs.example.com", "https://example.com/jobs", "ftp://example.com", "https://u@example.com", "x"]
    {
        assert_eq!(public(bad).unwrap_err().name, "VACANTIA_PUBLIC_URL", "{bad}");
    }
}

#[test]
fn what_is_malformed_is_named() {
    assert_eq!(wrong(&["--mail-from", "jobs"]).name, "VACANTIA_MAIL_FROM");
    assert_eq!(wrong(&["--contact-email", "@"]).name, "VACANTIA_CONTACT_EMAIL");
    assert_eq!(wrong(&["--org-url", "example.com"]).name, "VACANTIA_ORG_URL");
    assert_eq!(wrong(&["--linkedin-company-id", "acme"]).name, "VACANTIA_LINKEDIN_COMPANY_ID");
    assert_eq!(wrong(&["--org-name", " "]).name, "VACANTIA_ORG_NAME");
    assert_eq!(wrong(&["--smtp-url", "smtp://127.0.0.1:25"]).name, "VACANTIA_MAIL_FROM");
    assert!(Line::try_parse_from(["vacantia", "--org-zone", "Mars/Olympus"]).is_err());
    for bad in ["127.0.0.1:4318", "grpc://127.0.0.1:4317", "collector"] {
        assert_eq!(config(&["--otlp-url", bad]).collector().unwrap_err().name, "VACANTIA_OTLP_URL", "{bad}");
    }
}

#[test]
fn secrets_come_from_files_and_are_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "postgres://me:hunter2@db.example.com/x\n").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(
        config(&["--database-url-file", path]).database().unwrap(),
        "postgres://me:hunter2@db.example.com/x"
    );
    let both = ["vacantia", "--database-url-file", path, "--database-url", "sqlite://x"];
    assert!(Line::try_parse_from(both).is_err());
    assert_eq!(
        config(&["--smtp-url-file", "/nonexistent"]).relay().unwrap_err().name,
        "VACANTIA_SMTP_URL_FILE"
    );

    let config = config(&["--smtp-url", "smtp://me:hunter2@mail.example.com", "--database-url", "x:hunter2"]);
    assert!(!format!("{config:?} {}", config.relay().unwrap_err()).contains("hunter2"));
}

#[test]
fn the_reference_is_current() {
    let written = include_str!("../../docs/configuration.md");
    assert_eq!(written, reference(), "run: cargo run -- configuration > docs/configuration.md");
}

#[test]
fn others_are_told_only_where_it_is_said_well() {
    let pings = |options: &[&str]| config(options).site().map(|site| site.pings);
    assert!(pings(&[]).unwrap().is_off());
    assert!(pings(&["--websub-hub", " ", "--indexnow-url", "", "--indexnow-key", ""]).unwrap().is_off());
    for good in
        ["https://hub.example.com/", "http://127.0.0.1:8081/hub?x=1", "http://localhost/", "http://[::1]:1/"]
    {
        assert_eq!(pings(&["--websub-hub", good]).unwrap().hub.as_deref(), Some(good));
    }
    for bad in [
        "hub.example.com",
        "http://hub.example.com/",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "https://me:secret@hub.example.com/",
        "https://hub.example.com/#top",
        "https://",
    ] {
        let wrong = pings(&["--websub-hub", bad]).unwrap_err();
        assert_eq!(wrong.name, "VACANTIA_WEBSUB_HUB", "{bad}");
        assert!(!wrong.to_string().contains("secret"), "{wrong}");
        let both = ["--indexnow-url", bad, "--indexnow-key", "0123456789"];
        assert_eq!(pings(&both).unwrap_err().name, "VACANTIA_INDEXNOW_URL", "{bad}");
    }
    let (url, key) = ("https://api.indexnow.org/indexnow", "0123abcDEF-9");
    let told = pings(&["--indexnow-url", url, "--indexnow-key", key]).unwrap().index_now.unwrap();
    assert_eq!((told.url.as_str(), told.key.reveal()), (url, key));
    for (given, missing) in [
        (["--indexnow-url", url], "VACANTIA_INDEXNOW_KEY"),
        (["--indexnow-key", key], "VACANTIA_INDEXNOW_URL"),
    ] {
        let alone = pings(&given).unwrap_err();
        assert_eq!(alone.name, missing);
        assert!(alone.what.contains("one does nothing without the other"), "{alone}");
    }
    let bad = pings(&["--indexnow-url", url, "--indexnow-key", "hunter2"]).unwrap_err();
    assert_eq!(bad.name, "VACANTIA_INDEXNOW_KEY");
    assert!(!bad.to_string().contains("hunter2") && !format!("{:?}", config(&given(url, key))).contains(key));
}

fn given<'a>(url: &'a str, key: &'a str) -> [&'a str; 4] {
    ["--indexnow-url", url, "--indexnow-key", key]
}
