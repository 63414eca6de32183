//! A browser as small as our pages need: cookies, redirects, and forms by their fields' names.

use crate::http::{Request, Response};
use crate::scene::PASSWORD;
use crate::server::Server;

/// The cookies of one person at one server.
#[derive(Debug)]
pub struct Browser {
    origin: String,
    cookies: Vec<(String, String)>,
}

/// A page that was opened.
#[derive(Debug)]
pub struct Page {
    url: String,
    /// The answer that shows it.
    pub response: Response,
}

/// What the forms of our pages call their fields.
mod fields {
    pub(super) const LOGIN: &str = "name";
    pub(super) const PASSWORD: &str = "password";
    pub(super) const PASSWORD_AGAIN: &str = "password_again";
    pub(super) const EMAIL: &str = "email";
}

impl Browser {
    /// Opens one with no cookies.
    pub fn at(server: &Server) -> Self {
        Self {
            origin: server.origin(),
            cookies: Vec::new(),
        }
    }

    /// Signs in with the password of every scene's accounts.
    pub fn sign_in(&mut self, login: &str) {
        let page = self.open(&format!("{}/login", self.origin));
        self.fill_in_login(&page, login);
    }

    /// Makes the first administrator on the page at the set-up address.
    pub fn set_up(&mut self, address: &str, login: &str) {
        let page = self.open(address);
        let answers = [
            (fields::LOGIN, login),
            (fields::PASSWORD, PASSWORD),
            (fields::PASSWORD_AGAIN, PASSWORD),
            (fields::EMAIL, "ada@mail.example"),
        ];
        let page = self.submit(&page, &answers);
        assert_eq!(page.response.status, 200, "{}", page.response.text());
    }

    /// Lets in the client that waits at `address` (npm's web login): signs in where that is
    /// asked for, then confirms.
    pub fn confirm_cli_login(&mut self, address: &str, login: &str) {
        let mut page = self.open(address);
        if page.has_field(fields::PASSWORD) {
            page = self.fill_in_login(&page, login);
        }
        if !page.url.contains("/login/cli/") {
            page = self.open(address);
        }
        let page = self.submit(&page, &[]);
        assert_eq!(page.response.status, 200, "{}", page.response.text());
    }

    /// Opens an address and follows redirects.
    pub fn open(&mut self, url: &str) -> Page {
        let request = Request::get(&self.absolute(url));
        self.follow(url, request)
    }

    /// Sends the page's first form with fields that are asked for and in `answers`.
    fn submit(&mut self, page: &Page, answers: &[(&str, &str)]) -> Page {
        let html = page.response.text();
        let form = first_form(&html).unwrap_or_else(|| panic!("{} has no form:\n{html}", page.url));
        let mut values = Vec::new();
        for field in &form.fields {
            let answer = answers.iter().find(|(name, _)| name == &field.name);
            let value = answer.map_or(field.value.as_str(), |(_, value)| *value);
            values.push((field.name.as_str(), value));
        }
        let action = if form.action.is_empty() {
            &page.url
        } else {
            &form.action
        };
        let request = Request::new("POST", &self.absolute(action))
            .header("Origin", &self.origin)
            .form(&values);
        self.follow(action, request)
    }

    fn fill_in_login(&mut self, page: &Page, login: &str) -> Page {
        let page = self.submit(
            page,
            &[(fields::LOGIN, login), (fields::PASSWORD, PASSWORD)],
        );
        assert!(
            page.response.status == 200 && !self.cookies.is_empty(),
            "signing in failed: {} {}",
            page.response.status,
            page.response.text()
        );
        page
    }

    fn follow(&mut self, url: &str, request: Request) -> Page {
        let mut url = self.absolute(url);
        let mut request = request;
        for _ in 0..10 {
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect();
            let response = request.header("Cookie", &cookies.join("; ")).send();
            for cookie in response.headers("Set-Cookie") {
                self.keep(cookie);
            }
            if !(300..400).contains(&response.status) {
                return Page { url, response };
            }
            url = self.absolute(response.header("Location"));
            request = Request::get(&url);
        }
        panic!("too many redirects at {url}");
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        self.cookies.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') {
            format!("{}{url}", self.origin)
        } else {
            url.to_owned()
        }
    }
}

impl Page {
    fn has_field(&self, name: &str) -> bool {
        first_form(&self.response.text())
            .is_some_and(|form| form.fields.iter().any(|field| field.name == name))
    }
}

struct Form {
    action: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    value: String,
}

/// Reads the first `<form>` of the page's own part with its inputs and its first named button.
fn first_form(html: &str) -> Option<Form> {
    let html = &html[html.find("<main")?..];
    let begin = html.find("<form")?;
    let end = begin + html[begin..].find("</form>")?;
    let mut tags = html[begin..end].split('<').skip(1);
    let action = attribute(tags.next()?, "action").unwrap_or_default();
    let mut fields: Vec<Field> = Vec::new();
    let mut pressed = false;
    for tag in tags {
        let is_button = tag.starts_with("button");
        if !(tag.starts_with("input") || is_button && !pressed) {
            continue;
        }
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        pressed |= is_button;
        let value = attribute(tag, "value").unwrap_or_default();
        fields.push(Field { name, value });
    }
    Some(Form { action, fields })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag[at..].split('"').next()?;
    let plain = [
        ("&#38;", "&"),
        ("&#61;", "="),
        ("&#x2F;", "/"),
        ("&#47;", "/"),
        ("&amp;", "&"),
    ];
    Some(plain.iter().fold(value.to_owned(), |text, (coded, plain)| {
        text.replace(coded, plain)
    }))
}

#[cfg(test)]
mod tests {
    use super::first_form;

    #[test]
    fn a_form_gives_hidden_fields_and_the_first_button() {
        let html = r#"<form action="/logout"></form><main><form method="post" action="/a?x=1&amp;y=2"><input type="hidden" name="csrf" value="c">
            <input name="login"><button name="do" value="yes">Yes</button><button name="do" value="no">No</button></form>"#;
        let form = first_form(html).unwrap();
        let fields: Vec<_> = form
            .fields
            .iter()
            .map(|f| (f.name.as_str(), f.value.as_str()))
            .collect();
        assert_eq!(form.action, "/a?x=1&y=2");
        assert_eq!(fields, [("csrf", "c"), ("login", ""), ("do", "yes")]);
    }
}
