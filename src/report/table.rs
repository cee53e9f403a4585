//! A table of texts, for people, spreadsheets and Markdown.

use crate::lang::markdown;

/// Rows below a header. Every row has as many cells as the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new<T: Into<String>>(header: impl IntoIterator<Item = T>) -> Self {
        Self {
            header: header.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Columns that stand below each other, two blanks between them.
    pub fn text(&self) -> String {
        let widths = self.widths();
        let mut out = line(&self.header, &widths);
        for row in &self.rows {
            out.push_str(&line(row, &widths));
        }
        out
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .header
            .iter()
            .map(|cell| cell.chars().count())
            .collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        widths
    }

    /// Comma-separated values as RFC 4180 has them, but for lines that end in LF.
    pub fn csv(&self) -> String {
        let rows = std::iter::once(&self.header).chain(&self.rows);
        let lines = rows.map(|row| {
            let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
            cells.join(",") + "\n"
        });
        lines.collect()
    }

    /// A Markdown table; what is in the cells stays text.
    pub fn markdown(&self) -> String {
        let row = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| markdown::quote(cell)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = format!("|{}\n", " --- |".repeat(self.header.len()));
        let mut out = row(&self.header) + &rule;
        out.extend(self.rows.iter().map(|cells| row(cells)));
        out
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut out = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        out.push_str(cell);
        let missing = width - cell.chars().count();
        out.extend(std::iter::repeat_n(' ', missing + 2));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn csv_cell(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["name", "ports"]);
        table.row(["a|b", "TCP 1,2"]);
        table
    }

    #[test]
    fn a_cell_stays_one_cell() {
        assert_eq!(table().csv(), "name,ports\na|b,\"TCP 1,2\"\n");
        assert_eq!(table().text(), "name  ports\na|b   TCP 1,2\n");
        assert!(table().markdown().contains("| a&#124;b | TCP 1,2 |"));
    }
}
