//! A browser: it keeps cookies and fills in forms, and runs no script.

use std::{cell::RefCell, collections::BTreeMap};

use super::{
    http::{Answer, Request},
    instance::Instance,
};

pub(crate) struct Browser {
    instance: Instance,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    pub(crate) fn at(instance: &Instance) -> Self {
        Self {
            instance: instance.clone(),
            cookies: RefCell::default(),
        }
    }

    /// Opens an address of the instance. Redirects are not followed.
    pub(crate) async fn opens(&self, path: &str) -> Answer {
        self.sends(Request::new("GET", path)).await
    }

    /// Fills in the form with this action on a page and sends it, as a browser does.
    pub(crate) async fn submits(
        &self,
        page: &Answer,
        action: &str,
        filled_in: &[(&str, &str)],
    ) -> Answer {
        let fields = form(&page.text(), action, filled_in);
        let origin = self.instance.origin().to_owned();
        self.posts(action, &fields, Some(&origin)).await
    }

    /// Sends a form that says it comes from this origin.
    pub(crate) async fn posts(
        &self,
        action: &str,
        fields: &[(String, String)],
        origin: Option<&str>,
    ) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = Request::new("POST", action)
            .with("content-type", "application/x-www-form-urlencoded")
            .body(body);
        if let Some(origin) = origin {
            request = request.with("origin", origin);
        }
        self.sends(request).await
    }

    async fn sends(&self, request: Request) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = request
            .with("host", self.instance.host())
            .with("accept", "text/html")
            .with("cookie", cookies.join("; "))
            .send(self.instance.address())
            .await;
        if let Some((name, rest)) = answer.header("set-cookie").split_once('=') {
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies
                .borrow_mut()
                .insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// What it would show of being signed in.
    pub(crate) fn cookie(&self) -> String {
        self.cookies
            .borrow()
            .values()
            .next()
            .cloned()
            .unwrap_or_default()
    }

    /// Signs in and answers where that leads.
    pub(crate) async fn signs_in(&self, name: &str, password: &str) -> Answer {
        let page = self.opens("/login").await;
        self.submits(
            &page,
            "/login",
            &[("username", name), ("password", password)],
        )
        .await
    }
}

/// The fields of the first form on a page that has this action, with what was filled in.
pub(crate) fn form(page: &str, action: &str, filled_in: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = page
        .split("<form")
        .skip(1)
        .find(|form| form.contains(&format!("action=\"{action}\"")))
        .unwrap_or_else(|| panic!("no form for {action} in {page}"));
    let form = form.split("</form>").next().unwrap_or_default();
    let mut fields: Vec<(String, String)> = form
        .split("<input")
        .skip(1)
        .filter_map(|input| {
            let input = input.split('>').next()?;
            let read = |name: &str| {
                let value = input.split(&format!(" {name}=\"")).nth(1)?;
                Some(unescaped(value.split('"').next()?))
            };
            (read("type").as_deref() != Some("checkbox"))
                .then(|| Some((read("name")?, read("value").unwrap_or_default())))?
        })
        .collect();
    for (name, value) in filled_in {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
