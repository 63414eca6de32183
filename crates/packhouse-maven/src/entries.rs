//! What packages contribute to documents over several packages: plugins of a group, archetypes of a
//! repository.

use packhouse_registry::publish::PutEntry;
use packhouse_registry::rows::Entry;
use serde::{Deserialize, Serialize};

use crate::coordinates::Ga;
use crate::metadata::Plugin;
use crate::pom::Pom;

/// The topic of archetypes.
pub(crate) const ARCHETYPES: &str = "archetypes";
/// How many entries a document shows.
pub(crate) const MAX_ENTRIES: i64 = 5_000;

/// What is kept of a plugin besides its prefix.
#[derive(Serialize, Deserialize)]
struct PluginValue {
    name: String,
    artifact: String,
}

/// Gives the topic of a group's plugins.
pub(crate) fn plugins(group: &str) -> String {
    format!("plugins:{group}")
}

/// Says that a package is a plugin.
pub(crate) fn plugin(ga: &Ga, prefix: &str, name: &str) -> PutEntry {
    let value = PluginValue {
        name: name.to_owned(),
        artifact: ga.artifact.clone(),
    };
    PutEntry {
        topic: plugins(&ga.group),
        name: prefix.to_owned(),
        value: serde_json::json!(value).to_string(),
    }
}

/// Reads a plugin back; what is damaged is left out.
pub(crate) fn read_plugin(entry: Entry) -> Option<Plugin> {
    let value: PluginValue = serde_json::from_str(&entry.value).ok()?;
    Some(Plugin {
        name: value.name,
        prefix: entry.name,
        artifact_id: value.artifact,
    })
}

/// Says that a package is an archetype.
pub(crate) fn archetype(pom: &Pom) -> PutEntry {
    PutEntry {
        topic: ARCHETYPES.to_owned(),
        name: String::new(),
        value: pom.description.clone().unwrap_or_default(),
    }
}

/// Reads an archetype back: package, newest version and one line about it.
pub(crate) fn read_archetype(entry: Entry) -> Option<(Ga, String, Option<String>)> {
    let path = entry.path?;
    let (group, artifact) = path.rsplit_once('/')?;
    let ga = Ga::new(group.split('/'), artifact).ok()?;
    let description = Some(entry.value).filter(|text| !text.is_empty());
    Some((ga, entry.latest, description))
}
