//! Compiled libraries and programs for packages that are made without a client.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::csproj::{greeting, program};
use super::{Dotnet, FRAMEWORK, Home};

/// Gives the library `name`, whose method `NAME.Greeting.Text()` gives `text`.
pub(super) fn library(name: &str, text: &str) -> Vec<u8> {
    compiled(name, "library", &greeting(name, text), &["System.Runtime"])
}

/// Gives the program `name`, which prints `text`.
pub(super) fn executable(name: &str, text: &str) -> Vec<u8> {
    let source = program(&[&format!("\"{text}\"")]);
    let references = ["System.Runtime", "System.Console"];
    compiled(name, "exe", &source, &references)
}

/// What was compiled, by name and source.
type Made = Mutex<HashMap<(String, String), Vec<u8>>>;

/// Compiles once per test binary what several tests pack: the compiler takes half a second.
fn compiled(name: &str, target: &str, source: &str, references: &[&str]) -> Vec<u8> {
    static MADE: OnceLock<Made> = OnceLock::new();
    let key = (name.to_owned(), source.to_owned());
    let made = MADE.get_or_init(Mutex::default);
    // A test that failed while it compiled has changed nothing.
    let find = || {
        let made = made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(&key).cloned()
    };
    if let Some(bytes) = find() {
        return bytes;
    }
    let bytes = compile(name, target, source, references);
    let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(key).or_insert(bytes).clone()
}

fn compile(name: &str, target: &str, source: &str, references: &[&str]) -> Vec<u8> {
    let home = Home::new(&[]);
    let sdk = Dotnet::folder();
    let compiler = sdk.join(format!("sdk/{}/Roslyn/bincore/csc.dll", Dotnet::VERSION));
    let compiler = compiler.display().to_string();
    let packs = sdk.join("packs/Microsoft.NETCore.App.Ref");
    let mut packs = std::fs::read_dir(packs).expect("the SDK has reference assemblies");
    let pack = packs.next().expect("there is one version of them");
    let pack = pack.expect("their folder can be read").path();
    let source = home.write("Source.cs", source).display().to_string();
    let mut words = vec![
        compiler,
        "-nologo".to_owned(),
        "-noconfig".to_owned(),
        "-nostdlib".to_owned(),
        "-deterministic".to_owned(),
        format!("-target:{target}"),
        format!("-out:{name}.dll"),
    ];
    words.extend(references.iter().map(|reference| {
        let file = pack.join(format!("ref/{FRAMEWORK}/{reference}.dll"));
        format!("-reference:{}", file.display())
    }));
    words.push(source);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    home.dotnet().run(&words).ok();
    home.read(&format!("{name}.dll"))
}
