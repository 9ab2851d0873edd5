//! What is read of many offers at once.

use std::sync::Arc;

use super::batch::{grouped, nested_read};
use crate::domain::approval::{Approval as DomainApproval, ApprovalRequest as DomainRequest};
use crate::domain::certificate::Proof;
use crate::domain::decision::Evidence;
use crate::domain::id::{ApplicationId, OfferId, OpeningId};
use crate::domain::offer::{Offer as DomainOffer, OfferVersion as DomainVersion};
use crate::domain::offer_document::OfferDocument;
use crate::domain::opening::Opening;
use crate::domain::policy::offer::{offering, offers};
use crate::storage;

nested_read! {
    /// Offers by their ids.
    pub(super) OfferById(asking, keys: OfferId) -> DomainOffer {
        let found = storage::offer::of(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|offer| (offer.id, offer)).collect())
    }
}
nested_read! {
    /// Offers to applications.
    pub(super) OffersOfApplication(asking, keys: ApplicationId) -> Arc<Vec<DomainOffer>> {
        let found = storage::offer::of_applications(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(grouped(found.into_iter().map(|offer| (offer.application, offer))))
    }
}
nested_read! {
    /// Versions of offers.
    pub(super) VersionsOfOffer(asking, keys: OfferId) -> Arc<Vec<DomainVersion>> {
        let found = storage::offer_version::of_offers(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(grouped(found.into_iter().map(|version| (version.offer, version))))
    }
}
nested_read! {
    /// Approvals of offers.
    pub(super) ApprovalsOfOffer(asking, keys: OfferId) -> Arc<Vec<DomainApproval>> {
        let found = storage::approval::of_offers(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(grouped(found.into_iter().map(|approval| (approval.offer, approval))))
    }
}
nested_read! {
    /// Who is, or was, to approve offers.
    pub(super) ApprovalRequestsOfOffer(asking, keys: OfferId) -> Arc<Vec<DomainRequest>> {
        let found = storage::approval::requests_of_offers(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(grouped(found.into_iter().map(|request| (request.offer, request))))
    }
}
nested_read! {
    /// What candidates decided on offers, for those who make them.
    pub(super) EvidenceOfOffer(asking, keys: OfferId) -> Evidence {
        storage::decision::of_offers(asking.store(), &offering(&asking.viewer), &keys).await
    }
}
nested_read! {
    /// What proves that offers were accepted, for those who make them.
    pub(super) ProofOfOffer(asking, keys: OfferId) -> Proof {
        storage::certificate::proofs(asking.store(), &offering(&asking.viewer), &keys).await
    }
}
nested_read! {
    /// Documents of versions, which whoever asks has seen.
    pub(super) DocumentOfVersion(asking, keys: (OfferId, i32)) -> OfferDocument {
        storage::offer_document::of_versions(asking.store(), &keys).await
    }
}
nested_read! {
    /// Seats of offers, which whoever asks has seen.
    pub(super) OpeningOfOffer(asking, keys: OpeningId) -> Opening {
        storage::opening::of(asking.store(), &keys).await
    }
}
