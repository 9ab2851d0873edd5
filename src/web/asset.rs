//! Files of ours that pages refer to, under names that change with their content.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::page::Trouble;
use crate::storage::digest::sha256;

/// A file, and what it is called apart from its hash.
#[derive(Debug, Clone, Copy)]
pub struct File {
    stem: &'static str,
    extension: &'static str,
    bytes: &'static [u8],
}

/// The one style sheet of the pages.
pub const STYLE: File =
    File { stem: "style", extension: "css", bytes: include_bytes!("../../assets/style.css") };

/// The explorer's style sheets, then its scripts in the order they have to be loaded in.
pub const EXPLORER: [File; 6] = [
    File {
        stem: "graphiql",
        extension: "css",
        bytes: include_bytes!("../../assets/graphiql/graphiql.min.css"),
    },
    File { stem: "explorer", extension: "css", bytes: include_bytes!("../../assets/graphiql/page.css") },
    File {
        stem: "react",
        extension: "js",
        bytes: include_bytes!("../../assets/graphiql/react.production.min.js"),
    },
    File {
        stem: "react-dom",
        extension: "js",
        bytes: include_bytes!("../../assets/graphiql/react-dom.production.min.js"),
    },
    File {
        stem: "graphiql",
        extension: "js",
        bytes: include_bytes!("../../assets/graphiql/graphiql.min.js"),
    },
    File { stem: "explorer", extension: "js", bytes: include_bytes!("../../assets/graphiql/start.js") },
];

static ICON: &[u8] = include_bytes!("../../assets/icon.svg");

static NAMED: LazyLock<Vec<(String, File)>> =
    LazyLock::new(|| EXPLORER.into_iter().chain([STYLE]).map(|file| (name(file), file)).collect());

/// Where the style sheet is.
pub static STYLE_SHEET: LazyLock<String> = LazyLock::new(|| path(STYLE));

fn name(file: File) -> String {
    format!("{}.{}.{}", file.stem, &sha256(file.bytes)[..16], file.extension)
}

/// Where a file is.
#[must_use]
pub fn path(file: File) -> String {
    let known = NAMED.iter().find(|(_, one)| (one.stem, one.extension) == (file.stem, file.extension));
    format!("/assets/{}", known.map_or_else(|| name(file), |(name, _)| name.clone()))
}

/// `GET /assets/{name}`.
pub(super) async fn served(asked: web::Path<String>) -> Result<HttpResponse, Trouble> {
    if *asked == "icon.svg" {
        return Ok(answer("image/svg+xml", "public, max-age=86400", ICON));
    }
    let (_, file) = NAMED.iter().find(|(name, _)| name == &*asked).ok_or(Trouble::NotFound)?;
    let media = match file.extension {
        "css" => "text/css; charset=utf-8",
        _ => "text/javascript; charset=utf-8",
    };
    Ok(answer(media, "public, max-age=31536000, immutable", file.bytes))
}

fn answer(media: &'static str, keep: &'static str, bytes: &'static [u8]) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((header::CACHE_CONTROL, keep))
        .body(bytes)
}
