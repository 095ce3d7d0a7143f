//! What every screen gets.

use std::rc::Rc;

use yew::prelude::*;

use crate::hook::Intent;
use crate::state::Model;
use crate::text::Lang;

/// The model to show, the language to show it in, and the way to act.
#[derive(Debug, Clone, Properties)]
pub(crate) struct PageProps {
    pub(crate) lang: Lang,
    pub(crate) model: Rc<Model>,
    pub(crate) act: Callback<Intent>,
}

/// Same model, same drawing: the model is replaced as a whole whenever it changes.
impl PartialEq for PageProps {
    fn eq(&self, other: &Self) -> bool {
        self.lang == other.lang && Rc::ptr_eq(&self.model, &other.model) && self.act == other.act
    }
}
