//! The device's name, checked while it is typed.

use dovetail_shared::name::{DisplayName, NameError};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::text::{Id, Lang, id, say};

/// The name, or what to say about it.
pub(crate) fn check_name(text: &str) -> Result<DisplayName, Id> {
    text.parse().map_err(|error| match error {
        NameError::Length => id::DEVICE_NAME_LENGTH,
        NameError::Character => id::DEVICE_NAME_CHARACTER,
        NameError::Form => id::DEVICE_NAME_FORM,
    })
}

/// The field. The text is the caller's state.
pub(crate) fn name_field(lang: Lang, text: &UseStateHandle<String>) -> Html {
    let wrong = check_name(text).err();
    let oninput = {
        let text = text.setter();
        move |event: InputEvent| text.set(event.target_unchecked_into::<HtmlInputElement>().value())
    };
    html! {
        <div class="field">
            <label for="device-name">{ say(lang, id::DEVICE_NAME) }</label>
            <input id="device-name" type="text" dir="auto" autocomplete="off" spellcheck="false" required=true
                value={(**text).clone()} {oninput}
                aria-invalid={wrong.is_some().to_string()} aria-describedby="device-name-hint device-name-wrong" />
            <p id="device-name-hint" class="hint">{ say(lang, id::DEVICE_NAME_HINT) }</p>
            <p id="device-name-wrong" class="wrong" role="alert">
                if let Some(wrong) = wrong { { say(lang, wrong) } }
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [PG-02] Names that steer or hide text are refused while they are typed.
    #[test]
    fn a_name_is_checked_as_it_is_typed() {
        assert!(check_name("LAPTOP-1").is_ok());
        assert_eq!(check_name(""), Err(id::DEVICE_NAME_LENGTH));
        assert_eq!(check_name(&"x".repeat(65)), Err(id::DEVICE_NAME_LENGTH));
        assert_eq!(check_name(" x"), Err(id::DEVICE_NAME_FORM));
        assert_eq!(check_name("a\u{202e}b"), Err(id::DEVICE_NAME_CHARACTER));
    }
}
