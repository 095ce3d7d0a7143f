//! The native-messaging host between its pipes, as a browser starts it.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Lab;
use crate::place::program;

/// A running host.
#[derive(Debug)]
pub struct Host(Child);

impl Host {
    /// As a Chromium with that extension starts it.
    pub fn start(lab: &Lab, extension: &str) -> Self {
        let child = Command::new(program("dovetail-host"))
            .arg(format!("chrome-extension://{extension}/"))
            .env("DOVETAIL_SOCKET", lab.daemon.socket())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    /// Sends a frame, and gives back the next one that comes.
    pub fn exchange(&mut self, frame: &[u8]) -> Vec<u8> {
        let length = u32::try_from(frame.len()).unwrap().to_ne_bytes();
        let input = self.0.stdin.as_mut().unwrap();
        input.write_all(&[&length, frame].concat()).unwrap();
        self.frame()
    }

    /// The next frame, as JSON.
    pub fn read(&mut self) -> Value {
        serde_json::from_slice(&self.frame()).unwrap()
    }

    /// The same in answer to a request.
    pub fn ask(&mut self, request: &Value) -> Value {
        serde_json::from_slice(&self.exchange(request.to_string().as_bytes())).unwrap()
    }

    fn frame(&mut self) -> Vec<u8> {
        let output = self.0.stdout.as_mut().unwrap();
        let mut length = [0; 4];
        output.read_exact(&mut length).unwrap();
        let mut frame = vec![0; usize::try_from(u32::from_ne_bytes(length)).unwrap()];
        output.read_exact(&mut frame).unwrap();
        frame
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
