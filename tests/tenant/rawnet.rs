//! Connections that are no client's: half open, a byte a second, requests that two readers would cut differently, streams that are
//! taken back as soon as they are asked for. Whoever is served beside them notices nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::stage::Stage;

/// The server drops a connection that has not shaken hands after this time: who waits as long has waited for somebody's place.
const HANDSHAKE: Duration = Duration::from_secs(10);

type Tls = StreamOwned<ClientConnection, TcpStream>;

fn tcp(stage: &Stage) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", stage.tenant.port())).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

fn host(stage: &Stage) -> String {
    let login = url::Url::parse(stage.tenant.value("login")).unwrap();
    login.host_str().unwrap().to_owned()
}

/// A connection that speaks `protocol`.
fn tls(stage: &Stage, protocol: &str) -> Tls {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(stage.tenant.value("ca")).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = host(stage).try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, tcp(stage))
}

/// Several requests, each on a new connection, are answered; the middle one does not wait for anybody's place.
async fn is_served(stage: &Stage) {
    let mut times = Vec::new();
    for _ in 0..5 {
        let begin = Instant::now();
        let url = stage.url("login", "/common/discovery/keys");
        let answer = stage.visitor().ask("GET", url, &[], None).await;
        assert_eq!(answer.status().as_u16(), 200);
        times.push(begin.elapsed());
    }
    times.sort();
    assert!(times[2] < HANDSHAKE / 2, "{times:?}");
}

/// [DR-17] Connections that never finish a handshake, more than there are places; ClientHellos that are endless or nonsense;
/// requests that come a byte at a time: each is dropped in its time, and new clients are served meanwhile as before.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_hold_places_hold_nobody_up() {
    let stage = Stage::new();
    let mut held = Vec::new();
    // More than the places for handshakes. Those that came first have given way.
    for number in 0..2300 {
        let mut stream = tcp(&stage);
        match number % 3 {
            0 => {}
            // The beginning of a ClientHello that announces 16 KiB.
            1 => stream.write_all(&[22, 3, 1, 0x40, 0, 1]).unwrap(),
            _ => stream.write_all(&[22, 3, 1, 0, 5, 1, 0xff]).unwrap(),
        }
        held.push(stream);
    }
    is_served(&stage).await;
    let mut first = held.swap_remove(0);
    assert_eq!(first.read(&mut [0; 1]).unwrap_or(0), 0, "it gave way");
    drop(held);
    // A ClientHello of 16 MiB, as much of it as anybody takes.
    let mut huge = tcp(&stage);
    let record = [&[22, 3, 1, 0x40, 0][..], &[0xff; 0x4000]].concat();
    let mut sent = 0;
    let first = [
        &[22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff][..],
        &[0; 0x4000 - 4],
    ]
    .concat();
    let mut next = first.as_slice();
    while sent < 1024 * record.len() && huge.write_all(next).is_ok() {
        sent += next.len();
        next = &record;
    }
    assert!(sent < 512 * record.len(), "it was read on: {sent}");
    // Requests that never end.
    let mut slow: Vec<Tls> = (0..300).map(|_| tls(&stage, "http/1.1")).collect();
    let head = format!(
        "POST /common/oauth2/token HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000\r\n\r\ng",
        host(&stage)
    );
    for stream in &mut slow {
        stream.write_all(head.as_bytes()).unwrap();
    }
    is_served(&stage).await;
    assert!(!stage.tenant.process.output().contains("panicked"));
}

