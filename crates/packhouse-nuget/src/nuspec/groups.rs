//! The lists of a nuspec: what a package needs, by framework.

use std::collections::HashSet;

use packhouse_xml::Element;

use super::reader::{MAX_TEXT, MAX_WORD, all, attribute, only};
use super::{
    ContentFiles, Dependency, DependencyGroup, FrameworkAssembly, NameGroup, NuspecError,
    PackageType,
};
use crate::id::PackageId;
use crate::range::VersionRange;
use crate::version::Version;

/// How many groups a list may have.
const MAX_GROUPS: usize = 500;

/// How many entries a list may have in all its groups. What a version keeps is written out for
/// every client that looks at its package.
const MAX_ENTRIES: usize = 5_000;

pub(super) fn package_types(metadata: &Element) -> Result<Vec<PackageType>, NuspecError> {
    let Some(list) = only(metadata, "packageTypes")? else {
        return Ok(Vec::new());
    };
    let types = all(list, "packageType").map(|element| {
        let name = required(element, "packageType", "name", MAX_WORD)?;
        let name = PackageId::parse(&name).map_err(NuspecError::PackageType)?;
        let version = attribute(element, "version", "packageType/@version", MAX_WORD)?;
        let version = version.map(|version| Version::parse(&version)).transpose();
        Ok(PackageType {
            version: version.map_err(|source| NuspecError::PackageTypeVersion {
                name: name.to_string(),
                source,
            })?,
            name: name.into(),
        })
    });
    collect(types, "packageType", MAX_GROUPS)
}

pub(super) fn dependency_groups(metadata: &Element) -> Result<Vec<DependencyGroup>, NuspecError> {
    let Some(list) = only(metadata, "dependencies")? else {
        return Ok(Vec::new());
    };
    let mut left = MAX_ENTRIES;
    let groups = all(list, "group").map(|group| {
        let target_framework = framework(group)?;
        let dependencies = dependencies(group, target_framework.as_deref(), &mut left)?;
        Ok(DependencyGroup {
            target_framework,
            dependencies,
        })
    });
    let mut groups = collect(groups, "group", MAX_GROUPS)?;
    // Where there are groups, what is in none does not exist to clients.
    if groups.is_empty() {
        let dependencies = dependencies(list, None, &mut left)?;
        if !dependencies.is_empty() {
            groups.push(DependencyGroup {
                target_framework: None,
                dependencies,
            });
        }
    }
    Ok(groups)
}

fn dependencies(
    list: &Element,
    framework: Option<&str>,
    left: &mut usize,
) -> Result<Vec<Dependency>, NuspecError> {
    let mut ids = HashSet::new();
    let dependencies = all(list, "dependency").map(|element| {
        *left = left.checked_sub(1).ok_or(NuspecError::TooMany {
            element: "dependency",
            max: MAX_ENTRIES,
        })?;
        let dependency = dependency(element)?;
        if !ids.insert(dependency.id.lower()) {
            return Err(NuspecError::DuplicateDependency {
                id: dependency.id.to_string(),
                framework: framework.unwrap_or("any framework").to_owned(),
            });
        }
        Ok(dependency)
    });
    dependencies.collect()
}

fn dependency(element: &Element) -> Result<Dependency, NuspecError> {
    let id = required(element, "dependency", "id", MAX_TEXT)?;
    let id = PackageId::parse_dependency(&id).map_err(NuspecError::DependencyId)?;
    let word = |name, what| attribute(element, name, what, MAX_WORD);
    let range = element.attribute("version").unwrap_or_default();
    Ok(Dependency {
        range: VersionRange::parse(range).map_err(|source| NuspecError::DependencyRange {
            id: id.to_string(),
            source,
        })?,
        include: word("include", "dependency/@include")?,
        exclude: word("exclude", "dependency/@exclude")?,
        id,
    })
}

