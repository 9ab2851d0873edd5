//! Files of ours that pages refer to, under names that change with their content.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::page::Trouble;
use crate::storage::digest::sha256;

struct Asset {
    name: String,
    media: &'static str,
    bytes: &'static [u8],
    forever: bool,
}

static STYLE: &[u8] = include_bytes!("../../assets/style.css");
static ICON: &[u8] = include_bytes!("../../assets/icon.svg");

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        Asset {
            name: hashed("style", "css", STYLE),
            media: "text/css; charset=utf-8",
            bytes: STYLE,
            forever: true,
        },
        Asset { name: "icon.svg".into(), media: "image/svg+xml", bytes: ICON, forever: false },
    ]
});

/// Where the style sheet is.
pub static STYLE_SHEET: LazyLock<String> =
    LazyLock::new(|| format!("/assets/{}", hashed("style", "css", STYLE)));

fn hashed(stem: &str, extension: &str, bytes: &[u8]) -> String {
    format!("{stem}.{}.{extension}", &sha256(bytes)[..16])
}

/// `GET /assets/{name}`.
pub(super) async fn served(name: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let asset = ASSETS.iter().find(|asset| asset.name == *name).ok_or(Trouble::NotFound)?;
    let age = if asset.forever { "public, max-age=31536000, immutable" } else { "public, max-age=86400" };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.media))
        .insert_header((header::CACHE_CONTROL, age))
        .body(asset.bytes))
}
