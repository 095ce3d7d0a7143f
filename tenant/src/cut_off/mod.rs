//! Requests whose clients go away: each is cut off at every one of its awaits, and afterwards nothing is held, nothing is half done,
//! and whoever asks again is served.

mod cut;
mod house;
mod of_devices;
mod of_people;
