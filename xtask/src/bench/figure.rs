//! One measured number and the limit that it is held to.

use std::fmt;

/// A number beside its limit. Smaller is better, except where said.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    pub(crate) limit: Limit,
}

/// What the number may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
    /// Only to be seen beside the others.
    None,
}

impl Figure {
    pub(crate) fn at_most(
        name: impl Into<String>,
        measured: f64,
        limit: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            name: name.into(),
            measured,
            unit,
            limit: Limit::AtMost(limit),
        }
    }

    pub(crate) fn at_least(
        name: impl Into<String>,
        measured: f64,
        limit: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            name: name.into(),
            measured,
            unit,
            limit: Limit::AtLeast(limit),
        }
    }

    pub(crate) fn shown(name: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            measured,
            unit,
            limit: Limit::None,
        }
    }

    pub(crate) fn holds(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.measured <= limit,
            Limit::AtLeast(limit) => self.measured >= limit,
            Limit::None => true,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = match self.limit {
            Limit::AtMost(limit) => format!("≤ {limit:.2} {}", self.unit),
            Limit::AtLeast(limit) => format!("≥ {limit:.2} {}", self.unit),
            Limit::None => String::new(),
        };
        let verdict = if self.holds() { "" } else { "  OVER" };
        write!(
            f,
            "{:<58} {:>14} {limit:>14}{verdict}",
            self.name,
            format!("{:.3} {}", self.measured, self.unit)
        )
    }
}

/// The middle of some measurements.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A line of `/proc/<pid>/…` in kibibytes, as MiB.
pub(crate) fn proc_mib(pid: u32, file: &str, field: &str) -> crate::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .ok_or("field missing in /proc")?;
    let kib: f64 = line
        .trim_start_matches(':')
        .trim()
        .trim_end_matches("kB")
        .trim()
        .parse()?;
    Ok(kib / 1024.0)
}
