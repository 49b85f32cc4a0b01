// The actions of the buttons.

import * as history from './history.js';
import * as server from './server.js';
import { loseTheNextAnswer } from './network.js';
import { claims, position } from './tokens.js';
import { RefreshRefused } from '/token-guard/index.js';

export class Dashboard {
  #session;
  #config;
  #say;
  #ended;
  #look;
  #stolenFamily = '';

  forging = { isOn: false };

  constructor({ session, config, say, ended, look }) {
    this.#session = session;
    this.#config = config;
    this.#say = say;
    this.#ended = ended;
    this.#look = look;
  }

  get isStrict() {
    return this.#session.client.mode === 'strict';
  }

  get storage() {
    return this.#session.client.storage;
  }

  get thiefHost() {
    return new URL(this.#config.thief).host;
  }

  refreshNow = async () => {
    if (!await this.#session.refresh()) {
      this.failed();
    } else if (this.#session.user) {
      this.#say(`Refreshed: generation ${this.#session.position.generation}.`, 'good');
    }
  };

  failed = () => this.#say('No response. The page retries; you stay logged in.');

  refreshFive = async () => {
    const before = this.#session.position.generation;
    const results = await this.#session.refreshTimes(5);
    const served = results.filter(({ status }) => status === 'fulfilled').length;
    if (results.some(({ reason }) => reason instanceof RefreshRefused)) {
      this.#say(`${served} of 5 served. The strict policy accepts no second use, not even by the same browser.`, 'bad');
      await this.#session.refresh();
    } else if (this.#session.usesCookie) {
      const { generation } = this.#session.position;
      this.#say(`${served} of 5 served. Rotations: ${generation - before}, so the cookie has generation ${generation}.`, 'good');
    } else {
      this.#say(`${served} of 5 served, all with the same generation ${this.#session.position.generation}: one rotation.`, 'good');
    }
  };

  loseNext = async () => {
    const before = this.#session.position.generation;
    loseTheNextAnswer();
    this.#say('The response was lost. Retrying with the old token…');
    await this.#session.refresh();
    await this.#session.refresh();
    if (this.#session.user && this.#session.position.generation > before) {
      this.#say(`The retry got generation ${this.#session.position.generation}${this.#session.usesCookie
        ? '. The page lost the response, but the browser had stored the cookie.' : ', the very token that was lost.'}`, 'good');
    }
  };

  steal = () => (this.#session.usesCookie
    ? this.#search()
    : this.#theft({ refresh_token: this.#session.user.refresh_token }));

  thiefAgain = () => (this.#stolenFamily
    ? this.#theft({ family: this.#stolenFamily })
    : this.#say('The thief has no token of this login. Steal the token first.'));

  replayOld = async () => {
    if (this.#session.usesCookie) {
      this.#say('This page has never received a refresh token. The browser has the newest one in the cookie, and no older one.');
      return;
    }
    const generation = this.#session.oldestPast;
    if (generation === this.#session.position.generation) {
      this.#say('This tab has received one token only. Refresh first; twice, to leave the grace period.');
      return;
    }
    const answer = await this.#session.present(this.#session.past(generation));
    this.#say(answer.status === 200
      ? `Generation ${generation} is within the grace period: it got the same generation ${position(answer.body.refresh_token).generation}.`
      : `Generation ${generation} was refused: ${answer.body.error}. The family is revoked.`, answer.status === 200 ? 'good' : 'bad');
    await this.#look();
  };

  apiCurrent = () => this.#call();

  apiPrevious = async () => {
    const token = this.#session.previousAccessToken;
    this.#say(...(token ? described(await server.orders(this.#session, token)) : ['This tab has no previous access token. Refresh first.']));
  };

  apiRevoked = async () => {
    await this.#session.revokeAccessToken();
    await this.#call();
  };

  logOut = async () => {
    const idToken = this.#session.user.id_token;
    await this.#ended('You logged out.');
    await this.#session.logOut(idToken);
  };

  logOutEverywhere = () => this.#revokeBy('log-out-everywhere', 'You logged out everywhere.');

  resetPassword = () => this.#revokeBy('reset-password', 'An administrator set a new password (“demo”, as before).');

  changePassword = () => this.#session.logIn({ extraQueryParams: { kc_action: 'UPDATE_PASSWORD' } });

  // What an injected script can read: cookies that are not HttpOnly, and the storage of the page.
  #search() {
    const readable = [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(this.#session.user)];
    const tokens = readable.join().match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? [];
    const refreshTokens = tokens.filter((token) => ['Refresh', 'Offline'].includes(claims(token).typ));
    this.#say(refreshTokens.length === 0
      ? 'The script found no refresh token: the browser keeps it in an HttpOnly cookie, and sends it to Keycloak only. '
        + 'It found your access token, which it can use until it expires.'
      : 'The script found your refresh token.', refreshTokens.length === 0 ? 'good' : 'bad');
  }

  async #theft(fields) {
    const userAgent = this.forging.isOn ? { user_agent: navigator.userAgent } : {};
    const result = await server.thief(this.#config.thief, { client_id: this.#session.client.id, ...fields, ...userAgent });
    if (!result) {
      this.#say('The thief has no token.');
      return;
    }
    const { used, got, error, errorWithoutProof } = result;
    this.#stolenFamily = used.family;
    history.add('stolen', { by: 'thief', used: used.generation, got: got?.generation, jti: got?.jti, error });
    if (got) {
      this.#say(`The thief used generation ${used.generation} and has ${got.generation}. Your next refresh reveals the theft.`, 'bad');
    } else if (errorWithoutProof) {
      this.#say('The thief has your refresh token and cannot use it: Keycloak refused it without a proof of your key '
        + `(${errorWithoutProof}) and with a proof of the thief’s key (${error}). You stay logged in.`, 'good');
    } else {
      this.#say(`The thief was refused (${error}).`, 'bad');
    }
    await this.#look();
  }

  // After a 401: one refresh, one retry.
  async #call() {
    const first = await server.orders(this.#session);
    if (first.status !== 401) {
      this.#say(...described(first));
      return;
    }
    await this.#session.refresh();
    if (this.#session.user) {
      const [sentence, kind] = described(await server.orders(this.#session));
      this.#say(`First ${described(first)[0]} Then, refreshed: ${sentence}`, kind);
    }
  }

  async #revokeBy(what, sentence) {
    const isDone = await server.revokeBy(what, this.#session);
    if (isDone) {
      await this.#ended(sentence);
    } else {
      this.#say('Refused: the access token is no longer valid.', 'bad');
    }
  }
}

function described({ status, challenge, body }) {
  return status === 200
    ? [`200: ${body.of} ordered ${body.orders.join(' and ')}.`, 'good']
    : [`${status} ${body.token}: ${challenge ?? ''}.`, 'bad'];
}
