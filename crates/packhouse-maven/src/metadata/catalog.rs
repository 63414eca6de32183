//! `archetype-catalog.xml` (Maven notes §13).

use super::write::Writer;
use crate::coordinates::Ga;
use crate::version;

/// Draws the list of archetypes: package, version, and one line about it. `None` when there are
/// none.
pub fn render_catalog(archetypes: &[(Ga, String, Option<String>)]) -> Option<String> {
    if archetypes.is_empty() {
        return None;
    }
    let mut archetypes: Vec<_> = archetypes.iter().collect();
    archetypes.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| version::compare(&a.1, &b.1)));
    archetypes.dedup_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1));
    let mut xml = Writer::new("archetype-catalog");
    xml.open("archetypes");
    for (ga, version, description) in archetypes {
        xml.open("archetype");
        xml.text("groupId", &ga.group);
        xml.text("artifactId", &ga.artifact);
        xml.text("version", version);
        if let Some(description) = description {
            xml.text("description", description);
        }
        xml.close("archetype");
    }
    xml.close("archetypes");
    Some(xml.finish("archetype-catalog"))
}
