// Words on the extension's own pages. Names from outside are text in an element of their own, never markup.

const api = globalThis.browser ?? globalThis.chrome;

/** A message in the person's language. */
export function text(id, ...values) {
  return api.i18n.getMessage(id, values);
}

/** Puts words into a part; without words it is hidden. */
export function say(id, words) {
  const element = document.getElementById(id);
  element.textContent = words;
  element.hidden = words === "" && element.getAttribute("role") !== "status";
}

/** A message with one name in it, isolated from the direction of the words around it. */
export function named(element, id, name) {
  const [before, after] = text(id, "\u0000").split("\u0000");
  element.replaceChildren(before, bdi(name), after ?? "");
}

/** Rows of a definition list; those without a value are left out. */
export function facts(list, rows) {
  list.replaceChildren(...rows.filter(([, value]) => value).flatMap(([id, value]) => {
    const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = text(id);
    detail.append(bdi(value));
    return [term, detail];
  }));
}

/** Text of unknown direction. */
export function bdi(value) {
  const element = document.createElement("bdi");
  element.textContent = value;
  return element;
}

/** A time, seconds since 1970, as people here write it. */
export function when(time) {
  return new Date(time * 1000).toLocaleString(api.i18n.getUILanguage(), { dateStyle: "medium", timeStyle: "short" });
}
