// Small helpers to build a page's elements. Text is always text: nothing is parsed as HTML.
//
//   h("button", { class: "act", onclick: go }, picture("sort"), "分拣打包")

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {string | number | Node | null | undefined | false | Child[]} Child */
/** @typedef {Record<string, string | number | boolean | ((event: any) => void) | undefined>} Attributes */

/**
 * An element. Names that start with `on` are listeners; false and undefined are left out.
 * @param {string} tag @param {Attributes | null} [attributes] @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  dress(element, attributes, children);
  return element;
}

/**
 * An element of SVG.
 * @param {string} tag @param {Attributes | null} [attributes] @param {...Child} children
 * @returns {SVGElement}
 */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes, children);
  return element;
}

/** @param {Element} element @param {Attributes | null | undefined} attributes @param {Child[]} children */
function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
}

/** @param {Element} element @param {Child[]} children */
function add(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) add(element, child);
    else if (child || child === 0) element.append(/** @type {Node} */ (child));
  }
}

/** Puts these children in place of the old ones. @param {Element} element @param {...Child} children */
export function fill(element, ...children) {
  while (element.firstChild) element.firstChild.remove();
  add(element, children);
}

/** One of our own pictures; the word beside it says what it is. @param {string} name */
export function picture(name) {
  return h("img", { class: "picture", src: `/static/pictures/${name}.svg`, alt: "" });
}

/**
 * A thing to press.
 * @param {string} label @param {() => void} press @param {Attributes} [attributes] @param {...Child} more
 */
export function button(label, press, attributes, ...more) {
  return h("button", { type: "button", onclick: press, ...attributes }, ...more, h("span", null, label));
}
