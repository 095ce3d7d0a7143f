//! Building blocks. Most are functions: they hold no state, and each component costs bytes.

mod button;
mod facts;
mod layout;
mod management;
mod name_field;
mod notice;
mod obstacle;
mod report;
mod sign_on;
mod steps;

pub(crate) use button::{Kind, button, submit};
pub(crate) use facts::{bdi, code, facts};
pub(crate) use layout::layout;
pub(crate) use management::management;
pub(crate) use name_field::{check_name, name_field};
pub(crate) use notice::warning;
pub(crate) use obstacle::obstacle;
pub(crate) use report::ReportCard;
pub(crate) use sign_on::sign_on;
pub(crate) use steps::step_list;
