//! Plain tables: columns as wide as their longest text, two spaces between.

use chrono::{DateTime, SecondsFormat, Utc};

/// Gives the lines of a table, without a line break at the end.
pub(super) fn render(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut lines = vec![
        head.iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>(),
    ];
    lines.extend(
        rows.iter()
            .map(|row| row.iter().map(|text| printable(text)).collect()),
    );
    let width = |column: usize| {
        let texts = lines.iter().filter_map(|line| line.get(column));
        texts
            .map(|text| text.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let drawn: Vec<_> = lines
        .iter()
        .map(|line| {
            let cells = line.iter().zip(&widths);
            let cells: Vec<_> = cells
                .map(|(text, width)| format!("{text:width$}"))
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect();
    drawn.join("\n")
}

/// Gives a time in UTC, to the second.
pub(super) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Names come from clients: none may move the cursor.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [
            vec!["7".to_owned(), "ü\u{1b}[2J".to_owned(), "x".to_owned()],
            vec!["1234".to_owned(), "b".to_owned(), String::new()],
        ];
        let expected = "ID    NAME   Z\n7     ü?[2J  x\n1234  b";
        assert_eq!(render(&["ID", "NAME", "Z"], &rows), expected);
    }
}
