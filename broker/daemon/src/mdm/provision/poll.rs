//! How often the device asks for work: three phases, one after another (`DMClient/Provider/…/Poll`).

use dovetail_shared::Code;

use super::Parm;
use crate::mdm::error::MdmError;
use crate::mdm::node::Poll;

/// Longest interval, in minutes: 30 days.
const MAX_MINUTES: u32 = 43_200;
/// Most repetitions of a phase.
const MAX_COUNT: u32 = 100_000;

impl Poll {
    /// Minutes to the next session after `done` sessions of the schedule; `None` where the schedule has ended.
    pub fn minutes(&self, done: u32) -> Option<u32> {
        let second = self.first_count.saturating_add(self.second_count);
        let last = second.saturating_add(self.rest_count);
        if done < self.first_count {
            Some(self.first_minutes)
        } else if done < second {
            Some(self.second_minutes)
        } else if self.rest_count == 0 || done < last {
            Some(self.rest_minutes)
        } else {
            None
        }
    }

    /// Whether it can be followed: an interval wherever there is something to repeat, and none absurdly long.
    pub fn is_sound(&self) -> bool {
        let phase = |count: u32, minutes: u32| count == 0 || (1..=MAX_MINUTES).contains(&minutes);
        phase(self.first_count, self.first_minutes)
            && phase(self.second_count, self.second_minutes)
            && (1..=MAX_MINUTES).contains(&self.rest_minutes)
            && [self.first_count, self.second_count, self.rest_count]
                .iter()
                .all(|count| *count <= MAX_COUNT)
    }
}

/// Reads the parameters of `Poll`. What is left out is as Intune has it.
pub fn poll(parms: &[&Parm]) -> Result<Poll, MdmError> {
    let wrong = || {
        MdmError::Provision(
            Code::MDM_PROVISION_CLIENT,
            "has a schedule that cannot be followed",
        )
    };
    let mut poll = Poll::default();
    for parm in parms {
        let place = match parm.name.as_str() {
            "NumberOfFirstRetries" => &mut poll.first_count,
            "IntervalForFirstSetOfRetries" => &mut poll.first_minutes,
            "NumberOfSecondRetries" => &mut poll.second_count,
            "IntervalForSecondSetOfRetries" => &mut poll.second_minutes,
            "NumberOfRemainingScheduledRetries" => &mut poll.rest_count,
            "IntervalForRemainingScheduledRetries" => &mut poll.rest_minutes,
            "PollOnLogin" => {
                poll.on_login = parm.value.eq_ignore_ascii_case("true");
                continue;
            }
            _ => continue,
        };
        *place = parm.value.parse().map_err(|_| wrong())?;
    }
    poll.is_sound().then_some(poll).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parm(name: &str, value: &str) -> Parm {
        Parm {
            path: Vec::new(),
            name: name.into(),
            value: value.into(),
            datatype: None,
        }
    }

    /// The phases follow one another; the last may be endless.
    #[test]
    fn phases_follow_one_another() {
        let poll = Poll {
            first_count: 2,
            first_minutes: 15,
            second_count: 1,
            second_minutes: 3,
            rest_count: 0,
            rest_minutes: 1560,
            on_login: true,
        };
        let minutes: Vec<_> = (0..5).map(|done| poll.minutes(done)).collect();
        assert_eq!(minutes, [15, 15, 3, 1560, 1560].map(Some));
        let ends = Poll {
            rest_count: 1,
            ..poll
        };
        assert_eq!((ends.minutes(3), ends.minutes(4)), (Some(1560), None));
    }

    /// A schedule without pause, without end of numbers, or without numbers would be a flood or never.
    #[test]
    fn schedules_that_make_no_sense_are_refused() {
        for (name, value) in [
            ("IntervalForRemainingScheduledRetries", "0"),
            ("IntervalForFirstSetOfRetries", "0"),
            ("IntervalForFirstSetOfRetries", "-1"),
            ("IntervalForRemainingScheduledRetries", "4000000000"),
            ("NumberOfFirstRetries", "4000000000"),
            ("NumberOfSecondRetries", "two"),
            ("NumberOfRemainingScheduledRetries", ""),
        ] {
            let refused = poll(&[&parm(name, value)]).unwrap_err();
            assert_eq!(refused.code(), Code::MDM_PROVISION_CLIENT, "{name} {value}");
        }
        assert!(poll(&[]).unwrap().is_sound());
    }
}
