//! A crowd of clients, each asking again as soon as it is answered, and what that costs the server.

use std::time::{Duration, Instant};

use rustix::param::clock_ticks_per_second;

/// One client.
pub(crate) trait Client: Send + 'static {
    /// Does one thing, of whatever number of requests.
    fn step(&mut self) -> impl Future<Output = ()> + Send;
    /// Whether there is anything left to do.
    fn has_more(&self) -> bool {
        true
    }
}

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) steps: f64,
    pub(crate) wall: f64,
    /// Processor time of the server, seconds.
    pub(crate) cpu: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Measured {
    pub(crate) fn per_cpu_second(&self) -> f64 {
        self.steps / self.cpu
    }
    pub(crate) fn per_second(&self) -> f64 {
        self.steps / self.wall
    }
}

/// Lets the clients at it for that long; the first tenth is not counted.
pub(crate) async fn crowd<C: Client>(
    clients: Vec<C>,
    server: u32,
    time: Duration,
) -> (Vec<C>, Measured) {
    let begin = Instant::now() + time / 10;
    let end = begin + time;
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end && client.has_more() {
                    let from = Instant::now();
                    client.step().await;
                    if from >= begin {
                        times.push(from.elapsed());
                    }
                }
                (client, times)
            })
        })
        .collect();
    tokio::time::sleep_until(begin.into()).await;
    let (from, cpu) = (Instant::now(), cpu_seconds(server));
    let (mut clients, mut times) = (Vec::new(), Vec::new());
    for task in tasks {
        let (client, mut part) = task.await.unwrap();
        clients.push(client);
        times.append(&mut part);
    }
    let (wall, cpu) = (from.elapsed().as_secs_f64(), cpu_seconds(server) - cpu);
    times.sort();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        times.get(place).map_or(f64::NAN, |t| t.as_secs_f64() * 1e3)
    };
    let measured = Measured {
        steps: times.len() as f64,
        wall,
        cpu,
        p50: at(0.5),
        p99: at(0.99),
    };
    (clients, measured)
}

/// Processor time that a process has used, all its threads and ended children's not.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields = text.rsplit(") ").next().unwrap().split(' ');
    let ticks: u64 = fields
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    ticks as f64 / clock_ticks_per_second() as f64
}

/// The most that a process ever held, and what it holds now: MiB.
pub(crate) fn resident_mib(pid: u32) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib: f64 = line.unwrap().trim_end_matches("kB").trim().parse().unwrap();
        kib / 1024.0
    };
    (field("VmHWM:"), field("VmRSS:"))
}
