//! Google Cloud regions and zones.
//!
//! The patterns reject; the list only warns: regions are added several times a year.

use std::fmt;

/// Where a cluster runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// Three control planes, nodes in several zones.
    Region(String),
    /// One control plane, nodes in one zone.
    Zone {
        /// The zone, `us-east1-b`.
        zone: String,
        /// Its region, `us-east1`.
        region: String,
    },
}

/// A text that is neither a region nor a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a region nor a zone")]
pub struct LocationError(pub String);

impl Location {
    /// Reads `us-east1` or `us-east1-b`.
    ///
    /// # Errors
    /// The text has neither shape.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        if is_region(text) {
            return Ok(Location::Region(text.to_owned()));
        }
        match text.rsplit_once('-') {
            Some((region, letter)) if is_region(region) && is_zone_suffix(letter) => {
                Ok(Location::Zone {
                    zone: text.to_owned(),
                    region: region.to_owned(),
                })
            }
            _ => Err(LocationError(text.to_owned())),
        }
    }

    /// The region, also of a zone.
    pub fn region(&self) -> &str {
        match self {
            Location::Region(region) | Location::Zone { region, .. } => region,
        }
    }

    /// The zone, if it is one.
    pub fn zone(&self) -> Option<&str> {
        match self {
            Location::Region(_) => None,
            Location::Zone { zone, .. } => Some(zone),
        }
    }

    /// The text that gcloud and Terraform take.
    pub fn as_str(&self) -> &str {
        match self {
            Location::Region(region) => region,
            Location::Zone { zone, .. } => zone,
        }
    }

    /// In how many zones a node pool of this location has nodes: GKE spreads a regional pool over
    /// three. Source: GKE documentation, "Regional clusters".
    pub fn node_zones(&self) -> u32 {
        match self {
            Location::Region(_) => 3,
            Location::Zone { .. } => 1,
        }
    }

    /// Whether the region, and the zone in it, are among the known ones.
    pub fn is_known(&self) -> bool {
        match self {
            Location::Region(region) => REGIONS.contains(&region.as_str()),
            Location::Zone { zone, region } => {
                REGIONS.contains(&region.as_str())
                    && (zone.ends_with(|c: char| c.is_ascii_digit())
                        || zone_letters(region).contains(&zone[region.len() + 1..]))
            }
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The letters of a region's general-purpose zones.
pub fn zone_letters(region: &str) -> &'static str {
    match region {
        "us-central1" => "abcf",
        "us-east1" | "europe-west1" => "bcd",
        _ => "abc",
    }
}

/// Letters, a hyphen, letters, digits: `us-east1`.
fn is_region(text: &str) -> bool {
    let Some((area, place)) = text.split_once('-') else {
        return false;
    };
    let name = place.trim_end_matches(|c: char| c.is_ascii_digit());
    let lower = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    lower(area) && lower(name) && name.len() < place.len()
}

/// A letter, or an AI zone's `ai1a`.
fn is_zone_suffix(text: &str) -> bool {
    let letter = |word: &str| word.len() == 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    letter(text)
        || text.strip_prefix("ai").is_some_and(|rest| {
            let end = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            end.len() < rest.len() && letter(end)
        })
}

/// Public regions known when this list was made. Source: Google Cloud documentation, "Regions
/// and zones".
pub const REGIONS: &[&str] = &[
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-north2",
    "europe-southwest1",
    "europe-west1",
    "europe-west10",
    "europe-west12",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "me-central1",
    "me-central2",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "northamerica-south1",
    "southamerica-east1",
    "southamerica-west1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
];
