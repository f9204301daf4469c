//! The parameters of an API request, wherever they stand: query, form, multipart or JSON, all merged into one tree.
//!
//! Clients mix the encodings freely and send booleans and numbers as text, so reading is lenient: `null` means "not given",
//! unknown parameters are nobody's business, nonsense in a number is no number. It refuses only what cannot be read at all.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, http::header};
use serde_json::{Map, Value};

use super::{body, multipart};
use crate::error::{ApiError, Failure};

/// Deeper nesting of names than any endpoint has is cut off.
const DEEPEST: usize = 6;
/// More parameters than any client sends are left out.
const MOST: usize = 500;

/// All parameters of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Map<String, Value>);

impl FromRequest for Params {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            body::check_length(&req)?;
            body::check_encoding(&req)?;
            let content = body::read(payload).await?;
            let kind = req
                .headers()
                .get(header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok());
            let params = Self::from_query(req.query_string());
            Ok(params.with_body(kind.unwrap_or_default(), &content)?)
        })
    }
}

impl Params {
    /// The parameters of a query string or a form.
    pub fn from_query(query: &str) -> Self {
        let mut params = Self::default();
        params.add_form(query.as_bytes());
        params
    }

    /// The parameters in a piece of JSON; nothing, when it is no object.
    pub fn from_json(value: Value) -> Self {
        match value {
            Value::Object(object) => Self(object),
            _ => Self::default(),
        }
    }

    /// Adds what the body says; it wins over the query.
    pub fn with_body(mut self, content_type: &str, body: &[u8]) -> Result<Self, Failure> {
        let kind = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if body.is_empty() {
            return Ok(self);
        }
        let mut said = Self::default();
        match kind.as_str() {
            "application/json" => said.0 = json_object(body)?,
            "multipart/form-data" => {
                for (name, value) in multipart::fields(content_type, body)? {
                    said.add(&name, value);
                }
            }
            "application/x-www-form-urlencoded" | "" => said.add_form(body),
            _ => {
                return Err(Failure::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "please send a form or JSON",
                ));
            }
        }
        self.0.extend(said.0);
        Ok(self)
    }

    /// Adds fields that were read already; they win over what is there.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<(String, String)>) -> Self {
        let mut said = Self::default();
        for (name, value) in fields.into_iter().take(MOST) {
            said.add(&name, value);
        }
        self.0.extend(said.0);
        self
    }

    fn add_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form).take(MOST) {
            self.add(&name, value.into_owned());
        }
    }

    /// Adds one pair of a form, whose name may be nested: `a`, `a[]`, `a[0]`, `a[b]`, `a[][b]`.
    fn add(&mut self, name: &str, value: String) {
        let path = split_name(name);
        let mut at = self.0.entry(path[0]).or_insert(Value::Null);
        for (depth, step) in path.iter().enumerate().skip(1) {
            let rest = &path[depth + 1..];
            at = if step.is_empty() {
                next_element(at, rest)
            } else {
                member(at, step)
            };
        }
        *at = Value::String(value);
    }

    /// A text; a number or a boolean counts as the text it is written as.
    pub fn text(&self, name: &str) -> Option<String> {
        as_text(self.0.get(name)?)
    }

    /// A text that says something.
    pub fn words(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// A boolean in any of the spellings that clients use. Anything that does not mean "no" means "yes".
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Null => None,
            Value::Bool(flag) => Some(*flag),
            other => {
                let word = as_text(other).unwrap_or_default().to_ascii_lowercase();
                Some(!matches!(
                    word.as_str(),
                    "" | "0" | "false" | "f" | "off" | "no"
                ))
            }
        }
    }

    /// A whole number; nonsense is none.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.text(name)?.trim().parse().ok()
    }

    /// A list of texts: `a[]`, `a[0]`, a JSON array, or the name given once.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(elements)) => elements.iter().filter_map(as_text).collect(),
            Some(Value::Object(numbered)) => numbered.values().filter_map(as_text).collect(),
            Some(one) => as_text(one).into_iter().collect(),
        }
    }

    /// A list of numbers, without what is none.
    pub fn numbers<N: std::str::FromStr>(&self, name: &str) -> Vec<N> {
        let list = self.list(name);
        list.iter()
            .filter_map(|number| number.trim().parse().ok())
            .collect()
    }

    /// The elements of a list that have parameters inside: `keywords_attributes[][keyword]`, `a[0][b]`, a JSON array of objects.
    pub fn each(&self, name: &str) -> Vec<Self> {
        let inside = |element: &Value| match element {
            Value::Object(inside) => Some(Self(inside.clone())),
            _ => None,
        };
        match self.0.get(name) {
            Some(Value::Array(elements)) => elements.iter().filter_map(inside).collect(),
            Some(Value::Object(numbered)) => numbered.values().filter_map(inside).collect(),
            _ => Vec::new(),
        }
    }

    /// The parameters inside another: `poll[options][]` is `options` of `poll`.
    pub fn inside(&self, name: &str) -> Option<Self> {
        match self.0.get(name)? {
            Value::Object(inside) => Some(Self(inside.clone())),
            _ => None,
        }
    }

    /// Whether something stands under this name, even an empty text.
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }
}