pub(super) fn framework_assemblies(
    metadata: &Element,
) -> Result<Vec<FrameworkAssembly>, NuspecError> {
    let Some(list) = only(metadata, "frameworkAssemblies")? else {
        return Ok(Vec::new());
    };
    let assemblies = all(list, "frameworkAssembly").map(|element| {
        let what = "frameworkAssembly/@targetFramework";
        Ok(FrameworkAssembly {
            name: required(element, "frameworkAssembly", "assemblyName", MAX_WORD)?,
            target_framework: attribute(element, "targetFramework", what, MAX_TEXT)?,
        })
    });
    collect(assemblies, "frameworkAssembly", MAX_ENTRIES)
}

pub(super) fn framework_references(metadata: &Element) -> Result<Vec<NameGroup>, NuspecError> {
    let Some(list) = only(metadata, "frameworkReferences")? else {
        return Ok(Vec::new());
    };
    name_groups(list, "frameworkReference", "name")
}

pub(super) fn references(metadata: &Element) -> Result<Vec<NameGroup>, NuspecError> {
    let Some(list) = only(metadata, "references")? else {
        return Ok(Vec::new());
    };
    let groups = name_groups(list, "reference", "file")?;
    if !groups.is_empty() {
        return Ok(groups);
    }
    let mut left = MAX_ENTRIES;
    let names = names(list, "reference", "file", &mut left)?;
    let group = NameGroup {
        target_framework: None,
        names,
    };
    Ok(Vec::from_iter((!group.names.is_empty()).then_some(group)))
}

fn name_groups(
    list: &Element,
    element: &'static str,
    name: &'static str,
) -> Result<Vec<NameGroup>, NuspecError> {
    let mut left = MAX_ENTRIES;
    let groups = all(list, "group").map(|group| {
        Ok(NameGroup {
            target_framework: framework(group)?,
            names: names(group, element, name, &mut left)?,
        })
    });
    collect(groups, "group", MAX_GROUPS)
}

fn names(
    list: &Element,
    element: &'static str,
    name: &'static str,
    left: &mut usize,
) -> Result<Vec<String>, NuspecError> {
    let max = MAX_ENTRIES;
    let names = all(list, element).map(|child| {
        *left = left
            .checked_sub(1)
            .ok_or(NuspecError::TooMany { element, max })?;
        required(child, element, name, MAX_WORD)
    });
    names.collect()
}

pub(super) fn content_files(metadata: &Element) -> Result<Vec<ContentFiles>, NuspecError> {
    let Some(list) = only(metadata, "contentFiles")? else {
        return Ok(Vec::new());
    };
    let files = all(list, "files").map(|element| {
        let word = |name, what| attribute(element, name, what, MAX_TEXT);
        Ok(ContentFiles {
            include: required(element, "files", "include", MAX_TEXT)?,
            exclude: word("exclude", "files/@exclude")?,
            build_action: word("buildAction", "files/@buildAction")?,
            copy_to_output: word("copyToOutput", "files/@copyToOutput")?,
            flatten: word("flatten", "files/@flatten")?,
        })
    });
    collect(files, "files", MAX_ENTRIES)
}

fn framework(group: &Element) -> Result<Option<String>, NuspecError> {
    attribute(group, "targetFramework", "group/@targetFramework", MAX_WORD)
}

fn required(
    element: &Element,
    name: &'static str,
    attribute_name: &'static str,
    max: usize,
) -> Result<String, NuspecError> {
    let text = attribute(element, attribute_name, attribute_name, max)?;
    text.ok_or(NuspecError::MissingAttribute {
        element: name,
        attribute: attribute_name,
    })
}

fn collect<T>(
    items: impl Iterator<Item = Result<T, NuspecError>>,
    element: &'static str,
    max: usize,
) -> Result<Vec<T>, NuspecError> {
    let items: Vec<T> = items.take(max + 1).collect::<Result<_, _>>()?;
    match items.len() > max {
        true => Err(NuspecError::TooMany { element, max }),
        false => Ok(items),
    }
}
