//! The shapes of what is answered: which attributes, of which kind, and whether they may be null or missing.

use std::sync::LazyLock;

/// What something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A number of ours, written as a text.
    Id,
    /// An address on the web.
    Url,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A moment: `2026-01-31T12:00:00.000Z`.
    Moment,
    /// A day: `2026-01-31`.
    Day,
    /// How many, written as a text.
    Count,
    /// A file that is sent.
    File,
    /// Whatever it is.
    Anything,
    /// One of these words.
    Word(Vec<&'static str>),
    /// One of these shapes.
    Shape(Vec<&'static str>),
    /// As many of a kind as there are.
    List(Box<Kind>),
    /// Some of a kind, each under a name.
    Map(Box<Kind>),
    /// A thing with attributes of its own.
    Object(Vec<Attribute>),
}

/// One thing that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Whether it may be null.
    pub null: bool,
    /// Whether it may be missing.
    pub may_be_missing: bool,
}

/// Something that is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// The shape whose attributes it has too.
    pub adds_to: Option<&'static str>,
    /// Its own attributes.
    pub attributes: Vec<Attribute>,
}

impl Shape {
    /// All attributes, those of the shape that it adds to first.
    pub fn all(&self) -> Vec<&Attribute> {
        let below = self.adds_to.and_then(shape);
        let mut all = below.map_or_else(Vec::new, Shape::all);
        all.extend(&self.attributes);
        all
    }
}

impl Kind {
    /// The kind that is written so.
    pub(super) fn named(text: &'static str) -> Self {
        let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
        if text == "{}" {
            return Self::Object(Vec::new());
        }
        if let Some(each) = inside('[', ']') {
            return Self::List(Box::new(Self::named(each)));
        }
        if let Some(each) = inside('{', '}') {
            return Self::Map(Box::new(Self::named(each)));
        }
        match text {
            "string" => Self::Text,
            "id" => Self::Id,
            "url" => Self::Url,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Flag,
            "datetime" => Self::Moment,
            "date" => Self::Day,
            "count" => Self::Count,
            "file" => Self::File,
            "any" => Self::Anything,
            "object" => Self::Object(Vec::new()),
            names
                if names.starts_with(|first: char| first.is_ascii_uppercase())
                    && names != "S256" =>
            {
                Self::Shape(names.split('|').collect())
            }
            words => Self::Word(words.split('|').collect()),
        }
    }

    /// The shapes that are named in it.
    pub fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Shape(names) => names.clone(),
            Self::List(each) | Self::Map(each) => each.names(),
            Self::Object(attributes) => attributes.iter().flat_map(|at| at.kind.names()).collect(),
            _ => Vec::new(),
        }
    }

    /// The attributes of the thing that this is, or that each of the list is.
    fn attributes(&mut self) -> Option<&mut Vec<Attribute>> {
        match self {
            Self::Object(attributes) => Some(attributes),
            Self::List(each) => each.attributes(),
            _ => None,
        }
    }
}

/// All shapes.
pub fn shapes() -> &'static [Shape] {
    static ALL: LazyLock<Vec<Shape>> = LazyLock::new(|| listed(include_str!("entities.txt")));
    &ALL
}

/// The shape of this name.
pub fn shape(name: &str) -> Option<&'static Shape> {
    shapes().iter().find(|shape| shape.name == name)
}

fn listed(table: &'static str) -> Vec<Shape> {
    table.split("\n## ").skip(1).filter_map(described).collect()
}

fn described(text: &'static str) -> Option<Shape> {
    let mut lines = text.lines();
    let head = lines.next()?;
    let (name, adds_to) = match head.split_once(" + ") {
        Some((name, below)) => (name, Some(below)),
        None => (head, None),
    };
    let mut found: Vec<(&'static str, Attribute)> = lines.filter_map(attribute).collect();
    // What is part of something comes after it, wherever it stands.
    found.sort_by_key(|(path, _)| path.matches('.').count());
    let mut attributes = Vec::new();
    for (path, attribute) in found {
        put(&mut attributes, path, attribute);
    }
    Some(Shape {
        name,
        adds_to,
        attributes,
    })
}

/// `acct string`, `moved Account null may`.
fn attribute(line: &'static str) -> Option<(&'static str, Attribute)> {
    let mut words = line.split(' ');
    let (path, kind) = (words.next()?, words.next()?);
    let more: Vec<&str> = words.collect();
    let attribute = Attribute {
        name: path,
        kind: Kind::named(kind),
        null: more.contains(&"null"),
        may_be_missing: more.contains(&"may"),
    };
    Some((path, attribute)).filter(|_| !line.starts_with('#'))
}

/// Puts an attribute into the thing that its name begins with; names themselves may have dots.
fn put(attributes: &mut Vec<Attribute>, path: &'static str, attribute: Attribute) {
    let place = attributes.iter().position(|at| {
        path.strip_prefix(at.name)
            .is_some_and(|rest| rest.starts_with(['.', '[']))
    });
    let above = place.and_then(|place| {
        let rest = path.strip_prefix(attributes[place].name)?;
        let rest = rest.strip_prefix("[]").unwrap_or(rest);
        let inside = attributes[place].kind.attributes()?;
        Some((inside, rest.strip_prefix('.')?))
    });
    match above {
        Some((inside, rest)) => put(inside, rest, attribute),
        None => attributes.push(Attribute {
            name: path,
            ..attribute
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_dot_in_its_name_is_part_of_what_stands_before() {
        let push = shape("WebPushSubscription").unwrap();
        let alerts = push
            .attributes
            .iter()
            .find(|at| at.name == "alerts")
            .unwrap();
        let Kind::Object(inside) = &alerts.kind else {
            panic!("{alerts:?}");
        };
        assert!(inside.iter().any(|at| at.name == "admin.sign_up"));
        let tag = shape("Tag").unwrap();
        let history = tag
            .attributes
            .iter()
            .find(|at| at.name == "history")
            .unwrap();
        assert!(
            matches!(&history.kind, Kind::List(each) if matches!(&**each, Kind::Object(days) if days.len() == 3))
        );
        assert!(
            shapes()
                .iter()
                .all(|shape| shape.attributes.iter().all(|at| !at.name.contains('[')))
        );
    }

    #[test]
    fn one_shape_adds_to_another() {
        let own = shape("CredentialAccount").unwrap();
        let all = own.all();
        assert!(all.iter().any(|at| at.name == "acct") && all.iter().any(|at| at.name == "role"));
    }
}
