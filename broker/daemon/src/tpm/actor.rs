//! The TPM's own thread, and the handle that others have.
//!
//! A TPM does one thing at a time and may take seconds for it, so everything goes through one queue with two lanes: what
//! somebody waits for, and what is made ahead. The thread sleeps on a condition: no wake-ups when idle. It starts, and opens
//! the TPM, at the first job.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::attest::CertifiedPair;
use super::chip::Chip;
use super::error::TpmError;
use super::hello::{HelloKey, Opening};
use super::key_set::{KeySet, SignKey};
use super::session::{Adopted, Sealed, SessionKey};

/// Jobs that may wait in a lane.
const LANE: usize = 64;

/// How to reach the TPM.
#[derive(Debug, Clone)]
pub struct TpmConfig {
    /// In the form of the TSS: `device:/dev/tpmrm0`, `swtpm:host=127.0.0.1,port=2321`.
    pub tcti: String,
    /// Nobody else uses this TPM and no resource manager stands before it: leftovers are flushed, and it is shut down in order.
    pub exclusive: bool,
    /// Somebody may listen between processor and TPM: what is derived from session keys crosses it encrypted, too, for some
    /// milliseconds each. The keys themselves always do.
    pub watched_bus: bool,
}

type Job = Box<dyn FnOnce(&mut Holder) + Send>;

/// Which lane a job goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Waited,
    Ahead,
}

#[derive(Default)]
struct Lanes {
    waited: VecDeque<Job>,
    ahead: VecDeque<Job>,
    /// The thread runs.
    served: bool,
    closed: bool,
}

/// The handle. Cheap to clone; the thread ends when the last clone is gone.
#[derive(Clone)]
pub struct Tpm {
    shared: Arc<Shared>,
}

struct Shared {
    config: TpmConfig,
    queue: Arc<(Mutex<Lanes>, Condvar)>,
}

