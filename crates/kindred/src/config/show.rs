//! The settings in force, for people (as a file that Kindred would read) and for programs.
//!
//! Nothing secret is ever in it: the values come without passwords already.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::{Config, Source};

impl Config {
    /// The settings as a TOML file, with a remark on where each comes from. What is not set stands there as a remark.
    pub fn show(&self) -> String {
        let mut text = String::new();
        for (key, value) in self.values() {
            let source = self.sources.get(key).unwrap_or(&Source::Default);
            let line = if value.is_null() {
                format!("# {key} is not set")
            } else {
                format!("{key} = {value}")
            };
            let remark = if value.is_null() {
                String::new()
            } else {
                format!("  # {source}")
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{line}{remark}");
        }
        text
    }

    /// The settings as one JSON object, by their names in the file; `null` where nothing is set.
    pub fn show_json(&self) -> Json {
        let object: Map<String, Json> = self
            .values()
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        Json::Object(object)
    }
}
