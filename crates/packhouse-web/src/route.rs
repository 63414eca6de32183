//! The addresses of the pages, as data.

use packhouse_http::RouteError;

/// A page's address with its method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Home,
    ShowSetup(String),
    SetUp(String),
    ShowLogin,
    LogIn,
    LogOut,
    ShowCliLogin(String),
    AnswerCliLogin(String),
    Asset(String),
}

impl Route {
    /// Everything that [`Route::parse`] may be asked about, as actix writes it.
    pub const PATTERNS: [&str; 6] = [
        "/",
        "/setup/{secret}",
        "/login",
        "/logout",
        "/login/cli/{page}",
        "/static/{name:.*}",
    ];

    /// Parses percent-decoded path segments. HEAD is answered as GET.
    ///
    /// # Errors
    /// See [`RouteError`].
    pub fn parse(method: &str, segments: &[String]) -> Result<Self, RouteError> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let get = matches!(method, "GET" | "HEAD");
        let post = method == "POST";
        let (route, allow): (Option<Self>, &[&'static str]) = match segments.as_slice() {
            [""] => (get.then_some(Self::Home), &["GET", "HEAD"]),
            ["setup", secret] => {
                let secret = (*secret).to_owned();
                (
                    either(get, post, Self::ShowSetup, Self::SetUp, secret),
                    &["GET", "HEAD", "POST"],
                )
            }
            ["login"] => {
                let route = if get {
                    Some(Self::ShowLogin)
                } else {
                    post.then_some(Self::LogIn)
                };
                (route, &["GET", "HEAD", "POST"])
            }
            ["logout"] => (post.then_some(Self::LogOut), &["POST"]),
            ["login", "cli", page] => {
                let page = (*page).to_owned();
                let route = either(get, post, Self::ShowCliLogin, Self::AnswerCliLogin, page);
                (route, &["GET", "HEAD", "POST"])
            }
            ["static", name] => (
                get.then(|| Self::Asset((*name).to_owned())),
                &["GET", "HEAD"],
            ),
            _ => return Err(RouteError::NotFound),
        };
        route.ok_or_else(|| RouteError::MethodNotAllowed(allow.to_vec()))
    }

    /// Gives the address with its parts named instead of filled in, for logs and metrics.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::ShowSetup(_) | Self::SetUp(_) => "/setup/{secret}",
            Self::ShowLogin | Self::LogIn => "/login",
            Self::LogOut => "/logout",
            Self::ShowCliLogin(_) | Self::AnswerCliLogin(_) => "/login/cli/{page}",
            Self::Asset(_) => "/static/{name}",
        }
    }
}

fn either(
    get: bool,
    post: bool,
    show: fn(String) -> Route,
    send: fn(String) -> Route,
    part: String,
) -> Option<Route> {
    if get {
        return Some(show(part));
    }
    post.then(|| send(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_methods_lead_to_pages() {
        let check = |method, path: &str, expected| {
            let segments = packhouse_http::mount::segments(path).unwrap();
            assert_eq!(Route::parse(method, &segments), expected, "{method} {path}");
        };
        check("GET", "/", Ok(Route::Home));
        check("HEAD", "/login", Ok(Route::ShowLogin));
        check("POST", "/login", Ok(Route::LogIn));
        check("GET", "/setup/a%2Fb", Ok(Route::ShowSetup("a/b".into())));
        check(
            "POST",
            "/login/cli/x",
            Ok(Route::AnswerCliLogin("x".into())),
        );
        check(
            "GET",
            "/logout",
            Err(RouteError::MethodNotAllowed(vec!["POST"])),
        );
        check(
            "PUT",
            "/",
            Err(RouteError::MethodNotAllowed(vec!["GET", "HEAD"])),
        );
        check("GET", "/static/a/b", Err(RouteError::NotFound));
    }
}
