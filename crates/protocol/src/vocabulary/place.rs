//! Where a meetup takes place.
//!
//! A place is only described; it is never looked up on a map.

use super::Identified;
use crate::uri::Uri;

/// A place, with as much as its server tells about it. It may have neither name nor id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Its id.
    pub id: Option<Uri>,
    /// Its name, plain text.
    pub name: Option<String>,
    /// Its address.
    pub address: Option<Address>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// A page about it, or the meeting room on the net when it has no address.
    pub url: Option<Uri>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number, or the whole address when it came as one text.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Town.
    pub locality: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Country.
    pub country: Option<String>,
}

impl Place {
    /// One line for people: name and address, as far as known.
    pub fn one_line(&self) -> String {
        let address = self.address.as_ref();
        let town = address.and_then(|a| match (&a.postal_code, &a.locality) {
            (Some(code), Some(town)) => Some(format!("{code} {town}")),
            (code, town) => code.clone().or_else(|| town.clone()),
        });
        let parts = [
            self.name.clone(),
            address.and_then(|a| a.street.clone()),
            town,
            address.and_then(|a| a.region.clone()),
            address.and_then(|a| a.country.clone()),
        ];
        let mut line: Vec<String> = Vec::new();
        for part in parts.into_iter().flatten() {
            // Some servers give the street as the name too.
            if !line.contains(&part) {
                line.push(part);
            }
        }
        line.join(", ")
    }
}

impl Identified for Place {
    fn id(&self) -> Option<&Uri> {
        self.id.as_ref()
    }
}
