use serde_json::json;

use super::*;

fn info() -> TarballInfo {
    TarballInfo {
        package_json: Vec::new(),
        file_count: 1,
        unpacked_size: 2,
        has_shrinkwrap: false,
        has_root_gyp: false,
        readme: None,
        readme_file: None,
    }
}

fn serve(request: Value, file: Value, info: &TarballInfo) -> Result<Value, ManifestError> {
    let name = ScopedName::parse("@acme/x").unwrap();
    let version = VersionName::new("1.0.0", "1.0.0");
    served_manifest(&request, &file, info, &name, &version).map(Value::Object)
}

/// Puts name and version in front of some fields.
fn with(fields: Value) -> Value {
    let mut all = json!({"name": "@acme/x", "version": "1.0.0"});
    let Value::Object(fields) = fields else {
        panic!("an object")
    };
    all.as_object_mut().unwrap().extend(fields);
    all
}

#[track_caller]
fn check(request: Value, file: Value, expect: Value) {
    let served = serve(with(request), with(file), &info()).unwrap();
    assert_eq!(served.to_string(), with(expect).to_string());
}

#[test]
fn what_decides_an_installation_comes_from_the_file() {
    check(
        json!({"dependencies": {"good": "1"}, "scripts": {}, "main": "m.js", "cpu": ["x64"]}),
        json!({
            "scripts": {"postinstall": "evil"}, "dependencies": {"bad": "2"}, "main": "other.js",
            "os": ["linux"], "libc": ["musl"], "engines": ["node >= 1"],
            "peerDependenciesMeta": {"p": {"optional": true}},
        }),
        json!({
            "dependencies": {"bad": "2"}, "scripts": {"postinstall": "evil"}, "main": "m.js",
            "peerDependenciesMeta": {"p": {"optional": true}}, "engines": ["node >= 1"],
            "os": ["linux"], "libc": ["musl"], "hasInstallScript": true,
        }),
    );
    check(
        json!({"hasInstallScript": true, "_hasShrinkwrap": true, "optionalDependencies": {"a": "1"}}),
        json!({"scripts": {"test": "x", "install": ""}}),
        json!({"scripts": {"test": "x", "install": ""}}),
    );
}

#[test]
fn other_fields_stay_as_they_were_sent() {
    let fields = json!({
        "zeta": {"b": 1, "a": [1.5, null]}, "license": {"type": "MIT"}, "repository": "acme/x",
        "author": "Ada", "keywords": "one two", "funding": ["https://fund.example"],
        "_nodeVersion": "22.0.0", "_npmVersion": "11.0.0", "gitHead": "abc", "description": "ü",
    });
    check(fields.clone(), json!({}), fields);
}

#[test]
fn what_only_a_registry_may_say_is_dropped() {
    check(
        json!({
            "dist": {"tarball": "http://evil.example"}, "_npmUser": {"name": "root"},
            "maintainers": [], "_attachments": {}, "readme": "long", "_rev": "1", "_id": "y",
            "users": {}, "time": {}, "deprecated": "no", "_resolved": "/home", "_from": ".",
            "signatures": [], "readmeFilename": "README.md", "kept": 1,
        }),
        json!({}),
        json!({"kept": 1}),
    );
}

#[test]
fn odd_shapes_are_normalised_or_kept() {
    for (file, expect) in [
        (json!({"bin": "./cli.js"}), json!({"bin": {"x": "cli.js"}})),
        (
            json!({"bin": {"a": "./a.js", "@s/b": "b//c.js", "bad": "../x", "n": 1}}),
            json!({"bin": {"a": "a.js", "b": "b/c.js"}}),
        ),
        (
            json!({"bin": ["bin/one", "two"]}),
            json!({"bin": {"one": "bin/one", "two": "two"}}),
        ),
        (json!({"bin": null}), json!({})),
        (json!({"bin": {}}), json!({})),
        (
            json!({"bundleDependencies": true}),
            json!({"bundleDependencies": true}),
        ),
        (
            json!({"bundledDependencies": ["a"]}),
            json!({"bundledDependencies": ["a"]}),
        ),
        (json!({"dependencies": ["a"]}), json!({})),
        (
            json!({"dependencies": {"a": "1", "b": 2}}),
            json!({"dependencies": {"a": "1"}}),
        ),
        (json!({"os": null, "cpu": "any"}), json!({"cpu": "any"})),
    ] {
        check(json!({}), file, expect);
    }
}

