//! Short names of frameworks, as the dependencies of the old feed have them (NuGet notes §9;
//! NuGet.Client, NuGetFramework): `net45` for `.NETFramework4.5`.

/// What is known about a framework of which a nuspec may write the long name.
struct Known {
    /// The long name, in lower case.
    long: &'static str,
    short: &'static str,
    style: Style,
}

/// How a framework's version is written in its short name.
#[derive(Clone, Copy)]
enum Style {
    /// Digits without dots, at least two: `net45`, `net40`.
    Digits,
    /// Digits without dots, without zeros at the end: `win8`, `wp81`.
    FewDigits,
    /// With dots, at least two numbers: `netstandard2.0`.
    Dots,
    /// As [`Style::Dots`] and called `net` from version 5 on: `netcoreapp3.1`, `net8.0`.
    Core,
    /// No version: `native`.
    None,
}

const KNOWN: &[Known] = &[
    known(".netframework", "net", Style::Digits),
    known(".netstandard", "netstandard", Style::Dots),
    known(".netcoreapp", "netcoreapp", Style::Core),
    known(".netcore", "netcore", Style::Digits),
    known(".netplatform", "dotnet", Style::Dots),
    known(".netstandardapp", "netstandardapp", Style::Dots),
    known(".netmicroframework", "netmf", Style::Digits),
    known(".netportable", "portable", Style::Digits),
    known(".netnanoframework", "netnano", Style::Dots),
    known("silverlight", "sl", Style::FewDigits),
    known("windows", "win", Style::FewDigits),
    known("windowsphone", "wp", Style::FewDigits),
    known("windowsphoneapp", "wpa", Style::Digits),
    known("monoandroid", "monoandroid", Style::Digits),
    known("monotouch", "monotouch", Style::Digits),
    known("monomac", "monomac", Style::Digits),
    known("xamarin.ios", "xamarinios", Style::Digits),
    known("xamarin.mac", "xamarinmac", Style::Digits),
    known("xamarin.tvos", "xamarintvos", Style::Digits),
    known("xamarin.watchos", "xamarinwatchos", Style::Digits),
    known("asp.net", "aspnet", Style::Digits),
    known("asp.netcore", "aspnetcore", Style::Digits),
    known("dnx", "dnx", Style::Digits),
    known("dnxcore", "dnxcore", Style::Digits),
    known("tizen", "tizen", Style::Dots),
    known("uap", "uap", Style::Dots),
    known("native", "native", Style::None),
];

const fn known(long: &'static str, short: &'static str, style: Style) -> Known {
    Known { long, short, style }
}

/// Gives the short name of a framework that a nuspec names: the long form with or without
/// `,Version=v` and `,Profile=`. What is not known, or short already, passes as it is, but without
/// what separates the parts of the feed's text, `|` and `:`, and without control characters.
pub fn short_name(framework: &str) -> String {
    let separates = |c: char| matches!(c, '|' | ':') || c.is_control();
    let framework = framework.replace(separates, "");
    let framework = framework.trim();
    shorten(framework).unwrap_or_else(|| framework.to_owned())
}

fn shorten(framework: &str) -> Option<String> {
    let parts = Parts::of(framework)?;
    let name = parts.identifier.to_ascii_lowercase();
    let known = KNOWN.iter().find(|known| known.long == name)?;
    let numbers = numbers(parts.version)?;
    let short = match known.style {
        Style::Core if numbers[0] >= 5 => "net",
        _ => known.short,
    };
    let version = version(&numbers, known.style);
    Some(match parts.profile {
        "" => format!("{short}{version}"),
        // A set of frameworks stands for itself.
        profile if short == "portable" && profile.contains('+') => format!("portable-{profile}"),
        profile => {
            let full = profile.eq_ignore_ascii_case("Full");
            let profile = match profile.to_ascii_lowercase() {
                name if name == "windowsphone" => "wp".to_owned(),
                name if name == "windowsphone71" => "wp71".to_owned(),
                name => name,
            };
            match full && short == "net" {
                true => format!("{short}{version}"),
                false => format!("{short}{version}-{profile}"),
            }
        }
    })
}

/// A framework's long name taken apart.
struct Parts<'a> {
    identifier: &'a str,
    version: &'a str,
    profile: &'a str,
}

impl<'a> Parts<'a> {
    fn of(framework: &'a str) -> Option<Self> {
        match framework.split_once(',') {
            Some((identifier, rest)) => Self::attributed(identifier, rest),
            None => Some(Self::joined(framework)),
        }
    }

    /// `.NETFramework,Version=v4.0,Profile=Client`
    fn attributed(identifier: &'a str, rest: &'a str) -> Option<Self> {
        let mut parts = Self {
            identifier: identifier.trim(),
            version: "",
            profile: "",
        };
        for attribute in rest.split(',') {
            let (name, value) = attribute.split_once('=')?;
            match &*name.trim().to_ascii_lowercase() {
                "version" => parts.version = value.trim().trim_start_matches(['v', 'V']),
                "profile" => parts.profile = value.trim(),
                _ => return None,
            }
        }
        Some(parts)
    }

    /// `.NETFramework4.0-Client`
    fn joined(framework: &'a str) -> Self {
        let (name, profile) = framework.split_once('-').unwrap_or((framework, ""));
        let digit = |c: char| c.is_ascii_digit();
        let (identifier, version) = name.split_at(name.find(digit).unwrap_or(name.len()));
        Self {
            identifier,
            version,
            profile,
        }
    }
}

/// Reads `4.5.1`, and `451` without dots as the same. No version is 0.
fn numbers(text: &str) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    if text.is_empty() {
        return Some(numbers);
    }
    let places = numbers.iter_mut();
    if text.contains('.') {
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() > places.len() {
            return None;
        }
        for (place, part) in places.zip(parts) {
            *place = digits(part)?;
        }
    } else {
        if text.len() > places.len() {
            return None;
        }
        for (place, digit) in places.zip(text.chars()) {
            *place = digit.to_digit(10)?;
        }
    }
    Some(numbers)
}

fn digits(text: &str) -> Option<u32> {
    let all = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| all)
}

fn version(numbers: &[u32; 4], style: Style) -> String {
    let (at_least, dots) = match style {
        Style::None => return String::new(),
        Style::FewDigits => (1, false),
        Style::Digits => (2, false),
        Style::Dots | Style::Core => (2, true),
    };
    // Nothing written, nothing known.
    if *numbers == [0; 4] {
        return String::new();
    }
    let used = numbers.iter().rposition(|number| *number > 0);
    let used = &numbers[..at_least.max(used.map_or(0, |last| last + 1))];
    let ambiguous = used.iter().any(|number| *number > 9);
    let parts: Vec<String> = used.iter().map(u32::to_string).collect();
    parts.join(if dots || ambiguous { "." } else { "" })
}

#[cfg(test)]
mod tests;
