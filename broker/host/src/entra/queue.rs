//! Requests without ids: answers go out in the order of the requests with the same command.

use std::collections::VecDeque;

use dovetail_client::blame;

use crate::outbox::Outbox;

/// From here on no further requests are read.
const MOST: usize = 256;

/// One request.
#[derive(Debug)]
struct Waiting {
    id: String,
    command: String,
    answer: Option<Vec<u8>>,
}

/// Requests that were not answered to the browser yet, oldest first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
}

impl Queue {
    /// A new request with this command; the id that it has behind us, which nothing that the browser says can guess.
    pub(super) fn enter(&mut self, command: String) -> String {
        let id = blame::fresh_id().to_string();
        self.waiting.push_back(Waiting {
            id: id.clone(),
            command,
            answer: None,
        });
        id
    }

    /// The command of the request with this id, while it waits.
    pub(super) fn command(&self, id: &str) -> Option<&str> {
        self.waiting
            .iter()
            .find(|waiting| waiting.id == id && waiting.answer.is_none())
            .map(|waiting| waiting.command.as_str())
    }

    /// The answer is there; it goes out as soon as no older request with its command waits.
    pub(super) fn answer(&mut self, id: &str, answer: Vec<u8>, out: &mut Outbox) {
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.id == id) {
            waiting.answer = Some(answer);
        }
        let mut held: Vec<String> = Vec::new();
        self.waiting.retain(|waiting| match &waiting.answer {
            Some(answer) if !held.contains(&waiting.command) => {
                out.push(answer);
                false
            }
            Some(_) => true,
            None => {
                held.push(waiting.command.clone());
                true
            }
        });
    }

    /// Too many wait.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST
    }
}
