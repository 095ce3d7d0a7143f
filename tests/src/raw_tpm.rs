//! A TPM in software, spoken to in its own bytes: what a command costs when nothing stands between (TPM 2.0 part 3).

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const NO_SESSIONS: u16 = 0x8001;
const SESSIONS: u16 = 0x8002;
const GET_CAPABILITY: u32 = 0x0000_017a;
const HMAC: u32 = 0x0000_0155;
const CAP_HANDLES: u32 = 1;
const FIRST_TRANSIENT: u32 = 0x8000_0000;
/// An empty password: TPM_RS_PW, no nonce, no attributes, no secret.
const PASSWORD: [u8; 9] = [0x40, 0, 0, 9, 0, 0, 0, 0, 0];
const SHA_256: u16 = 0x000b;

/// A TPM on a port of this machine.
#[derive(Debug, Clone, Copy)]
pub struct RawTpm {
    port: u16,
}

impl RawTpm {
    /// The one whose commands are on `port`. No resource manager stands before it: what others have loaded is there for all.
    pub fn on(port: u16) -> Self {
        Self { port }
    }

    /// Handles of what is loaded.
    pub fn loaded(self) -> Vec<u32> {
        let numbers = [CAP_HANDLES, FIRST_TRANSIENT, 16];
        let body: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        let (code, answer) = self.command(NO_SESSIONS, GET_CAPABILITY, &body);
        assert_eq!(code, 0, "the TPM does not say what is loaded");
        // Whether there is more, the capability, the count.
        answer[9..]
            .chunks_exact(4)
            .map(|handle| u32::from_be_bytes(handle.try_into().unwrap()))
            .collect()
    }

    /// HMAC-SHA-256 by the loaded key; `None` where that object does not sign.
    pub fn hmac(self, handle: u32, message: &[u8]) -> Option<Vec<u8>> {
        let mut body = handle.to_be_bytes().to_vec();
        body.extend(u32::try_from(PASSWORD.len()).unwrap().to_be_bytes());
        body.extend(PASSWORD);
        body.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        body.extend(message);
        body.extend(SHA_256.to_be_bytes());
        let (code, answer) = self.command(SESSIONS, HMAC, &body);
        // The parameters' size, the digest's, the digest.
        (code == 0).then(|| answer[6..38].to_vec())
    }

    /// One command over a connection of its own, as the TSS does it: the response's code, and what follows.
    fn command(self, tag: u16, code: u32, body: &[u8]) -> (u32, Vec<u8>) {
        let mut command = tag.to_be_bytes().to_vec();
        command.extend(u32::try_from(body.len() + 10).unwrap().to_be_bytes());
        command.extend(code.to_be_bytes());
        command.extend(body);
        let mut tpm = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        tpm.write_all(&command).unwrap();
        let mut header = [0; 10];
        tpm.read_exact(&mut header).unwrap();
        let word = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().unwrap());
        let mut rest = vec![0; usize::try_from(word(2)).unwrap() - header.len()];
        tpm.read_exact(&mut rest).unwrap();
        (word(6), rest)
    }
}
