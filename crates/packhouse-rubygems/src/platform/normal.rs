//! The form of a platform in which clients ask for it: `CPU-OS-VERSION` as the newest RubyGems
//! finds them (class `Gem::Platform` of 4.0; RubyGems up to 3.3.20 also drops `-gnu`).
//!
//! The text up to the first hyphen is the CPU, the rest says the operating system; without a hyphen
//! there is no CPU. The first rule that fits decides, so their order counts: `x86-mingw32` must not
//! become `mingw` with version `32`.

/// An operating system and its version.
type Os<'a> = (&'a str, Option<&'a str>);

pub(super) fn normalized(text: &str) -> String {
    let (cpu, os) = match text.split_once('-') {
        Some((cpu, os)) => (Some(if is_x86(cpu) { "x86" } else { cpu }), os),
        None => (None, text),
    };
    let (name, version) = system(os);
    // A Windows without a CPU, from times when it had only one.
    let cpu = cpu.or((name.starts_with("mswin") && name.ends_with("32")).then_some("x86"));
    let version = version.unwrap_or_default();
    match cpu {
        Some(cpu) if version.is_empty() => format!("{cpu}-{name}"),
        Some(cpu) => format!("{cpu}-{name}-{version}"),
        None => format!("{name}{version}"),
    }
}

/// `i386` to `i986`, anywhere in it.
fn is_x86(cpu: &str) -> bool {
    let is_model = |w: &[u8]| matches!(w, [b'i', digit, b'8', b'6'] if digit.is_ascii_digit());
    cpu.as_bytes().windows(4).any(is_model)
}

fn system(os: &str) -> Os<'_> {
    let rules: [fn(&str) -> Option<Os<'_>>; 19] = [
        |os| anywhere(os, "aix", digits),
        |os| anywhere(os, "cygwin", none),
        |os| anywhere(os, "darwin", digits),
        |os| at_start(os, "macruby", dotted),
        |os| anywhere(os, "freebsd", digits),
        |os| matches!(os, "java" | "jruby").then_some(("java", None)),
        |os| at_start(os, "java", dotted),
        dalvik,
        |os| at_start(os, "dotnet", dotted),
        |os| anywhere(os, "linux", word),
        |os| anywhere(os, "mingw32", none),
        |os| anywhere(os, "mingw", word),
        mswin,
        |os| anywhere(os, "netbsdelf", none),
        |os| anywhere(os, "openbsd", two_numbers),
        |os| anywhere(os, "solaris", two_numbers),
        |os| anywhere(os, "wasi", none),
        named_platform,
        |_| Some(("unknown", None)),
    ];
    let found = rules.iter().find_map(|rule| rule(os));
    found.unwrap_or(("unknown", None))
}

/// The first `name` in the text, then its version after a hyphen or none.
fn anywhere<'a>(os: &'a str, name: &'static str, version: fn(&str) -> &str) -> Option<Os<'a>> {
    let (_, rest) = os.split_once(name)?;
    Some((name, after_hyphen(rest, version)))
}

/// As [`anywhere`], at the start of the text alone.
fn at_start<'a>(os: &'a str, name: &'static str, version: fn(&str) -> &str) -> Option<Os<'a>> {
    let rest = os.strip_prefix(name)?;
    Some((name, after_hyphen(rest, version)))
}

fn after_hyphen(rest: &str, version: fn(&str) -> &str) -> Option<&str> {
    let version = version(rest.strip_prefix('-').unwrap_or(rest));
    (!version.is_empty()).then_some(version)
}

fn none(_: &str) -> &str {
    ""
}

/// Digits at the start.
fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    &text[..end.unwrap_or(text.len())]
}

/// Letters, digits and underscores at the start.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Numbers at the start with single dots between them.
fn dotted(text: &str) -> &str {
    let mut end = digits(text).len();
    while end > 0 {
        let more = text[end..]
            .strip_prefix('.')
            .map_or(0, |rest| digits(rest).len());
        if more == 0 {
            break;
        }
        end += 1 + more;
    }
    &text[..end]
}

/// Two numbers at the start with a dot between them, or nothing.
fn two_numbers(text: &str) -> &str {
    let first = digits(text).len();
    let second = text[first..]
        .strip_prefix('.')
        .map_or(0, |rest| digits(rest).len());
    match first > 0 && second > 0 {
        true => &text[..first + 1 + second],
        false => "",
    }
}

/// Dalvik with digits or nothing, and no more than that.
fn dalvik(os: &str) -> Option<Os<'_>> {
    let rest = os.strip_prefix("dalvik")?;
    let version = rest.strip_prefix('-').unwrap_or(rest);
    let is_whole = version.bytes().all(|b| b.is_ascii_digit());
    is_whole.then_some(("dalvik", (!version.is_empty()).then_some(version)))
}

/// `mswin` with digits, which belong to its name, then a version after `_` or a hyphen.
fn mswin(os: &str) -> Option<Os<'_>> {
    let name = os.match_indices("mswin").find_map(|(at, name)| {
        let bits = digits(&os[at + name.len()..]).len();
        (bits > 0).then(|| &os[at..at + name.len() + bits])
    })?;
    let (_, rest) = os.split_once(name)?;
    let version = rest
        .strip_prefix(['_', '-'])
        .map(digits)
        .unwrap_or_default();
    Some((name, (!version.is_empty()).then_some(version)))
}

/// A word that ends in `_platform`, as tests of clients use it.
fn named_platform(os: &str) -> Option<Os<'_>> {
    const END: &str = "_platform";
    let at = word(os).rfind(END).filter(|at| *at > 0)?;
    let (name, rest) = os.split_at(at + END.len());
    Some((name, after_hyphen(rest, digits)))
}
