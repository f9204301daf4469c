//! Pictures, films and recordings: uploaded, shown to those who may see them, and copied from other servers.

mod copies;
mod refused;
mod uploads;

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

use crate::support::{Instance, Person, http::Answer, http::Request};

/// One part of a form: its name, the file name if it has one, and what is in it.
pub(super) type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// A form as programs send it.
pub(super) fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        body.extend_from_slice(
            format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--line--\r\n");
    body
}

impl Person {
    /// Sends a form with files.
    pub(crate) async fn sends_form(&self, method: &str, path: &str, parts: &[Part<'_>]) -> Answer {
        self.asks_for(method, path)
            .with("content-type", "multipart/form-data; boundary=line")
            .body(form(parts))
            .send(self.instance.address())
            .await
    }

    fn asks_for(&self, method: &str, path: &str) -> Request {
        Request::new(method, path)
            .with("host", self.instance.host())
            .with("authorization", format!("Bearer {}", self.token))
    }

    /// Uploads something that has to be taken.
    pub(crate) async fn uploads(&self, file: &[u8], description: &str) -> Value {
        let parts: [Part<'_>; 2] = [
            ("description", None, description.as_bytes()),
            ("file", Some("a file"), file),
        ];
        let answer = self.sends_form("POST", "/api/v2/media", &parts).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Looks at something at an address of their instance, with their token.
    pub(crate) async fn looks_at(&self, url: &str) -> Answer {
        let path = path(&self.instance, url);
        self.asks_for("GET", &path)
            .send(self.instance.address())
            .await
    }
}

fn path(instance: &Instance, url: &str) -> String {
    url.strip_prefix(instance.origin())
        .unwrap_or_else(|| panic!("{url} is no address of {}", instance.origin()))
        .to_owned()
}

impl Instance {
    /// Looks at something as a stranger.
    pub(crate) async fn shows(&self, url: &str) -> Answer {
        Request::new("GET", &path(self, url))
            .with("host", self.host())
            .send(self.address())
            .await
    }
}

/// A picture, half red and half blue.
pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([250, 0, 0])
        } else {
            Rgb([0, 0, 250])
        }
    });
    let mut file = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut file), format)
        .expect("a picture");
    file
}

/// A JPEG whose file says where it was taken.
pub(super) fn snapshot() -> Vec<u8> {
    let file = picture(64, 32, ImageFormat::Jpeg);
    let words =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x3b\x01\x02\0\x0f\0\0\0\x1a\0\0\0\0\0\0\0Nadia's kitchen";
    let mut marked = file[..2].to_vec();
    marked.extend_from_slice(&[0xff, 0xe1]);
    marked.extend_from_slice(&u16::try_from(words.len() + 2).expect("short").to_be_bytes());
    marked.extend_from_slice(words);
    marked.extend_from_slice(&file[2..]);
    marked
}

pub(super) fn contains(file: &[u8], words: &[u8]) -> bool {
    file.windows(words.len()).any(|window| window == words)
}
