//! A client that is a command line: run in a folder of its own, where it keeps what it got.

use std::process::Command;

use dovetail_tests::place::root;
use dovetail_tests::process::Process;
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::Stage;

/// A program of the Python packages, and its folder.
pub(crate) struct Tool<'a> {
    stage: &'a Stage,
    name: &'static str,
    pub(crate) dir: TempDir,
}

impl<'a> Tool<'a> {
    pub(crate) fn new(stage: &'a Stage, name: &'static str) -> Self {
        Self {
            stage,
            name,
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// Runs it and gives what it says. It must succeed.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let (ended_well, said) = self.tried(args);
        assert!(ended_well, "{} {args:?}: {said}", self.name);
        said
    }

    /// Runs it, and gives whether it succeeded and what it says.
    pub(crate) fn tried(&self, args: &[&str]) -> (bool, String) {
        let output = self.command(args).output();
        let output =
            output.unwrap_or_else(|error| panic!("{}: {error} (cargo xtask setup)", self.name));
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.success(), said.concat())
    }

    /// Whether it left a file of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.dir.path().join(name).exists()
    }

    /// Starts it. Ends with its handle.
    pub(crate) fn start(&self, args: &[&str]) -> Process {
        Process::start(&mut self.command(args), &self.dir.path().join("said"))
    }

    fn command(&self, args: &[&str]) -> Command {
        let program = root()
            .join("target/tools/python/clients/bin")
            .join(self.name);
        let mut command = self.stage.client(program);
        // What it says is read while it waits.
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("HOME", self.dir.path())
            .env("PYTHONUNBUFFERED", "1");
        command
    }

    /// A file that it left, as JSON.
    pub(crate) fn left(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.dir.path().join(name)).unwrap()).unwrap()
    }
}
