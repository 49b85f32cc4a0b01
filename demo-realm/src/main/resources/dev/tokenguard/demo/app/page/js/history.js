// What happened to the family, as all tabs of this browser have seen it. It holds ids and times, no tokens.

import { hear, tabName, tell } from './tabs.js';
import { place } from './tokens.js';

const KEY = 'token-guard-demo.history';
const LONGEST = 200;
const listeners = [];
let all = JSON.parse(localStorage.getItem(KEY) ?? '[]');

hear('happened', ({ event }) => took(event));

export function onChange(listener) {
  listeners.push(listener);
}

export function happenings() {
  return all;
}

export function add(kind, details = {}) {
  const event = { kind, at: Date.now(), by: tabName, ...details };
  took(event);
  localStorage.setItem(KEY, JSON.stringify(all));
  tell('happened', { event });
}

// An answer to a refresh of this tab.
export function addAnswer({ sent, status, body, isLost }) {
  const used = place(sent.get('refresh_token'));
  if (status !== 200) {
    add('refused', { used: used.generation, error: body.error ?? String(status), isLost });
    return;
  }
  const got = place(body.refresh_token);
  const isKnown = all.some((event) => event.jti === got.jti);
  add(isKnown ? 'replayed' : 'rotated', { used: used.generation, got: got.generation, jti: got.jti, isLost });
}

function took(event) {
  all = event.kind === 'login' ? [event] : [...all, event];
  // The login stays: it is where the line begins.
  if (all.length > LONGEST) {
    all = [all[0], ...all.slice(1 - LONGEST)];
  }
  listeners.forEach((listener) => listener());
}
