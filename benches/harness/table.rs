//! A table in Markdown, with what it was measured on above it.

use std::time::Duration;

use super::{Size, machine};

/// Rows under a header.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Table {
        let mut table = Table { rows: Vec::new() };
        table.row(columns.iter().map(|column| (*column).to_owned()).collect());
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Prints it, with machine, data and seed.
    pub fn print(&self, question: &str, data: &str, size: Size) {
        println!(
            "{question}\nmachine: {}\ndata: {data}; n {}, seed {}\n",
            machine(),
            size.n,
            size.seed
        );
        for (i, row) in self.rows.iter().enumerate() {
            println!("| {} |", row.join(" | "));
            if i == 0 {
                println!("|{}", " --- |".repeat(row.len()));
            }
        }
        println!();
    }
}

/// Milliseconds with two decimals.
pub fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

/// Operations a second, whole.
pub fn rate(count: usize, time: Duration) -> String {
    format!("{:.0}", count as f64 / time.as_secs_f64())
}
