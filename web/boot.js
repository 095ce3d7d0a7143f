// Starts the page, or says in words why it could not. The only script besides the generated one.
//
// Addresses and digests come from what the build wrote into the page, so a file that was changed or cut off on the way
// is refused by the browser and ends in the text below.

const tag = document.querySelector("script[data-wasm]");
const boot = document.getElementById("boot");

function giveUp(error) {
  document.getElementById("app").replaceChildren();
  boot.hidden = false;
  boot.querySelector(".spinner").hidden = true;
  document.getElementById("late").hidden = true;
  document.getElementById("fallback").hidden = false;
  document.getElementById("reason").textContent = `${error?.name ?? "Error"}: ${String(error?.message ?? error).slice(0, 200)}`;
}

// `cargo xtask web` writes the digest on the tag, Trunk on its preload link.
function digest(url) {
  const link = [...document.querySelectorAll("link[integrity]")].find((l) => l.getAttribute("href") === url);
  return tag.dataset.integrity ?? link?.integrity ?? "";
}

// A fault inside the page ends it: say so instead of leaving dead buttons.
addEventListener("error", (event) => {
  if (event.error instanceof WebAssembly.RuntimeError) giveUp(event.error);
});
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof WebAssembly.RuntimeError) giveUp(event.reason);
});

// The words of the person's language: what was chosen on this page (hook/use_lang.rs), else what the browser says.
function language() {
  let chosen = null;
  try {
    chosen = localStorage.getItem("dovetail.lang");
  } catch {
    // Storage is kept from this page: nothing was chosen.
  }
  return /^de\b/i.test((chosen ?? navigator.language).replace("_", "-")) ? "de" : "en";
}

async function words(lang) {
  const { textEn, textDe, integrityEn = "", integrityDe = "" } = tag.dataset;
  const [url, integrity] = lang === "de" ? [textDe, integrityDe] : [textEn, integrityEn];
  const response = await fetch(url, { integrity, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

try {
  const { js, wasm } = tag.dataset;
  const lang = language();
  const text = words(lang);
  text.catch(() => {});
  const module = fetch(wasm, { integrity: digest(wasm), credentials: "same-origin" });
  // Handled below; until then it may fail unwatched.
  module.catch(() => {});
  const { default: init } = await import(js);
  globalThis.dovetailTexts = { lang, text: await text };
  await init({ module_or_path: module });
  boot.hidden = true;
} catch (error) {
  giveUp(error);
}