impl std::fmt::Debug for Tpm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tpm")
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.lanes().closed = true;
        self.queue.1.notify_one();
    }
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.queue.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tpm {
    /// The TPM is not touched before the first job, and the thread not started: most of its life a daemon needs neither.
    pub fn open(config: TpmConfig) -> Self {
        Self {
            shared: Arc::new(Shared {
                config,
                queue: Arc::default(),
            }),
        }
    }

    /// Maker and firmware.
    pub async fn describe(&self) -> Result<String, TpmError> {
        self.call(Lane::Waited, Chip::describe).await
    }

    /// Makes device key, transport key and attestation key, ahead of need.
    pub async fn create(&self) -> Result<KeySet, TpmError> {
        self.call(Lane::Ahead, Chip::create).await
    }

    /// Whether the keys are this TPM's. [`TpmError::Cleared`] when not.
    pub async fn check(&self, keys: &KeySet) -> Result<(), TpmError> {
        let keys = keys.clone();
        self.call(Lane::Waited, move |chip| chip.check(&keys)).await
    }

    /// Makes one more signing key.
    pub async fn create_sign_key(&self) -> Result<SignKey, TpmError> {
        self.call(Lane::Ahead, Chip::create_sign_key).await
    }

    /// Whether the key is this TPM's. [`TpmError::Cleared`] when not.
    pub async fn check_sign_key(&self, key: &SignKey) -> Result<(), TpmError> {
        let key = key.clone();
        self.call(Lane::Waited, move |chip| chip.check_sign_key(&key))
            .await
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`.
    pub async fn sign(&self, key: &SignKey, message: &[u8]) -> Result<Vec<u8>, TpmError> {
        let (key, message) = (key.clone(), message.to_vec());
        self.call(Lane::Waited, move |chip| chip.sign(&key, &message))
            .await
    }

    /// The same for callers that may block: rcgen and rustls ask synchronously.
    pub fn sign_blocking(&self, key: &SignKey, message: &[u8]) -> Result<Vec<u8>, TpmError> {
        let (key, message) = (key.clone(), message.to_vec());
        let (answer, receiver) = mpsc::sync_channel(1);
        self.push(
            Lane::Waited,
            Box::new(move |holder| {
                // Whoever asked may have given up.
                answer
                    .send(holder.run(&|chip: &mut Chip| chip.sign(&key, &message)))
                    .ok();
            }),
        )?;
        receiver.recv().map_err(|_| TpmError::Lost)?
    }

    /// The endorsement key's certificate, DER; `None` where there is none.
    pub async fn endorsement(&self) -> Result<Option<Vec<u8>>, TpmError> {
        self.call(Lane::Waited, Chip::endorsement).await
    }

    /// Opens a credential (both parts without their outer size field).
    pub async fn activate(
        &self,
        keys: &KeySet,
        blob: &[u8],
        secret: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let (keys, blob, secret) = (keys.clone(), blob.to_vec(), secret.to_vec());
        self.call(Lane::Waited, move |chip| {
            chip.activate(&keys, &blob, &secret)
        })
        .await
    }

    /// Certifies both keys over `nonce`.
    pub async fn certify(&self, keys: &KeySet, nonce: &[u8]) -> Result<CertifiedPair, TpmError> {
        let (keys, nonce) = (keys.clone(), nonce.to_vec());
        self.call(Lane::Waited, move |chip| chip.certify(&keys, &nonce))
            .await
    }

    /// Opens what was encrypted to the transport key (RSA-OAEP with SHA-1), keeps it as a session key, and seals `secret` beside it.
    pub async fn adopt(
        &self,
        keys: &KeySet,
        encrypted: &[u8],
        secret: &[u8; 32],
    ) -> Result<Adopted, TpmError> {
        let (keys, encrypted) = (keys.clone(), encrypted.to_vec());
        let secret = Zeroizing::new(*secret);
        self.call(Lane::Waited, move |chip| {
            chip.adopt(&keys, &encrypted, secret.as_slice())
        })
        .await
    }

    /// HMAC-SHA-256 over at most 1024 bytes.
    pub async fn hmac(
        &self,
        key: &SessionKey,
        message: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let (key, message) = (key.clone(), message.to_vec());
        self.call(Lane::Waited, move |chip| chip.hmac(&key, &message))
            .await
    }

    /// Makes a key behind a PIN.
    pub async fn create_hello(&self, opening: &Opening) -> Result<HelloKey, TpmError> {
        let opening = opening.clone();
        self.call(Lane::Waited, move |chip| chip.create_hello(&opening))
            .await
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`, by a key behind a PIN.
    pub async fn sign_hello(
        &self,
        key: &HelloKey,
        opening: &Opening,
        message: &[u8],
    ) -> Result<Vec<u8>, TpmError> {
        let (key, opening, message) = (key.clone(), opening.clone(), message.to_vec());
        self.call(Lane::Waited, move |chip| {
            chip.sign_hello(&key, &opening, &message)
        })
        .await
    }

    /// The same key behind another PIN.
    pub async fn change_hello(
        &self,
        key: &HelloKey,
        opening: &Opening,
        next: &Opening,
    ) -> Result<HelloKey, TpmError> {
        let (key, opening, next) = (key.clone(), opening.clone(), next.clone());
        self.call(Lane::Waited, move |chip| {
            chip.change_hello(&key, &opening, &next)
        })
        .await
    }

    /// Seals a secret.
    pub async fn seal(&self, secret: &[u8]) -> Result<Sealed, TpmError> {
        let secret = Zeroizing::new(secret.to_vec());
        self.call(Lane::Waited, move |chip| chip.seal(&secret))
            .await
    }

    /// Gives back what was sealed.
    pub async fn unseal(&self, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let sealed = sealed.clone();
        self.call(Lane::Waited, move |chip| chip.unseal(&sealed))
            .await
    }

    /// Lets the TPM go, in order; the next job opens it again.
    pub async fn release(&self) {
        if !self.shared.lanes().served {
            return;
        }
        let (done, released) = oneshot::channel();
        let pushed = self.push(
            Lane::Waited,
            Box::new(move |holder| {
                holder.release();
                // Nobody may be listening any more.
                done.send(()).ok();
            }),
        );
        if pushed.is_ok() {
            // An ended thread has released it, too.
            released.await.ok();
        }
    }

    async fn call<T: Send + 'static>(
        &self,
        lane: Lane,
        job: impl Fn(&mut Chip) -> Result<T, TpmError> + Send + 'static,
    ) -> Result<T, TpmError> {
        self.send(lane, job)?.await.map_err(|_| TpmError::Lost)?
    }

    fn send<T: Send + 'static>(
        &self,
        lane: Lane,
        job: impl Fn(&mut Chip) -> Result<T, TpmError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, TpmError>>, TpmError> {
        let (answer, receiver) = oneshot::channel();
        self.push(
            lane,
            Box::new(move |holder| {
                let result = holder.run(&job);
                // Whoever asked may have given up.
                answer.send(result).ok();
            }),
        )?;
        Ok(receiver)
    }

    fn push(&self, lane: Lane, job: Job) -> Result<(), TpmError> {
        let mut lanes = self.shared.lanes();
        if !lanes.served {
            let (queue, config) = (self.shared.queue.clone(), self.shared.config.clone());
            let started = thread::Builder::new()
                .name("tpm".to_owned())
                .spawn(move || work(&queue, Holder { config, chip: None }));
            // Without a thread the job is refused at once; the next one tries again.
            started.map_err(|_| TpmError::Lost)?;
            lanes.served = true;
        }
        let queue = match lane {
            Lane::Waited => &mut lanes.waited,
            Lane::Ahead => &mut lanes.ahead,
        };
        if queue.len() >= LANE {
            return Err(TpmError::Busy);
        }
        queue.push_back(job);
        drop(lanes);
        self.shared.queue.1.notify_one();
        Ok(())
    }
}

fn work(queue: &(Mutex<Lanes>, Condvar), mut holder: Holder) {
    loop {
        let mut lanes = queue.0.lock().unwrap_or_else(PoisonError::into_inner);
        let job = loop {
            if let Some(job) = lanes.waited.pop_front() {
                break job;
            }
            if let Some(job) = lanes.ahead.pop_front() {
                break job;
            }
            if lanes.closed {
                drop(lanes);
                return holder.release();
            }
            lanes = queue.1.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        };
        drop(lanes);
        job(&mut holder);
    }
}

/// The TPM, or the lack of it.
struct Holder {
    config: TpmConfig,
    chip: Option<Chip>,
}

impl Holder {
    /// Runs a job. Where the TPM went away, or its places are taken by what somebody left there, it is connected anew and the job tried once more.
    fn run<T>(&mut self, job: &impl Fn(&mut Chip) -> Result<T, TpmError>) -> Result<T, TpmError> {
        match self.once(job) {
            Err(TpmError::Lost | TpmError::Full) => {
                self.chip = None;
                self.once(job)
            }
            other => other,
        }
    }

    fn once<T>(&mut self, job: &impl Fn(&mut Chip) -> Result<T, TpmError>) -> Result<T, TpmError> {
        let chip = match &mut self.chip {
            Some(chip) => chip,
            empty => empty.insert(Chip::open(&self.config)?),
        };
        job(chip)
    }

    fn release(&mut self) {
        if let Some(chip) = self.chip.take() {
            chip.close(&self.config);
        }
    }
}