fn json_object(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::new(
            StatusCode::BAD_REQUEST,
            "the JSON should be an object",
        )),
        Err(error) => Err(Failure::new(
            StatusCode::BAD_REQUEST,
            format!("the JSON cannot be read: {error}"),
        )),
    }
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        // NUL means nothing to anybody, and PostgreSQL keeps no text that has one.
        Value::String(text) => Some(text.replace('\0', "")),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `a[b][]` is `["a", "b", ""]`. A name with unbalanced brackets is taken as it stands.
fn split_name(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[') else {
        return vec![name];
    };
    let Some(rest) = rest.strip_suffix(']') else {
        return vec![name];
    };
    if first.is_empty() {
        return vec![name];
    }
    std::iter::once(first)
        .chain(rest.split("][").take(DEEPEST))
        .collect()
}

fn member<'a>(at: &'a mut Value, name: &str) -> &'a mut Value {
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    match at {
        Value::Object(object) => object.entry(name).or_insert(Value::Null),
        other => other,
    }
}

/// A new element of a list; but `a[][x]` after `a[][y]` goes on with the element that has no `x` yet.
fn next_element<'a>(at: &'a mut Value, rest: &[&str]) -> &'a mut Value {
    if !at.is_array() {
        *at = Value::Array(Vec::new());
    }
    let Value::Array(elements) = at else {
        return at;
    };
    let goes_on = match (elements.last(), rest.first()) {
        (Some(Value::Object(last)), Some(step)) => !step.is_empty() && !last.contains_key(*step),
        _ => false,
    };
    if !goes_on {
        elements.push(Value::Null);
    }
    let last = elements.len() - 1;
    &mut elements[last]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(text: &str) -> Params {
        Params::default()
            .with_body(
                "application/x-www-form-urlencoded; charset=utf-8",
                text.as_bytes(),
            )
            .unwrap()
    }

    fn json_body(value: &Value) -> Params {
        Params::default()
            .with_body("application/json", value.to_string().as_bytes())
            .unwrap()
    }

    #[test]
    fn a_list_of_pairs_is_read_in_every_encoding() {
        let words = |params: &Params| -> Vec<_> {
            let each = params.each("keywords_attributes");
            each.iter()
                .map(|it| it.text("keyword").unwrap_or_default())
                .collect()
        };
        let name = "keywords_attributes";
        for given in [
            form(&format!(
                "{name}[][keyword]=a&{name}[][whole_word]=1&{name}[][keyword]=b"
            )),
            form(&format!("{name}[0][keyword]=a&{name}[1][keyword]=b")),
            json_body(&json!({ name: [{ "keyword": "a" }, { "keyword": "b" }, "nonsense"] })),
            json_body(&json!({ name: { "0": { "keyword": "a" }, "1": { "keyword": "b" } } })),
        ] {
            assert_eq!(words(&given), ["a", "b"], "{given:?}");
        }
        assert_eq!(words(&form("keywords_attributes=a")), [""; 0]);
        assert_eq!(form("id[]=1&id[]=x&id[]=3").numbers::<i64>("id"), [1, 3]);
    }

    #[test]
    fn the_body_wins_over_the_query_and_both_are_read() {
        let params = Params::from_query("status=asked&notify=true")
            .with_body("", b"status=said")
            .unwrap();
        assert_eq!(params.text("status").as_deref(), Some("said"));
        assert_eq!(params.flag("notify"), Some(true));
    }

    #[test]
    fn a_boolean_is_read_in_every_spelling() {
        for yes in [
            json!(true),
            json!(1),
            json!("true"),
            json!("1"),
            json!("on"),
            json!("TRUE"),
        ] {
            assert_eq!(
                json_body(&json!({ "sensitive": yes })).flag("sensitive"),
                Some(true),
                "{yes}"
            );
        }
        for no in [
            json!(false),
            json!(0),
            json!("false"),
            json!("0"),
            json!(""),
            json!("False"),
        ] {
            assert_eq!(
                json_body(&json!({ "sensitive": no })).flag("sensitive"),
                Some(false),
                "{no}"
            );
        }
        assert_eq!(
            json_body(&json!({ "sensitive": null })).flag("sensitive"),
            None
        );
        assert_eq!(form("").flag("sensitive"), None);
    }

    #[test]
    fn a_list_is_read_in_every_encoding() {
        let expected = ["1", "2"];
        assert_eq!(
            form("media_ids[]=1&media_ids[]=2").list("media_ids"),
            expected
        );
        assert_eq!(
            form("media_ids[0]=1&media_ids[1]=2").list("media_ids"),
            expected
        );
        assert_eq!(
            form("media_ids%5B%5D=1&media_ids%5B%5D=2").list("media_ids"),
            expected
        );
        assert_eq!(
            json_body(&json!({ "media_ids": ["1", 2] })).list("media_ids"),
            expected
        );
        assert_eq!(form("id=1").list("id"), ["1"]);
        assert!(form("").list("id").is_empty());
    }

    #[test]
    fn nested_names_make_a_tree() {
        let poll =
            form("poll[options][]=a&poll[options][]=b&poll[expires_in]=3600&poll[multiple]=false")
                .inside("poll")
                .unwrap();
        assert_eq!(poll.list("options"), ["a", "b"]);
        assert_eq!(poll.number::<u32>("expires_in"), Some(3600));
        assert_eq!(poll.flag("multiple"), Some(false));
        let fields = form("f[0][name]=a&f[0][value]=b&f[1][name]=c").each("f");
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[0].text("value").as_deref(), Some("b"));
        assert_eq!(fields[1].text("name").as_deref(), Some("c"));
        let fields = form("f[][name]=a&f[][value]=b&f[][name]=c");
        assert_eq!(
            fields.0["f"],
            json!([{ "name": "a", "value": "b" }, { "name": "c" }])
        );
    }

    #[test]
    fn nonsense_is_survived() {
        for text in [
            "a[",
            "a]b",
            "[]=1",
            "[a]=1",
            "a[][][][][][][][][]=1",
            "a=1&a[b]=2&a[]=3&a=4",
            "%ff=%ff",
            "===&&&",
        ] {
            let _ = form(text);
        }
        assert_eq!(form("limit=abc").number::<usize>("limit"), None);
        assert_eq!(form("limit=-1").number::<usize>("limit"), None);
        let refused = Params::default()
            .with_body("application/json", b"{")
            .unwrap_err();
        assert_eq!(refused.status, 400);
    }

    #[test]
    fn multipart_is_a_form_too() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\nHello\r\nthere\r\n--x\r\n\
                    content-disposition: form-data; name=\"media_ids[]\"\r\n\r\n7\r\n--x--\r\n";
        let params = Params::default()
            .with_body("multipart/form-data; boundary=x", body.as_bytes())
            .unwrap();
        assert_eq!(params.text("status").as_deref(), Some("Hello\r\nthere"));
        assert_eq!(params.list("media_ids"), ["7"]);
    }
}
