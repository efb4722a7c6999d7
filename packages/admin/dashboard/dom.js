/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Readonly<Record<string, string | number | boolean | null | undefined>>} Attributes */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag
 * @param {Attributes} [attributes] `null`, `undefined` and `false` leave one out
 * @param {...Child} children
 */
export function html(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes
 * @param {readonly Child[]} children
 */
function filled(element, attributes = {}, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value));
  for (const child of children)
    if (child !== null && child !== undefined && child !== false)
      element.append(typeof child === 'number' ? String(child) : child);
  return element;
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * Makes what is in `target` look like `children`, touching only what differs: focus, selection,
 * scrolling, open details and what a screen reader is at stay.
 * @param {Element} target
 * @param {...Child} children
 */
export function fill(target, ...children) {
  const wanted = filled(document.createElement('template'), {}, children);
  matchChildren(target, wanted);
}

/**
 * @param {Node} target
 * @param {Node} wanted
 */
function matchChildren(target, wanted) {
  const fresh = [...wanted.childNodes];
  const old = [...target.childNodes];
  for (const [index, node] of fresh.entries()) {
    const there = old[index];
    if (!there) target.appendChild(node);
    else if (!isLike(there, node)) target.replaceChild(node, there);
    else match(there, node);
  }
  for (const rest of old.slice(fresh.length)) target.removeChild(rest);
}

/**
 * @param {Node} there
 * @param {Node} wanted
 */
function match(there, wanted) {
  if (!(there instanceof Element && wanted instanceof Element)) {
    if (there.nodeValue !== wanted.nodeValue) there.nodeValue = wanted.nodeValue;
    return;
  }
  // What the reader has opened stays open.
  for (const { name } of [...there.attributes])
    if (name !== 'open' && !wanted.hasAttribute(name)) there.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (there.getAttribute(name) !== value) there.setAttribute(name, value);
  matchChildren(there, wanted);
}

/**
 * @param {Node} there
 * @param {Node} wanted
 */
function isLike(there, wanted) {
  return (
    there.nodeName === wanted.nodeName &&
    (!(there instanceof Element && wanted instanceof Element) || there.id === wanted.id)
  );
}
