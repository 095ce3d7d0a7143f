//! A driver: a small program that uses one client's public interface, and tells in JSON, a line each, what came of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use dovetail_tests::place::{root, tool};
use dovetail_tests::wait::PATIENCE;
use serde_json::{Value, json};

use crate::stage::Stage;

/// A running driver. Ends with its handle.
pub(crate) struct Driver {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    name: String,
}

impl Driver {
    /// Starts `drivers/<file>` for one scenario, with what the scenario must know.
    pub(crate) fn start(stage: &Stage, file: &str, scenario: &str, know: Value) -> Self {
        let python = Path::new(file).extension().is_some_and(|end| end == "py");
        let program = if python {
            root().join("target/tools/python/clients/bin/python")
        } else {
            tool("node").expect("node is not installed (cargo xtask setup)")
        };
        let mut command = stage.client(program);
        command
            .arg(stage.driver(file))
            .arg(scenario)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("{file} does not start: {error} (cargo xtask setup)");
        });
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let mut driver = Self {
            child,
            input,
            lines,
            name: format!("{file} {scenario}"),
        };
        driver.tell(&know);
        driver
    }

    /// Starts one that asks nothing, and gives what came of it.
    pub(crate) fn run(stage: &Stage, file: &str, scenario: &str, know: Value) -> Value {
        Self::start(stage, file, scenario, know).result()
    }

    /// What it says next: a member `name` is awaited.
    pub(crate) fn said(&mut self, name: &str) -> Value {
        let line = match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("{} says no {name}", self.name),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("{} ended without {name}", self.name)
            }
        };
        let mut said: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} says {line}: {error}", self.name));
        assert!(
            said[name].is_object() || said[name].is_string(),
            "{}: {name} was awaited: {}",
            self.name,
            brief(&said)
        );
        said[name].take()
    }

    /// Tells it something.
    pub(crate) fn tell(&mut self, what: &Value) {
        writeln!(self.input, "{what}").unwrap();
    }

    /// What came of it.
    pub(crate) fn result(&mut self) -> Value {
        self.said("result")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// For messages: long texts, which are tokens, cut.
pub(crate) fn brief(value: &Value) -> String {
    fn cut(value: &mut Value) {
        match value {
            Value::String(text) if text.len() > 80 => *value = json!("…"),
            Value::Array(all) => all.iter_mut().for_each(cut),
            Value::Object(all) => all.values_mut().for_each(cut),
            _ => {}
        }
    }
    let mut value = value.clone();
    cut(&mut value);
    value.to_string()
}