/// Sends bytes, and gives all that comes until the other end closes or is quiet for so long.
fn exchange(stage: &Stage, bytes: &[u8]) -> String {
    let mut stream = tls(stage, "http/1.1");
    stream
        .sock
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    stream.write_all(bytes).unwrap();
    let mut all = Vec::new();
    let mut part = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut part) {
        all.extend_from_slice(&part[..length]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// [ID-29] Requests whose end two readers would see in two places get one answer, a refusal, and the connection ends: what was
/// hidden behind is never answered.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_smuggled() {
    let stage = Stage::new();
    let host = host(&stage);
    let hidden = format!("GET /common/discovery/keys HTTP/1.1\r\nhost: {host}\r\n\r\n");
    let token = "POST /common/oauth2/token HTTP/1.1";
    for head in [
        "content-length: 0\r\ntransfer-encoding: chunked",
        "content-length: 4\r\ncontent-length: 0",
        "content-length: 0, 4",
        "content-length: +4",
        "content-length: -1",
        "content-length: 0x4",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity",
        "transfer-encoding: xchunked",
        "transfer-encoding : chunked",
        "transfer-encoding:\u{b}chunked",
        " content-length: 4",
        "x: y\r\n folded: z",
        "x\0y: z",
    ] {
        let request = format!("{token}\r\nhost: {host}\r\n{head}\r\n\r\n0\r\n\r\n{hidden}");
        let said = exchange(&stage, request.as_bytes());
        assert!(!said.contains("\"kty\""), "{head}: {said}");
        assert!(said.matches("HTTP/1.1 ").count() <= 1, "{head}: {said}");
    }
    let pipelined = exchange(&stage, hidden.repeat(2).as_bytes());
    assert_eq!(pipelined.matches("HTTP/1.1 200").count(), 2, "{pipelined}");
    for (what, request) in [
        (
            "a long line",
            format!("GET /{} HTTP/1.1\r\n", "a".repeat(200_000)),
        ),
        (
            "many headers",
            format!(
                "GET / HTTP/1.1\r\nhost: {host}\r\n{}\r\n",
                "a: b\r\n".repeat(10_000)
            ),
        ),
        (
            "a long header",
            format!(
                "GET / HTTP/1.1\r\nhost: {host}\r\na: {}\r\n\r\n",
                "b".repeat(200_000)
            ),
        ),
    ] {
        let mut stream = tls(&stage, "http/1.1");
        // It may close before it has read everything.
        drop(stream.write_all(request.as_bytes()));
        let mut said = Vec::new();
        drop(stream.read_to_end(&mut said));
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("HTTP/1.1 200"), "{what}: {said}");
    }
    is_served(&stage).await;
}

/// Frames that are more than the buffers between two sockets hold: an attacker who has sent as many was read.
const MANY: u32 = 1_000_000;

/// A frame of HTTP/2 (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// [ID-29] Streams taken back as soon as they are asked for, tens of thousands of them, and headers without an end: the connection is
/// closed, and others are served as before.
#[tokio::test(flavor = "multi_thread")]
async fn streams_that_are_taken_back_cost_little() {
    let stage = Stage::new();
    let host = host(&stage);
    // `:method GET`, `:scheme https`, `:path /` from the static table, `:authority` literal (RFC 7541).
    let mut head = vec![0x82, 0x87, 0x84, 0x41, u8::try_from(host.len()).unwrap()];
    head.extend_from_slice(host.as_bytes());
    let preface = [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(),
        &frame(4, 0, 0, &[]),
    ]
    .concat();
    let flood = |headers: bool| {
        let mut stream = tls(&stage, "h2");
        let (preface, head) = (preface.clone(), head.clone());
        std::thread::spawn(move || {
            stream.write_all(&preface).unwrap();
            if headers {
                // Begins a header block, and never ends it (CONTINUATION).
                drop(stream.write_all(&frame(1, 1, 1, &head)));
            }
            for number in 0..MANY {
                let id = number * 2 + 1;
                let next = if headers {
                    frame(9, 0, 1, &[0x40, 1, b'a', 1, b'b'].repeat(100))
                } else {
                    [frame(1, 5, id, &head), frame(3, 0, id, &[0, 0, 0, 8])].concat()
                };
                if stream.write_all(&next).is_err() {
                    return number;
                }
            }
            MANY
        })
    };
    for headers in [false, true] {
        let attacker = flood(headers);
        is_served(&stage).await;
        let sent = attacker.join().unwrap();
        assert!(sent < MANY, "headers: {headers}: it was let go on");
    }
    assert!(!stage.tenant.process.output().contains("panicked"));
}
