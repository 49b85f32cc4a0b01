// Builds elements from text, never from markup.

const SVG = 'http://www.w3.org/2000/svg';

export function byId(id) {
  return document.getElementById(id);
}

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function shape(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children.flat());
  return made;
}
