//! nuget.exe 2.8 at a terminal.

use std::path::Path;

use super::Home;
use crate::process::Ran;
use crate::tools;

impl Home {
    /// Lists what `source` has of `term` with nuget.exe 2.8, which breaks its lines at the width of
    /// the terminal and, without one, never comes to their end. Standard output is what the
    /// terminal was sent.
    pub fn list_with_2_8(&self, term: &str, source: &str, more: &[&str]) -> Ran {
        let runner = tools::folder("nuget").join("Run.exe");
        let program = tools::existing(Path::new("/usr/lib/nuget/NuGet.exe"));
        let programs =
            [tools::debian("mono"), runner, program].map(|path| path.display().to_string());
        let mut words: Vec<_> = programs.iter().map(String::as_str).collect();
        words.extend(["list", term, "-Source", source, "-NonInteractive"]);
        words.extend(more);
        let line: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
        // A terminal that knows little would say nothing of its width.
        let line = format!(
            "export TERM=xterm; stty cols 200 && exec {}",
            line.join(" ")
        );
        let words = [
            "--quiet",
            "--return",
            "--flush",
            "--command",
            &line,
            "/dev/null",
        ];
        self.start(&tools::debian("script"), self.path(), &[], &words)
    }
}
