//! HTTP/1.1 over TLS on a connection that stays open: as little work as possible beside the server that is measured.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A server: where, under which name, and whom to trust.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) name: String,
    connector: TlsConnector,
}

/// A connection.
pub(crate) struct Line {
    stream: TlsStream<TcpStream>,
    host: String,
    read: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as JSON; the whole answer where it is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The answer for a message.
    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.head, String::from_utf8_lossy(&self.body))
    }
}

impl Server {
    /// A server that shows a certificate of `ca` (PEM).
    pub(crate) fn new(address: SocketAddr, name: &str, ca: &Path) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(ca).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            address,
            name: name.to_owned(),
            connector: TlsConnector::from(Arc::new(config)),
        }
    }

    /// Connects.
    pub(crate) async fn line(&self) -> Line {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from(self.name.clone()).unwrap();
        Line {
            stream: self.connector.connect(name, stream).await.unwrap(),
            host: format!("{}:{}", self.name, self.address.port()),
            read: Vec::with_capacity(16 * 1024),
        }
    }
}

impl Line {
    /// Asks, with header lines of one's own (each ending in CRLF), and waits for the answer.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Answer {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: {}\r\n\r\n",
            self.host,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await.unwrap();
        self.stream.flush().await.unwrap();
        self.answer().await
    }

    /// A form.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.ask("POST", path, kind, body.as_bytes()).await
    }

    async fn answer(&mut self) -> Answer {
        let end = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break end;
            }
            self.more().await;
        };
        let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
        let mut answer = Answer {
            status: head[9..12].parse().unwrap(),
            head,
            body: Vec::new(),
        };
        if let Some(length) = answer.header("content-length") {
            let length: usize = length.parse().unwrap();
            answer.body = self.take(length).await;
        } else if answer.header("transfer-encoding").is_some() {
            loop {
                let line = self.text_line().await;
                let length = usize::from_str_radix(line.trim(), 16).unwrap();
                let mut chunk = self.take(length + 2).await;
                chunk.truncate(length);
                answer.body.append(&mut chunk);
                if length == 0 {
                    break;
                }
            }
        }
        answer
    }

    async fn text_line(&mut self) -> String {
        loop {
            if let Some(end) = find(&self.read, b"\r\n") {
                return String::from_utf8(self.read.drain(..end + 2).collect()).unwrap();
            }
            self.more().await;
        }
    }

    async fn take(&mut self, length: usize) -> Vec<u8> {
        while self.read.len() < length {
            self.more().await;
        }
        self.read.drain(..length).collect()
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.read).await.unwrap();
        assert!(read > 0, "the server closed the connection");
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
