//! A web server of the lab's own that answers as a test says, under whatever names, and remembers what it was asked.

use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use url::Url;

use crate::lab::Lab;
use crate::site::tls;

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Where to, with the host that the client named.
    pub url: Url,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A field of the query.
    pub fn field(&self, name: &str) -> Option<String> {
        let found = self.url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }
}

/// What it says.
#[derive(Debug)]
pub enum Answer {
    /// A page.
    Page(String),
    /// It is elsewhere: status and address.
    To(u16, String),
}

/// The running server. It ends with the program.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The port of all its names.
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Witness {
    /// Starts it.
    pub fn start(
        lab: &Lab,
        names: &[&str],
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let tls = Arc::new(tls(lab.dir(), names));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (tls, answer, log) = (Arc::clone(&tls), Arc::clone(&answer), Arc::clone(&log));
                std::thread::spawn(move || serve(stream.unwrap(), tls, port, &*answer, &log));
            }
        });
        Self { port, asked }
    }

    /// Requests so far, but for icons.
    pub fn asked(&self) -> Vec<Asked> {
        let all = self.asked.lock().unwrap().clone();
        all.into_iter()
            .filter(|asked| asked.url.path() != "/favicon.ico")
            .collect()
    }
}

/// One request per connection. A browser that goes away is not this server's failure.
fn serve(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    port: u16,
    answer: &dyn Fn(&Asked) -> Answer,
    log: &Mutex<Vec<Asked>>,
) {
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let connection = ServerConnection::new(tls).unwrap();
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let Some(asked) = read(&mut reader, port) else {
        return;
    };
    let text = match answer(&asked) {
        Answer::Page(body) => format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncache-control: no-store\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        ),
        Answer::To(status, to) => format!(
            "HTTP/1.1 {status} Elsewhere\r\nlocation: {to}\r\ncache-control: no-store\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ),
    };
    log.lock().unwrap().push(asked);
    let stream = reader.get_mut();
    stream.write_all(text.as_bytes()).ok();
    stream.conn.send_close_notify();
    stream.flush().ok();
}

fn read(reader: &mut impl std::io::BufRead, port: u16) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let value = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    let length = value("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let host = value("host").map_or_else(|| format!("localhost:{port}"), Clone::clone);
    let url = Url::parse(&format!("https://{host}{target}")).ok()?;
    Some(Asked { url, headers })
}
