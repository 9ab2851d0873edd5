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
