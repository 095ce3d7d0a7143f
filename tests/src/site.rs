//! A web site of somebody's in the lab: files over TLS, under a name that browsers find on this machine, with a certificate of the
//! lab's CA.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivatePkcs8KeyDer;

use crate::lab::Lab;

/// A path's media type and bytes.
type Files = BTreeMap<String, (&'static str, Vec<u8>)>;

/// A running site.
#[derive(Debug)]
pub struct Site {
    /// `https://NAME:PORT`
    pub origin: String,
}

impl Site {
    /// Serves files under `name`, a host below `localhost`; they are made for the origin that the site will have. A path is
    /// served as what its ending says.
    pub fn start(
        lab: &Lab,
        name: &str,
        files: impl FnOnce(&str) -> Vec<(&'static str, Vec<u8>)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("https://{name}:{}", listener.local_addr().unwrap().port());
        let files: Files = files(&origin)
            .into_iter()
            .map(|(path, bytes)| (path.to_owned(), (kind(path), bytes)))
            .collect();
        let (tls, files) = (Arc::new(tls(lab.dir(), &[name])), Arc::new(files));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (tls, files) = (Arc::clone(&tls), Arc::clone(&files));
                std::thread::spawn(move || answer(stream.unwrap(), tls, &files));
            }
        });
        Self { origin }
    }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("xml") => "text/xml",
        Some("crx") => "application/x-chrome-extension",
        _ => "text/html; charset=utf-8",
    }
}

/// For a server of these names, with the keys of the tenant in `dir`.
pub(crate) fn tls(dir: &Path, names: &[&str]) -> ServerConfig {
    let read = |file: &str| std::fs::read_to_string(dir.join("tenant/ca").join(file)).unwrap();
    let ca_key = KeyPair::from_pem(&read("ca.key")).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&read("ca.pem"), ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>(),
    )
    .unwrap()
    .signed_by(&key, &issuer)
    .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap()
}

/// One request per connection. A client that goes away is not this site's failure.
fn answer(stream: TcpStream, tls: Arc<ServerConfig>, files: &Files) {
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut reader = BufReader::new(StreamOwned::new(
        ServerConnection::new(tls).unwrap(),
        stream,
    ));
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() || line.is_empty() {
        return;
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    while !line.trim().is_empty() {
        line.clear();
        if reader.read_line(&mut line).is_err() {
            return;
        }
    }
    let path = path.split('?').next().unwrap_or_default();
    let (status, kind, body) = match files.get(path) {
        Some((kind, body)) => ("200 OK", *kind, body.as_slice()),
        None => ("404 Not Found", "text/plain", &[][..]),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let stream = reader.get_mut();
    stream.write_all(head.as_bytes()).ok();
    stream.write_all(body).ok();
    stream.conn.send_close_notify();
    stream.flush().ok();
}
