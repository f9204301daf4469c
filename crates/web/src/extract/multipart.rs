//! The text fields of a small multipart form that has been read already.
//!
//! Files are left out: uploads are too big for memory and have a door of their own.

use actix_web::http::StatusCode;

use crate::error::Failure;

/// The named text fields, in order.
pub fn fields(content_type: &str, body: &[u8]) -> Result<Vec<(String, String)>, Failure> {
    let boundary = parameter(content_type, "boundary")
        .filter(|boundary| !boundary.is_empty())
        .ok_or_else(unreadable)?;
    let mark = format!("\r\n--{boundary}");
    // The first boundary may stand at the very beginning: with a line break in front all of them look alike.
    let body = [b"\r\n".as_slice(), body].concat();
    let mut parts = split(&body, mark.as_bytes()).into_iter().skip(1);
    let mut found = Vec::new();
    for part in parts.by_ref() {
        if part.starts_with(b"--") {
            return Ok(found);
        }
        let end = find(part, b"\r\n\r\n").ok_or_else(unreadable)?;
        let head = String::from_utf8_lossy(&part[..end]);
        if let Some(name) = field_name(&head) {
            found.push((name, String::from_utf8_lossy(&part[end + 4..]).into_owned()));
        }
    }
    Err(unreadable())
}

/// The name of a field, when it is one and no file.
fn field_name(head: &str) -> Option<String> {
    let (_, disposition) = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
    if parameter(disposition, "filename").is_some() {
        return None;
    }
    parameter(disposition, "name")
}

/// One parameter of a header value, without its quotes.
fn parameter(value: &str, name: &str) -> Option<String> {
    value
        .split(';')
        .skip(1)
        .filter_map(|part| part.split_once('='))
        .find_map(|(given, value)| {
            given
                .trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().trim_matches('"').to_owned())
        })
}

fn split<'a>(mut body: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(body, mark) {
        parts.push(&body[..at]);
        body = &body[at + mark.len()..];
    }
    parts.push(body);
    parts
}

fn find(body: &[u8], wanted: &[u8]) -> Option<usize> {
    body.windows(wanted.len())
        .position(|window| window == wanted)
}

fn unreadable() -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "the multipart form cannot be read")
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn files_are_left_out_and_broken_forms_refused() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\n\r\nxx\r\n--b\r\nContent-Disposition: \
                     form-data; name=\"t\"\r\n\r\n\r\n--b--";
        assert_eq!(
            fields("multipart/form-data; boundary=\"b\"", body).unwrap(),
            [("t".to_owned(), String::new())]
        );
        for broken in [&b"--b\r\n"[..], b"", b"--b", b"nothing"] {
            assert!(fields("multipart/form-data; boundary=b", broken).is_err());
        }
        assert!(fields("multipart/form-data", b"--b--").is_err());
    }
}
