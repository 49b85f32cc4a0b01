// The events of the family, from all tabs of this browser. Ids and times, no tokens.

import { broadcast, on, tabName } from './tabs.js';
import { position } from './tokens.js';

const KEY = 'token-guard-demo.history';
const LONGEST = 200;
const listeners = [];
let all = JSON.parse(localStorage.getItem(KEY) ?? '[]');

on('event', ({ event }) => append(event));

export function onChange(listener) {
  listeners.push(listener);
}

export function events() {
  return all;
}

export function add(kind, details = {}) {
  const event = { kind, at: Date.now(), by: tabName, ...details };
  append(event);
  localStorage.setItem(KEY, JSON.stringify(all));
  broadcast('event', { event });
}

// The response to a refresh of this tab.
export function addAnswer({ sent, status, body, isLost }) {
  const used = position(sent.get('refresh_token'));
  if (status !== 200) {
    add('refused', { used: used.generation, error: body.error ?? String(status), isLost });
    return;
  }
  const got = position(body.refresh_token);
  const isKnown = all.some((event) => event.jti === got.jti);
  add(isKnown ? 'replayed' : 'rotated', { used: used.generation, got: got.generation, jti: got.jti, isLost });
}

// A script knows neither the token that was sent nor the one that was received.
export function addAnswerWithCookie({ status, body, isLost }, newest) {
  const known = Math.max(0, ...all.map(({ got }) => got ?? 0));
  if (status !== 200) {
    add('refused', { used: newest, error: body.error ?? String(status), isLost });
  } else if (newest > known) {
    add('rotated', { used: newest - 1, got: newest, isLost });
  } else {
    add('replayed', { used: known - 1, got: known, isLost });
  }
}

function append(event) {
  all = event.kind === 'login' ? [event] : [...all, event];
  // Keep the login: the line starts with it.
  if (all.length > LONGEST) {
    all = [all[0], ...all.slice(1 - LONGEST)];
  }
  listeners.forEach((listener) => listener());
}
