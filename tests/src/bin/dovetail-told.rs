//! A native-messaging host that answers as a test tells it: to see what the extension does with credentials that are easily known
//! again, and with a device that is slow or broken.
//!
//! `DOVETAIL_TOLD` names a file with one word, read anew for each request: `good` (also without a file), `slow` (no answer),
//! `refuse`, `nonsense`, `die`. Each request's body is noted beside it (`.log`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's instrument"
)]

use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

fn main() {
    let told = std::env::var("DOVETAIL_TOLD").unwrap();
    let mut log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(format!("{told}.log"))
        .unwrap();
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut count = 0_u32;
    loop {
        let mut length = [0; 4];
        if input.read_exact(&mut length).is_err() {
            return;
        }
        let mut frame = vec![0; usize::try_from(u32::from_ne_bytes(length)).unwrap()];
        input.read_exact(&mut frame).unwrap();
        let asked: Value = serde_json::from_slice(&frame).unwrap();
        count += 1;
        let body = match asked["type"].as_str() {
            Some("status") => json!({ "sso": { "state": "active", "upn": "adele@contoso.com" } }),
            Some("accounts") => json!({ "accounts": [] }),
            Some("cookie") => {
                writeln!(log, "{}", asked["body"]).unwrap();
                match std::fs::read_to_string(&told).unwrap_or_default().trim() {
                    "slow" => continue,
                    "die" => return,
                    "refuse" => json!(null),
                    "nonsense" => json!({ "name": "Cookie", "value": "a\r\nb" }),
                    _ => {
                        json!({ "name": "x-ms-RefreshTokenCredential", "value": format!("told.{}.{count}", std::process::id()), "upn": "adele@contoso.com" })
                    }
                }
            }
            _ => json!({}),
        };
        let answer = if body.is_null() {
            json!({ "v": 1, "id": asked["id"], "ok": false, "error": { "code": "JOIN-443" } })
        } else {
            json!({ "v": 1, "id": asked["id"], "ok": true, "body": body })
        };
        let text = answer.to_string();
        output
            .write_all(&u32::try_from(text.len()).unwrap().to_ne_bytes())
            .unwrap();
        output.write_all(text.as_bytes()).unwrap();
        output.flush().unwrap();
    }
}
