use super::*;

fn platform(text: &str) -> Platform {
    Platform::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// What RubyGems 4.0 makes of platforms.
const NORMALIZED: &[(&str, &str)] = &[
    ("ruby", "ruby"),
    ("java", "java"),
    ("jruby", "java"),
    ("x86_64-linux", "x86_64-linux"),
    ("x86_64-linux-gnu", "x86_64-linux-gnu"),
    ("x86_64-linux-musl", "x86_64-linux-musl"),
    ("x86-linux", "x86-linux"),
    ("i686-linux", "x86-linux"),
    ("i386-linux-musl", "x86-linux-musl"),
    ("aarch64-linux", "aarch64-linux"),
    ("arm-linux-gnueabihf", "arm-linux-gnueabihf"),
    ("arm-linux-musleabihf", "arm-linux-musleabihf"),
    ("armv7l-linux-eabihf", "armv7l-linux-eabihf"),
    ("arm64-darwin", "arm64-darwin"),
    ("arm64-darwin22", "arm64-darwin-22"),
    ("arm64-darwin-22", "arm64-darwin-22"),
    ("universal-darwin-20", "universal-darwin-20"),
    ("universal-darwin20", "universal-darwin-20"),
    ("x86_64-darwin", "x86_64-darwin"),
    ("x86-darwin-8", "x86-darwin-8"),
    ("powerpc-darwin", "powerpc-darwin"),
    ("i686-darwin8.11.1", "x86-darwin-8"),
    ("x64-mingw32", "x64-mingw32"),
    ("x64-mingw-ucrt", "x64-mingw-ucrt"),
    ("x64-mingw", "x64-mingw"),
    ("x86-mingw32", "x86-mingw32"),
    ("i386-mingw32", "x86-mingw32"),
    ("aarch64-mingw-ucrt", "aarch64-mingw-ucrt"),
    ("mswin", "unknown"),
    ("mswin32", "x86-mswin32"),
    ("mswin64", "mswin64"),
    ("x86-mswin32", "x86-mswin32"),
    ("x86-mswin32-60", "x86-mswin32-60"),
    ("x86-mswin32_60", "x86-mswin32-60"),
    ("i386-mswin32-80", "x86-mswin32-80"),
    ("x64-mswin64_140", "x64-mswin64-140"),
    ("x64-mswin64-100", "x64-mswin64-100"),
    ("i586-linux", "x86-linux"),
    ("linux", "linux"),
    ("darwin", "darwin"),
    ("mingw32", "mingw32"),
    ("x86-cygwin", "x86-cygwin"),
    ("x86-freebsd7", "x86-freebsd-7"),
    ("x86_64-freebsd-13", "x86_64-freebsd-13"),
    ("amd64-freebsd13.1", "amd64-freebsd-13"),
    ("sparc-solaris2.8", "sparc-solaris-2.8"),
    ("sparc-solaris-2.8", "sparc-solaris-2.8"),
    ("x86-solaris", "x86-solaris"),
    ("x86-solaris-2", "x86-solaris"),
    ("x86_64-openbsd7.3", "x86_64-openbsd-7.3"),
    ("x86_64-openbsd-7.3", "x86_64-openbsd-7.3"),
    ("x86-openbsd7", "x86-openbsd"),
    ("x86-netbsdelf", "x86-netbsdelf"),
    ("powerpc-aix", "powerpc-aix"),
    ("powerpc-aix7.2.0.0", "powerpc-aix-7"),
    ("powerpc-aix-7", "powerpc-aix-7"),
    ("universal-java", "universal-java"),
    ("universal-java-11", "universal-java-11"),
    ("java8", "java8"),
    ("java-8", "java-unknown"),
    ("java-1.8", "java-unknown"),
    ("universal-java1.8", "universal-java-1.8"),
    ("x-javafoo", "x-java"),
    ("dalvik", "dalvik"),
    ("dalvik2", "dalvik2"),
    ("dalvik-2", "dalvik-unknown"),
    ("x86-dalvik2b", "x86-unknown"),
    ("dotnet", "dotnet"),
    ("dotnet4.0", "dotnet4.0"),
    ("universal-dotnet-4.0", "universal-dotnet-4.0"),
    ("macruby", "macruby"),
    ("x86-macruby-0.12", "x86-macruby-0.12"),
    ("wasm32-wasi", "wasm32-wasi"),
    ("wasm32-wasip1", "wasm32-wasi"),
    ("test_platform", "test_platform"),
    ("test_platform2", "test_platform2"),
    ("x-my_platform-3", "x-my_platform-3"),
    ("unknown", "unknown"),
    ("foo", "unknown"),
    ("x86-unknown", "x86-unknown"),
    ("x86-hpux11", "x86-unknown"),
    ("x86-bitrig6.0", "x86-unknown"),
    ("x86_64-linux-android", "x86_64-linux-android"),
    ("x86_64-linux_64", "x86_64-linux-_64"),
    ("mswin-mswin32", "mswin-mswin32"),
    ("universal-unknown", "universal-unknown"),
    ("x86_64-linux-gnu-x32", "x86_64-linux-gnu"),
    ("universal.x86_64-darwin20", "universal.x86_64-darwin-20"),
    ("xi386y-linux", "x86-linux"),
    ("x86_64-Linux", "x86_64-unknown"),
    ("windows", "unknown"),
];

#[test]
fn platforms_are_normalised_as_clients_do() {
    for (original, normalized) in NORMALIZED {
        let platform = platform(original);
        assert_eq!(platform.normalized(), *normalized, "{original}");
        assert_eq!(platform.original(), *original);
        assert_eq!(platform.to_string(), *original);
        assert_eq!(platform.is_ruby(), *original == "ruby");
        let json = serde_json::to_string(&platform).unwrap();
        assert_eq!(json, format!("\"{original}\""));
        assert_eq!(serde_json::from_str::<Platform>(&json).unwrap(), platform);
    }
}

#[test]
fn no_platform_is_ruby() {
    assert_eq!(platform(""), Platform::ruby());
    assert_eq!(platform("ruby"), Platform::ruby());
    assert!(Platform::ruby().is_ruby());
    assert_eq!(Platform::ruby().normalized(), "ruby");
    assert!(!platform("Ruby").is_ruby());
}

#[test]
fn what_is_no_platform_is_refused() {
    let long = "a".repeat(MAX_LENGTH + 1);
    // With the hyphen before the version it is one character too long.
    let grows = format!("{}-aix1", "a".repeat(MAX_LENGTH - "-aix1".len()));
    for (text, reason) in [
        (&*long, Reason::TooLong),
        (&*grows, Reason::TooLong),
        ("x86 linux", Reason::Characters),
        ("x86-linux\n", Reason::Characters),
        ("../x", Reason::Characters),
        ("é", Reason::Characters),
        ("-linux", Reason::Ends),
        ("x86-linux-", Reason::Ends),
        (".", Reason::Ends),
        ("..", Reason::Ends),
        ("_a", Reason::Ends),
        ("linux_.0", Reason::Ends),
        ("current", Reason::Current),
    ] {
        assert_eq!(
            Platform::parse(text).unwrap_err().reason,
            reason,
            "{text:?}"
        );
    }
    assert_eq!(
        Platform::parse("current").unwrap_err().to_string(),
        "\"current\" is not a gem platform: it means another platform on every machine: name the \
         one the gem was built for"
    );
    assert!(serde_json::from_str::<Platform>("\"../x\"").is_err());
}

proptest::proptest! {
    #[test]
    fn a_normalised_platform_is_its_own(
        text in "[a-z0-9]{0,3}-?(linux|java|darwin|mswin|mingw|x_platform|foo)[-._]?[0-9a-z.]{0,4}",
    ) {
        if let Ok(once) = Platform::parse(&text) {
            let twice = platform(once.normalized());
            proptest::prop_assert_eq!(twice.normalized(), once.normalized());
        }
    }
}
