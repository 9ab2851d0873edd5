//! The organisation this installation serves.

use async_graphql::{Context, Object, SimpleObject};

use super::asking::asking;
use super::scalar::Url;

/// The organisation this installation serves.
#[derive(SimpleObject, Debug)]
pub struct Organisation {
    /// Name of the organisation.
    name: String,
    /// Web site of the organisation.
    url: Url,
    /// IANA name of the time zone that its dates are shown in.
    time_zone: String,
}

/// Queries about the organisation.
#[derive(Debug, Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// The organisation this installation serves. Anyone may ask.
    async fn organisation(&self, ctx: &Context<'_>) -> Organisation {
        let site = &asking(ctx).shared.site;
        Organisation {
            name: site.name.clone(),
            url: Url(site.url.clone()),
            time_zone: site.zone.name().to_owned(),
        }
    }
}
