// Wraps the global fetch, which the OIDC library calls: reports the responses of the token endpoint, and
// discards responses on request.

const BAD = 'token-guard-demo.bad-network';
const CHANCE = 0.3;
const real = globalThis.fetch.bind(globalThis);
const listeners = [];
let toLose = 0;

export class AnswerLost extends Error {}

export function onAnswer(listener) {
  listeners.push(listener);
}

export function loseTheNextAnswer() {
  toLose += 1;
}

export const badNetwork = {
  get isOn() { return localStorage.getItem(BAD) === 'on'; },
  set isOn(on) { localStorage.setItem(BAD, on ? 'on' : 'off'); },
};

globalThis.fetch = (input, init) => (
  String(input).endsWith('/protocol/openid-connect/token') ? watched(input, init) : real(input, init));

async function watched(input, init) {
  const sent = new URLSearchParams(init.body);
  const response = await real(input, init);
  const body = await response.clone().json().catch(() => ({}));
  const isLost = sent.get('grant_type') === 'refresh_token' && shouldBeLost();
  listeners.forEach((listener) => listener({ sent, status: response.status, body, isLost }));
  if (isLost) {
    throw new AnswerLost('Keycloak responded; the response was lost.');
  }
  return response;
}

function shouldBeLost() {
  if (toLose > 0) {
    toLose -= 1;
    return true;
  }
  return badNetwork.isOn && Math.random() < CHANCE;
}
