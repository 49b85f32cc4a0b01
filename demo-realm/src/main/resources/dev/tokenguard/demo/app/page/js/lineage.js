// Draws the family: generations as a line, replays within grace as loops, a theft in red with its time.

import { element, shape } from './dom.js';
import { family } from './family.js';
import { clock } from './why.js';

const STEP = 76;
const MARGIN = 40;
const HEIGHT = 214;
const LINE = 92;
const BELOW = 160;
const RADIUS = 17;

export function drawLineage(box, events) {
  const width = Math.max(280, box.clientWidth);
  const tree = family(events);
  const slots = Math.max(2, Math.floor((width - 2 * MARGIN) / STEP) + 1);
  const from = Math.max(0, tree.last - slots + 1);
  const x = (generation) => MARGIN + (generation - from) * STEP;
  const title = summary(tree);
  const shown = tree.generations.filter((node) => node.generation >= from);
  const picture = shape('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': title },
    shown.flatMap((node) => edge(node, x, from)),
    shown.map((node) => generation(node, x(node.generation), tree)),
    tree.thefts.filter(({ used }) => used >= from).flatMap((theft) => stolen(theft, x)),
    tree.reuse && tree.reuse.used >= from ? reuseMark(tree, x, width) : []);
  box.replaceChildren(picture, element('p', { class: `caption ${tree.end ? 'bad' : ''}` }, title));
}

function edge({ generation, lost }, x, from) {
  if (generation === 0 || generation < from) {
    return [];
  }
  const begin = generation === from ? x(generation) - STEP / 2 : x(generation - 1) + RADIUS;
  const parts = [shape('path', { class: `edge ${generation === from ? 'earlier' : ''}`, d: `M${begin} ${LINE}H${x(generation) - RADIUS - 2}` })];
  if (lost && generation > from) {
    const middle = x(generation) - STEP / 2;
    parts.push(
      shape('path', { class: 'lost', d: `M${middle - 5} ${LINE - 5}l10 10m0 -10l-10 10` }),
      text(middle, LINE + 22, 'note lost-note', lost === 1 ? 'lost' : `lost ×${lost}`));
  }
  return parts;
}

function generation(node, x, tree) {
  const isNewest = node.generation === tree.newest;
  const classes = ['node', isNewest && !tree.end ? 'newest' : '', tree.end ? 'revoked' : ''].join(' ');
  return shape('g', { class: classes },
    isNewest && !tree.end ? shape('circle', { class: 'halo', cx: x, cy: LINE, r: RADIUS + 6 }) : [],
    node.replays ? loop(node.replays, x) : [],
    shape('circle', { class: 'disc', cx: x, cy: LINE, r: RADIUS }),
    text(x, LINE + 5, 'number', node.generation),
    text(x, LINE + 38, 'note', node.generation === 0 ? 'login' : node.by ?? ''));
}

function loop(replays, x) {
  return [
    shape('path', { class: 'loop', d: `M${x - 9} ${LINE - RADIUS + 2}C${x - 30} ${LINE - 58} ${x + 30} ${LINE - 58} ${x + 9} ${LINE - RADIUS + 2}` }),
    text(x, LINE - 52, 'note loop-note', replays === 1 ? 'same again' : `same ×${replays}`),
  ];
}

function stolen({ used, got }, x) {
  const end = got === undefined ? x(used) : x(got);
  return [
    shape('path', { class: 'theft', d: theftPath(x(used), end) }),
    shape('circle', { class: 'thief', cx: end, cy: BELOW, r: RADIUS }),
    text(end, BELOW + 5, 'number on-red', got ?? '✕'),
    text(end, BELOW + 34, 'note theft-note', 'thief'),
  ];
}

// Beside the label below the node.
function theftPath(from, to) {
  const begin = from + RADIUS * 0.8;
  return from === to
    ? `M${begin} ${LINE + RADIUS * 0.6}C${from + 46} ${LINE + 30} ${from + 46} ${BELOW} ${to + RADIUS} ${BELOW}`
    : `M${begin} ${LINE + RADIUS * 0.6}C${from + 40} ${LINE + 30} ${from + 30} ${BELOW} ${to - RADIUS} ${BELOW}`;
}

function reuseMark({ reuse: { used, at }, generations }, x, width) {
  const hasLoop = generations.some((each) => each.generation === used && each.replays);
  const middle = Math.min(Math.max(x(used), 76), width - 76);
  return [
    shape('circle', { class: 'reuse', cx: x(used), cy: LINE, r: RADIUS + 7 }),
    hasLoop ? [] : shape('path', { class: 'reuse-line', d: `M${x(used)} ${LINE - RADIUS - 8}V34` }),
    text(middle, 24, 'note theft-note reuse-note', `${used} used twice, ${clock(at)}`),
  ];
}

function text(x, y, classes, content) {
  return shape('text', { x, y, class: classes, 'text-anchor': 'middle' }, String(content));
}

function summary({ newest, end, reuse, thefts, replays }) {
  if (end) {
    return reuse
      ? `Generation ${reuse.used} was used twice at ${clock(reuse.at)}: the family is revoked.`
      : `The family was terminated at generation ${newest}.`;
  }
  if (thefts.some(({ got }) => got !== undefined)) {
    return `Generation ${newest}; a thief has used a token. The next use of the other copy reveals it.`;
  }
  const again = replays ? `, ${replays} ${replays === 1 ? 'replay' : 'replays'} within the grace period` : '';
  return newest === 0 ? 'The login is generation 0. No refresh yet.' : `${newest} ${newest === 1 ? 'rotation' : 'rotations'}${again}.`;
}
