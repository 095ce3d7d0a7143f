//! What a program of the lab measured: the numbers of the JSON that it prints.

use std::process::Command;

use serde_json::Value;

use crate::Result;
use crate::run::line;

/// Numbers by name.
#[derive(Debug)]
pub(super) struct Measured(Value);

impl Measured {
    /// Runs the program to its end. Its own words, where it fails.
    pub(super) fn by(command: &mut Command) -> Result<Self> {
        let output = command.output()?;
        if !output.status.success() {
            return Err(format!(
                "{} failed: {}",
                line(command),
                String::from_utf8_lossy(&output.stderr)
            )
            .into());
        }
        Ok(Self(serde_json::from_slice(&output.stdout)?))
    }

    /// What a server signed per processor second, as a share of what the processor could in the same run.
    pub(super) fn share(&self, name: &str) -> Result<f64> {
        let signatures = self.number(&format!("{name}_signatures"))?;
        let signed = self.number(&format!("{name}_per_cpu"))? * signatures;
        Ok(signed / self.number(&format!("{name}_floor"))?)
    }

    /// One of them.
    pub(super) fn number(&self, name: &str) -> Result<f64> {
        let number = self.0.get(name).and_then(Value::as_f64);
        Ok(number.ok_or_else(|| format!("no {name} in the measurement"))?)
    }
}
