//! Gathers what was set, in the file and in the environment, before anybody asks what it means.
//!
//! Nothing is judged here but whether a name is known, said once, and written in the right shape.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::values::{Shape, Value};
use super::{Problem, SETTINGS, Setting};

/// The file that is read when nobody names another.
const USUAL_FILE: &str = "kindred.toml";

/// Variables with our prefix that are no settings.
const OTHER_VARIABLES: &[&str] = &["KINDRED_CONFIG", "KINDRED_UPDATE_DOCS"];

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// A line of the file.
    File(PathBuf),
    /// An environment variable of this name.
    Variable(String),
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::File(path) => write!(out, "{}", path.display()),
            Self::Variable(name) => out.write_str(name),
        }
    }
}

/// A value as it was written.
pub(super) struct Given {
    text: String,
    pub(super) source: Source,
}

/// What was set, and what was wrong with it so far.
pub(super) struct Reader {
    pub(super) given: BTreeMap<&'static str, Given>,
    pub(super) problems: Vec<Problem>,
}

impl Reader {
    /// Reads file and environment; what is wrong waits in `problems`.
    pub(super) fn gather(
        folder: &Path,
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let mut reader = Self {
            given: BTreeMap::new(),
            problems: Vec::new(),
        };
        let variables = reader.our_variables(environment);
        let named = file
            .map(Path::to_owned)
            .or_else(|| variables.get("KINDRED_CONFIG").map(PathBuf::from));
        match named {
            Some(path) => reader.read_file(&path),
            None if folder.join(USUAL_FILE).exists() => reader.read_file(&folder.join(USUAL_FILE)),
            None => {}
        }
        reader.read_variables(&variables);
        reader
    }

    /// Understands one setting: what was set, else its default. `None` when it was wrong, which is then noted.
    pub(super) fn take<T: Value>(&mut self, key: &'static str) -> Option<T> {
        let default = setting(key).and_then(|setting| setting.default);
        let text = match self.given.get(key) {
            Some(given) => given.text.as_str(),
            None => match default {
                Some(text) => text,
                None => return T::absent(),
            },
        };
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.blame(key, why);
                None
            }
        }
    }

    /// Notes that a setting is wrong, in the words of whoever set it.
    pub(super) fn blame(&mut self, key: &str, message: String) {
        let at = match self.given.get(key).map(|given| &given.source) {
            Some(Source::Variable(name)) => name.clone(),
            Some(Source::File(path)) => in_file(key, path),
            Some(Source::Default) | None => key.to_owned(),
        };
        self.problems.push(Problem { at, message });
    }

    /// Who has an address that other servers can reach wants to be reached; who just tries it out does not.
    pub(super) fn default_federation(&mut self) {
        let said = |key: &str| self.given.get(key).map(|given| given.text.trim());
        let reachable = match said("origin") {
            Some(origin) => {
                origin.to_ascii_lowercase().starts_with("https:") || said("lab") == Some("true")
            }
            None => false,
        };
        let text = if reachable { "open" } else { "off" }.to_owned();
        self.given.entry("federation").or_insert(Given {
            text,
            source: Source::Default,
        });
    }

    fn our_variables(
        &mut self,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for (name, value) in environment {
            let Some(name) = name.to_str().filter(|name| name.starts_with("KINDRED_")) else {
                continue;
            };
            match value.into_string() {
                // Compose files and unit files have no other way to say "not set".
                Ok(value) if value.is_empty() => {}
                Ok(value) => {
                    variables.insert(name.to_owned(), value);
                }
                Err(_) => self.note(name, "is not UTF-8"),
            }
        }
        variables
    }

    fn read_variables(&mut self, variables: &BTreeMap<String, String>) {
        for (name, value) in variables {
            if OTHER_VARIABLES.contains(&name.as_str()) || is_somebody_elses(name) {
                continue;
            }
            let known = SETTINGS.iter().find(|setting| setting.variable() == *name);
            let kept = name.strip_suffix("_FILE").and_then(|stem| {
                SETTINGS
                    .iter()
                    .find(|setting| setting.secret && setting.variable() == stem)
            });
            let text = match (known, kept) {
                (Some(_), _) => value.clone(),
                (None, Some(setting)) if variables.contains_key(&setting.variable()) => {
                    self.note(
                        name,
                        &format!("and {} are both set; keep one of them", setting.variable()),
                    );
                    continue;
                }
                (None, Some(_)) => match std::fs::read_to_string(value) {
                    Ok(text) => text.trim_end_matches(['\r', '\n']).to_owned(),
                    Err(why) => {
                        self.note(
                            name,
                            &format!("names {value}, which cannot be read ({why})"),
                        );
                        continue;
                    }
                },
                (None, None) => {
                    let meant = nearest(name, SETTINGS.iter().map(Setting::variable));
                    self.note(name, &format!("is not a setting{meant}"));
                    continue;
                }
            };
            if let Some(setting) = known.or(kept) {
                self.given.insert(
                    setting.key,
                    Given {
                        text,
                        source: Source::Variable(name.clone()),
                    },
                );
            }
        }
    }

    fn read_file(&mut self, path: &Path) {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(why) => return self.note(&shown, &format!("cannot be read ({why})")),
        };
        let table: toml::Table = match toml::from_str(&text) {
            Ok(table) => table,
            Err(why) => {
                return self.note(
                    &shown,
                    &format!("is not TOML: {}", why.to_string().trim_end()),
                );
            }
        };
        for (key, value) in table {
            let Some(setting) = setting(&key) else {
                let meant = nearest(&key, SETTINGS.iter().map(|setting| setting.key.to_owned()));
                self.note(&in_file(&key, path), &format!("is not a setting{meant}"));
                continue;
            };
            match written(&value, setting.shape) {
                Ok(text) => {
                    self.given.insert(
                        setting.key,
                        Given {
                            text,
                            source: Source::File(path.to_owned()),
                        },
                    );
                }
                Err(wanted) => self.note(&in_file(&key, path), wanted),
            }
        }
    }

    fn note(&mut self, at: &str, message: &str) {
        self.problems.push(Problem {
            at: at.to_owned(),
            message: message.to_owned(),
        });
    }
}

fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

fn in_file(key: &str, path: &Path) -> String {
    format!("{key} in {}", path.display())
}

/// Variables that carry our prefix without having been written for us: those of the tests, and those that Kubernetes
/// and old container links make for a service that is called "kindred".
fn is_somebody_elses(name: &str) -> bool {
    name.starts_with("KINDRED_TEST_")
        || name.starts_with("KINDRED_SERVICE_")
        || name == "KINDRED_PORT"
        || name.starts_with("KINDRED_PORT_")
}

/// The text of a TOML value, when it has the right shape; else what it should have been.
fn written(value: &toml::Value, shape: Shape) -> Result<String, &'static str> {
    use toml::Value::{Array, Boolean, Float, Integer, String};
    match (shape, value) {
        (Shape::Text | Shape::List, String(text)) => Ok(text.clone()),
        (Shape::Flag, Boolean(flag)) => Ok(flag.to_string()),
        (Shape::Number, Integer(number)) => Ok(number.to_string()),
        (Shape::Number, Float(number)) => Ok(number.to_string()),
        (Shape::List, Array(parts)) => {
            let parts: Option<Vec<&str>> = parts.iter().map(toml::Value::as_str).collect();
            parts
                .map(|parts| parts.join(","))
                .ok_or("has to be a list of texts, such as [\"10.0.0.0/8\"]")
        }
        (Shape::Text, _) => Err("has to be a text, in quotation marks"),
        (Shape::Flag, _) => Err("has to be true or false, without quotation marks"),
        (Shape::Number, _) => Err("has to be a number, without quotation marks"),
        (Shape::List, _) => Err("has to be a list of texts, such as [\"10.0.0.0/8\"]"),
    }
}

/// "; did you mean …?" when one of the known names is a slip of the finger away.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    known
        .map(|known| (distance(name, &known), known))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map_or_else(String::new, |(_, known)| format!("; did you mean {known}?"))
}

/// How many letters have to be put in, left out or exchanged to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (down, from) in one.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = down + 1;
        for (across, to) in other.bytes().enumerate() {
            let exchanged = corner + usize::from(from != to);
            corner = row[across + 1];
            row[across + 1] = exchanged.min(corner + 1).min(row[across] + 1);
        }
    }
    row[other.len()]
}
