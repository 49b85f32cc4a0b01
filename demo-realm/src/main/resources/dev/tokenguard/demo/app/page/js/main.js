// The entry point of the page.

import * as history from './history.js';
import { showActions } from './actions.js';
import { Dashboard } from './dashboard.js';
import { byId } from './dom.js';
import { drawLineage } from './lineage.js';
import { onAnswer } from './network.js';
import { showNetwork, showNow } from './now.js';
import { showAnswer, showHeld, showHistory } from './panels.js';
import * as server from './server.js';
import { Session } from './session.js';
import { on, tabName } from './tabs.js';
import { why } from './why.js';

const CHOICE = 'token-guard-demo.client';
const THEFT = 'token-guard-demo.theft';
const LOOK_EVERY = 5000;
const STORAGE = { script: 'in the page', key: 'with a key', cookie: 'in a cookie' };

const config = await server.config();
const session = new Session(config.authority, chosen(), { explain, changed, loggedOut: leave, network: showNetwork });
const dashboard = new Dashboard({ session, config, say, ended, look });

onAnswer(async (answer) => {
  showAnswer(answer);
  if (answer.sent.get('grant_type') === 'refresh_token') {
    if (session.usesCookie) {
      await session.watch();
      history.addAnswerWithCookie(answer, session.position.generation);
    } else {
      history.addAnswer(answer);
    }
  }
});
history.onChange(drawAll);
on('started', () => location.reload());
new ResizeObserver(drawAll).observe(byId('main'));
byId('login-form').addEventListener('submit', logIn);
showActions(byId('actions'), dashboard);
setInterval(() => showNow(session), 200);
setInterval(() => document.hidden || look(), LOOK_EVERY);
await open();

async function open() {
  if (new URLSearchParams(location.search).has('state')) {
    await finishLogin();
  } else if (!await session.open()) {
    leave(await lastNotice());
  }
}

async function finishLogin() {
  const isLogin = new URLSearchParams(location.search).has('code');
  let notice = await lastNotice();
  try {
    if (isLogin) {
      history.add('login');
      await session.finishLogin();
    }
  } catch (failure) {
    notice = `The login failed: ${failure.message}.`;
  }
  // Otherwise a reload would send the code again.
  window.history.replaceState(null, '', '/');
  if (!session.user && !await session.open()) {
    leave(notice);
  }
}

async function lastNotice() {
  return (await session.lastLogout())?.message ?? '';
}

// This tab has other tokens.
function changed() {
  localStorage.removeItem(THEFT);
  byId('who').textContent = `${session.user.profile.preferred_username} · ${tabName}`;
  byId('policy').textContent = session.client.mode;
  byId('storage').textContent = STORAGE[session.client.storage];
  show('dashboard');
  showNow(session);
  drawAll();
  look();
}

// Keycloak refused the refresh token of the session.
async function explain() {
  const state = await session.watch();
  if (state?.incident) {
    localStorage.setItem(THEFT, 'yes');
  }
  const message = why(state);
  history.add('ended', { why: message, reuse: state?.incident && { used: state.incident.generation, at: state.incident.time } });
  return { message };
}

async function ended(sentence) {
  history.add('ended', { why: sentence });
  await session.remove(sentence);
}

function leave(sentence) {
  show('login');
  byId('who').hidden = true;
  byId('notice').textContent = sentence;
  byId('notice').hidden = !sentence;
  const last = history.events().at(-1);
  byId('notice').classList.toggle('bad', Boolean(last?.reuse));
  byId('last').hidden = last?.kind !== 'ended';
  drawAll();
}

async function look() {
  if (!session.user) {
    return;
  }
  const state = await session.watch();
  if (state && session.user) {
    showHeld(state);
    if (state.family && state.family.state !== 'active') {
      await session.refresh();
    }
  }
}

function drawAll() {
  const events = history.events();
  if (!byId('dashboard').hidden) {
    drawLineage(byId('lineage'), events);
    showHistory(events);
  } else if (!byId('last').hidden) {
    drawLineage(byId('last-lineage'), events);
  }
}

function logIn(event) {
  event.preventDefault();
  const form = new FormData(byId('login-form'));
  const isQuick = form.get('pace') === 'quick';
  const client = config.clients.find(({ mode, storage, seconds }) => (
    mode === form.get('mode') && storage === form.get('storage') && (seconds < 10) === isQuick));
  localStorage.setItem(CHOICE, client.id);
  // After a theft, Keycloak asks for the password even if its own session is still active.
  const prompt = localStorage.getItem(THEFT) ? { prompt: 'login' } : {};
  new Session(config.authority, client).logIn(prompt);
}

function chosen() {
  return config.clients.find(({ id }) => id === localStorage.getItem(CHOICE)) ?? config.clients[0];
}

function show(part) {
  byId('loading').hidden = true;
  byId('login').hidden = part !== 'login';
  byId('dashboard').hidden = part !== 'dashboard';
  byId('who').hidden = part !== 'dashboard';
  if (part === 'dashboard') {
    byId('notice').hidden = true;
    byId('last').hidden = true;
  }
}

function say(sentence, kind = '') {
  byId('outcome').textContent = sentence;
  byId('outcome').className = `outcome ${kind}`;
}