#[test]
fn commands_of_a_folder_are_believed_only_inside_it() {
    check(
        json!({"bin": {"a": "cmd/a.js", "b": "cmd/../b.js", "c": "other/c.js", "d": "cmdx/d"}}),
        json!({"directories": {"bin": "./cmd"}}),
        json!({"bin": {"a": "cmd/a.js"}, "directories": {"bin": "./cmd"}}),
    );
    check(json!({"bin": {"a": "a.js"}}), json!({}), json!({}));
}

#[test]
fn native_code_and_shrinkwrap_are_seen_in_the_tarball() {
    let native = TarballInfo {
        has_root_gyp: true,
        has_shrinkwrap: true,
        ..info()
    };
    let served = serve(with(json!({})), with(json!({})), &native).unwrap();
    let expect = with(json!({"hasInstallScript": true, "_hasShrinkwrap": true}));
    assert_eq!(served.to_string(), expect.to_string());
    let served = serve(with(json!({})), with(json!({"gypfile": false})), &native).unwrap();
    assert_eq!(served.get("hasInstallScript"), None);
}

#[test]
fn names_and_versions_must_agree() {
    let request = || with(json!({}));
    for version in ["1.0.0", "v1.0.0", "=1.0.0", " 1.0.0+build.7 "] {
        let file = json!({"name": "@Acme/x", "version": version});
        let served = serve(request(), file, &info()).unwrap();
        assert_eq!(served, request());
    }
    for (file, parts) in [
        (
            json!({"name": "@acme/y", "version": "1.0.0"}),
            ["tarball's package.json", "\"@acme/y\"", "\"@acme/x\""],
        ),
        (
            json!({"name": "x", "version": "1.0.0"}),
            ["tarball's package.json", "\"x\"", "\"@acme/x\""],
        ),
        (
            json!({"version": "1.0.0"}),
            ["tarball's package.json", "\"\"", "\"@acme/x\""],
        ),
        (
            json!({"name": 5, "version": "1.0.0"}),
            ["tarball's package.json", "\"5\"", "\"@acme/x\""],
        ),
        (
            json!({"name": "@acme/x", "version": "1.0.1"}),
            ["tarball's package.json", "\"1.0.1\"", "\"1.0.0\""],
        ),
        (
            json!({"name": "@acme/x", "version": "1.0"}),
            ["tarball's package.json", "\"1.0\"", "\"1.0.0\""],
        ),
        (
            json!({"name": "@acme/x"}),
            ["tarball's package.json", "\"\"", "\"1.0.0\""],
        ),
    ] {
        for (request, file, place) in [
            (request(), file.clone(), parts[0]),
            (file, request(), "published manifest"),
        ] {
            let error = serve(request, file, &info()).unwrap_err().to_string();
            for part in [place, parts[1], parts[2]] {
                assert!(error.contains(part), "{part}: {error}");
            }
        }
    }
    let error = serve(json!([]), request(), &info())
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a JSON object"), "{error}");
}

#[test]
fn the_file_is_read_with_and_without_a_mark_in_front() {
    assert_eq!(parse_package_json(b"\xef\xbb\xbf{}").unwrap(), json!({}));
    assert!(matches!(
        parse_package_json(b"{").unwrap_err(),
        ManifestError::Json(_)
    ));
    assert!(parse_package_json("[".repeat(1000).as_bytes()).is_err());
}
