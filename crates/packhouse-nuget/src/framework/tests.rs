use proptest::prelude::*;

use super::*;

#[test]
fn frameworks_have_short_names() {
    for (framework, short) in [
        (".NETFramework4.5", "net45"),
        (".NETFramework4.5.1", "net451"),
        (".NETFramework4.0", "net40"),
        (".NETFramework4.6.0", "net46"),
        (".NETFramework2.0", "net20"),
        (".NETFramework4.0-Client", "net40-client"),
        (".NETFramework,Version=v4.0,Profile=Client", "net40-client"),
        (".NETFramework, Version=v4.7.2", "net472"),
        (".netframework4.8", "net48"),
        (".NETFramework4.0-Full", "net40"),
        (".NETStandard2.0", "netstandard2.0"),
        (".NETStandard1.3", "netstandard1.3"),
        (".NETStandard,Version=v2.1", "netstandard2.1"),
        (".NETCoreApp3.1", "netcoreapp3.1"),
        (".NETCoreApp2.0", "netcoreapp2.0"),
        (".NETCoreApp5.0", "net5.0"),
        (".NETCoreApp,Version=v8.0", "net8.0"),
        (".NETCoreApp10.0", "net10.0"),
        (".NETPlatform5.0", "dotnet5.0"),
        (".NETPlatform5.4", "dotnet5.4"),
        (".NETCore4.5", "netcore45"),
        (".NETMicroFramework4.3", "netmf43"),
        (".NETnanoFramework1.0", "netnano1.0"),
        (".NETPortable4.5-Profile259", "portable45-profile259"),
        (".NETPortable0.0-Profile259", "portable-profile259"),
        (".NETPortable0.0-net45+win8", "portable-net45+win8"),
        ("Silverlight5.0", "sl5"),
        ("Silverlight4.0-WindowsPhone71", "sl4-wp71"),
        ("Windows8.0", "win8"),
        ("Windows8.1", "win81"),
        ("WindowsPhone8.0", "wp8"),
        ("WindowsPhoneApp8.1", "wpa81"),
        ("MonoAndroid1.0", "monoandroid10"),
        ("MonoAndroid10", "monoandroid10"),
        ("MonoAndroid4.0.3", "monoandroid403"),
        ("MonoAndroid10.0", "monoandroid10.0"),
        ("MonoTouch1.0", "monotouch10"),
        ("Xamarin.iOS1.0", "xamarinios10"),
        ("Xamarin.Mac2.0", "xamarinmac20"),
        ("UAP10.0", "uap10.0"),
        ("UAP10.0.16299", "uap10.0.16299"),
        ("Tizen4.0", "tizen4.0"),
        ("DNXCore5.0", "dnxcore50"),
        ("native0.0", "native"),
        (".NETFramework", "net"),
    ] {
        assert_eq!(short_name(framework), short, "{framework}");
        assert_eq!(short_name(short), short, "{framework}");
    }
}

#[test]
fn what_is_not_known_passes() {
    for framework in [
        "",
        "net8.0",
        "net6.0-windows7.0",
        "net8.0-android",
        "portable-net45+win8+wpa81",
        "any",
        "MyFramework1.2.3.4.5",
        ".NETFramework1.2.3.4.5",
        ".NETFramework12345",
        ".NETFramework4.x",
        ".NETFramework,Version",
        ".NETFramework,Culture=x",
        "NET45",
    ] {
        assert_eq!(short_name(framework), framework);
    }
}

#[test]
fn what_separates_dependencies_cannot_be_smuggled_in() {
    assert_eq!(short_name("net45|Evil:1.0:"), "net45Evil1.0");
    assert_eq!(short_name(".NETFramework4.5-a|b\n"), "net45-ab");
    assert_eq!(short_name(" ::net45 "), "net45");
}

proptest! {
    #[test]
    fn no_framework_breaks_out(
        framework in "(\\.NETFramework|uap|\\.NETPortable|.{0,5})(,Version=v)?[0-9.]{0,9}(,Profile=|-)?[|:a+ ]{0,5}.{0,5}",
    ) {
        let short = short_name(&framework);
        prop_assert!(!short.contains(|c: char| matches!(c, '|' | ':') || c.is_control()));
        prop_assert_eq!(short.trim(), &short);
    }
}
