// Elements of a page. Text is always set as text, never as HTML, since names and values may come from
// anyone.

/**
 * An element with text and attributes.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Object<string, string>} [attributes]
 * @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A button.
 * @param {string} text
 * @param {() => void} act
 * @param {Object<string, string>} [attributes]
 */
export function makeButton(text, act, attributes) {
  const button = make("button", { type: "button", ...attributes }, text);
  button.addEventListener("click", act);
  return button;
}

/**
 * A check box with its label.
 * @param {string} text
 * @param {(isChecked: boolean) => void} [change]
 */
export function makeBox(text, change) {
  const input = make("input", { type: "checkbox" });
  if (change) input.addEventListener("change", () => change(input.checked));
  return { label: make("label", {}, input, " ", text), input };
}

/**
 * A select with its label.
 * @param {string} text
 * @param {string[][]} choices value and text
 * @param {string} chosen
 * @param {(value: string) => void} [change]
 */
export function makeChoice(text, choices, chosen, change) {
  const input = make("select", { "aria-label": text });
  for (const [value, shown] of choices) input.append(new Option(shown, value, false, value === chosen));
  if (change) input.addEventListener("change", () => change(input.value));
  return { label: make("label", {}, make("span", {}, text), " ", input), input };
}

/**
 * A slider from 0 to 0.99 for the weight of an exponential mean.
 * @param {string} value
 */
export function makeSmoothing(value) {
  const range = { type: "range", min: "0", max: "0.99", step: "0.01" };
  return make("input", { ...range, value: value || "0", "aria-label": "Smoothing" });
}

/**
 * A table that scrolls by itself, also by keyboard.
 * @param {string} label
 * @param {HTMLTableElement} table
 * @param {string} [kind] further classes
 */
export function scrolling(label, table, kind = "") {
  return make("div", { class: `scroll${kind}`, role: "region", tabindex: "0", "aria-label": label }, table);
}

/**
 * The attributes of a cell.
 * @param {string} kind its class
 * @param {string} title
 * @returns {Object<string, string>}
 */
export function cellOf(kind, title) {
  return { ...(kind && { class: kind }), ...(title && { title }) };
}

/**
 * The element of an id, which the page's template has.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 * @throws {Error} the page has none of this kind
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`This page has no ${id}.`);
  return /** @type {T} */ (found);
}

/**
 * The first element that a selector finds within another.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [kind]
 * @returns {T}
 * @throws {Error} there is none of this kind
 */
export function within(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`There is no ${selector}.`);
  return /** @type {T} */ (found);
}

/**
 * All elements that a selector finds.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [kind]
 * @returns {T[]}
 */
export function every(root, selector, kind) {
  const found = [...root.querySelectorAll(selector)];
  return /** @type {T[]} */ (kind ? found.filter((one) => one instanceof kind) : found);
}

/**
 * Put a hash into the address without a step in the history.
 * @param {string} hash of the page's address; empty takes it away
 */
export function putHash(hash) {
  history.replaceState(null, "", hash || location.pathname + location.search);
}

let waiting = 0;
let spoken = 0;

/**
 * Say something in the page's live region, at most once in half a second.
 * @param {string} text
 */
export function say(text) {
  clearTimeout(waiting);
  const place = document.getElementById("shown");
  if (!place) return;
  const pause = Math.max(60, spoken + 500 - Date.now());
  waiting = window.setTimeout(() => {
    spoken = Date.now();
    place.textContent = text;
  }, pause);
}
