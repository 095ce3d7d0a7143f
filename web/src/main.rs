//! The Dovetail page: a person joins a device from the browser.
//!
//! In come what the daemon tells through the extension, what the person types, and what sign-in and terms of use answer;
//! out go requests to the daemon and top-level navigations to those two. The page holds no key, and a token only until
//! it is passed on.
//! After a reload it asks the daemon where the join stands and puts itself there.

mod api;
mod app;
mod bridge;
mod fault;
mod hook;
mod oidc;
mod page;
mod part;
mod place;
mod random;
mod state;
mod text;
mod value;

/// Half the code of the standard library's; the page's needs are small.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    let carried = place::take();
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        text::take_given();
        let props = app::RootProps {
            carried: std::rc::Rc::new(std::cell::Cell::new(carried)),
        };
        yew::Renderer::<app::Root>::with_root_and_props(root, props).render();
    }
}
