//! The Dovetail page: a person joins a device from the browser.
//!
//! In come what the daemon tells through the extension and what the person types; out go requests to the daemon and
//! one top-level navigation to the tenant's sign-in. The page holds no key, and a token only until it is passed on.
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
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        text::take_given();
        yew::Renderer::<app::Root>::with_root(root).render();
    }
}
