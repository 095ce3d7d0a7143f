//! The one place that prints: sentences for people, JSON for programs.

use std::error::Error;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use dovetail_shared::name::is_invisible;
use serde::Serialize;
use serde_json::json;

use crate::error::CliError;

/// How to speak.
#[derive(Debug)]
pub(crate) struct Ui {
    /// JSON instead of sentences.
    pub(crate) json: bool,
    verbose: bool,
    colour: bool,
}

/// What a line's colour says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Bad,
    /// By the way.
    Faint,
}

impl Ui {
    /// Colour is for terminals, and only where `NO_COLOR` (no-color.org) is not set.
    pub(crate) fn new(json: bool, verbose: bool) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            json,
            verbose,
            colour: !json && !unwanted && io::stdout().is_terminal(),
        }
    }

    /// A line for people. Nothing with `--json`.
    pub(crate) fn line(&self, text: &str) {
        if !self.json {
            print_line(text);
        }
    }

    /// A value for programs, on one line. Nothing without `--json`.
    pub(crate) fn value(&self, value: &impl Serialize) {
        if self.json {
            print_line(&serde_json::to_string(value).unwrap_or_default());
        }
    }

    /// Whether a picture of characters can be shown: columns of the terminal that the person looks at.
    pub(crate) fn columns(&self) -> Option<usize> {
        if self.json || !io::stdout().is_terminal() {
            return None;
        }
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        // A terminal that does not know its size (a serial line) has the classic one.
        Some(if size.ws_col == 0 {
            80
        } else {
            usize::from(size.ws_col)
        })
    }

    /// Black on white, whatever the terminal's own colours are; as it is where colours are not wanted.
    pub(crate) fn black_on_white(&self, line: &str) -> String {
        if self.colour {
            format!("\x1b[30;107m{line}\x1b[0m")
        } else {
            line.to_owned()
        }
    }

    /// Whether colours are wanted.
    pub(crate) fn colours(&self) -> bool {
        self.colour
    }

    /// The text in its colour, where colours are wanted.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let number = match tone {
            Tone::Good => 32,
            Tone::Warning => 33,
            Tone::Bad => 31,
            Tone::Faint => 2,
        };
        format!("\x1b[{number}m{text}\x1b[0m")
    }

    /// What happened, what to do, then code and correlation id. On standard error; as JSON on standard output.
    pub(crate) fn error(&self, error: &CliError) {
        let report = error.report();
        if self.json {
            match &report {
                Some(report) => self.value(&json!({ "error": report })),
                None => {
                    self.value(
                        &json!({ "error": { "what": error.to_string(), "cure": error.cure() } }),
                    );
                }
            }
            return;
        }
        let what = report
            .as_ref()
            .map_or_else(|| error.to_string(), |report| report.what.clone());
        warn_line(&clean(&what));
        warn_line(&clean(&error.cure()));
        if let Some(report) = report {
            warn_line(&format!("{} · {}", report.code, report.correlation_id));
            if self.verbose {
                self.particulars(error, &report);
            }
        }
    }

    fn particulars(&self, error: &CliError, report: &dovetail_shared::Report) {
        if let Some(detail) = &report.detail {
            warn_line(&self.paint(Tone::Faint, &clean(detail)));
        }
        let mut cause = error.source();
        while let Some(this) = cause {
            warn_line(&format!("caused by: {}", clean(&this.to_string())));
            cause = this.source();
        }
    }
}

/// Without a terminal nobody can answer, so that is an error.
pub(crate) fn can_confirm() -> Result<(), CliError> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(CliError::advice(
        "There is no terminal to ask you on.",
        "Add `--yes` if you are sure.",
    ))
}

/// Asks on the terminal; anything but yes is no.
pub(crate) fn confirm(question: &str) -> Result<bool, CliError> {
    can_confirm()?;
    let mut terminal = io::stderr();
    write!(terminal, "{question} [y/N] ").ok();
    terminal.flush().ok();
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|source| CliError::file("the terminal", source))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Text from elsewhere without anything a terminal would obey.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter(|&c| !c.is_control() && !is_invisible(c))
        .collect()
}

/// A reader that closed the pipe (`| head`) has what it wants; so failures to print are not failures.
fn print_line(text: &str) {
    writeln!(io::stdout(), "{text}").ok();
}

fn warn_line(text: &str) {
    writeln!(io::stderr(), "{text}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_name_cannot_paint_the_terminal() {
        assert_eq!(clean("Con\x1b[31mtoso\r\n\u{202e}"), "Con[31mtoso");
    }
}
