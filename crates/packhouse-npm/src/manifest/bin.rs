//! The `bin` field: always a map of command names to paths, whatever the file holds.

use serde_json::{Map, Value};

use crate::name::ScopedName;

/// Gives `bin` as it is served. A string means the package's own name. A file may name a folder
/// in `directories.bin` instead; clients then list that folder in the request, and of that list
/// only what lies inside the folder is believed.
pub(super) fn served_bin(
    file: &Map<String, Value>,
    request: &Map<String, Value>,
    name: &ScopedName,
) -> Option<Value> {
    if let Some(bin) = file.get("bin").filter(|bin| !bin.is_null()) {
        return commands(bin, name, |_| true);
    }
    let folder = file.get("directories")?.get("bin")?.as_str()?;
    let folder = normal(folder)?;
    commands(request.get("bin")?, name, |path| {
        folder.is_empty() || path.starts_with(&format!("{folder}/"))
    })
}

fn commands(bin: &Value, name: &ScopedName, wanted: impl Fn(&str) -> bool) -> Option<Value> {
    let mut commands = Map::new();
    let mut add = |command: &str, path: &Value| {
        let command = command.rsplit('/').next().unwrap_or(command);
        let path = path.as_str().and_then(normal).filter(|path| wanted(path));
        if let Some(path) = path.filter(|path| !path.is_empty() && !command.is_empty()) {
            commands.insert(command.to_owned(), path.into());
        }
    };
    match bin {
        Value::String(_) => add(name.name.as_str(), bin),
        Value::Object(entries) => entries.iter().for_each(|(key, path)| add(key, path)),
        // An old form: paths, each a command of its file name.
        Value::Array(paths) => {
            for path in paths {
                add(path.as_str().unwrap_or_default(), path);
            }
        }
        _ => {}
    }
    (!commands.is_empty()).then_some(Value::Object(commands))
}

/// Removes `./` and double slashes; gives nothing for a path that leaves the package.
fn normal(path: &str) -> Option<String> {
    let parts: Vec<&str> = path
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    (!parts.contains(&"..")).then(|| parts.join("/"))
}
