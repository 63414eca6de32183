//! The settings file of a Maven.

use super::ID;

/// What a Maven shows to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// Nothing.
    None,
    /// A user name and a token as password, sent as Basic.
    Password(String, String),
    /// A header of every request: its name and value.
    Header(String, String),
}

impl Login {
    /// Shows `token` as password of a user named `any`.
    pub fn token(token: &str) -> Self {
        Self::Password("any".to_owned(), token.to_owned())
    }

    /// Shows `token` as bearer.
    pub fn bearer(token: &str) -> Self {
        Self::Header("Authorization".to_owned(), format!("Bearer {token}"))
    }

    /// Gives the entry of `<servers>`, empty for nothing.
    fn server(&self) -> String {
        let inner = match self {
            Self::None => return String::new(),
            Self::Password(user, password) => {
                format!("<username>{user}</username><password>{password}</password>")
            }
            Self::Header(name, value) => format!(
                "<configuration><httpHeaders><property><name>{name}</name><value>{value}</value>\
                 </property></httpHeaders></configuration>"
            ),
        };
        format!("<server><id>{ID}</id>{inner}</server>")
    }
}

/// Writes settings.xml: the login, groups whose plugins are called by prefix, a central repository
/// that is the folder `central`, and a proxy that nobody listens on for every other machine.
pub(super) fn render(login: &Login, plugin_groups: &[&str], central: &str) -> String {
    let server = login.server();
    let groups: String = plugin_groups
        .iter()
        .map(|group| format!("<pluginGroup>{group}</pluginGroup>"))
        .collect();
    let proxies: String = ["http", "https"]
        .iter()
        .map(|protocol| {
            format!(
                "<proxy><id>nowhere-{protocol}</id><active>true</active>\
                 <protocol>{protocol}</protocol><host>127.0.0.1</host><port>9</port>\
                 <nonProxyHosts>127.0.0.1</nonProxyHosts></proxy>"
            )
        })
        .collect();
    format!(
        r#"<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
  <servers>{server}</servers>
  <pluginGroups>{groups}</pluginGroups>
  <mirrors>
    <mirror><id>central</id><mirrorOf>central</mirrorOf><url>file://{central}</url></mirror>
  </mirrors>
  <proxies>{proxies}</proxies>
</settings>
"#
    )
}
