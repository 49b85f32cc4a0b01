// Messages between the tabs of this browser.

const channel = new BroadcastChannel('token-guard-demo');
const COUNTER = 'token-guard-demo.tabs';
const NAME = 'token-guard-demo.tab';

export const tabName = name();

export function broadcast(kind, content = {}) {
  channel.postMessage({ kind, ...content });
}

export function on(kind, listener) {
  channel.addEventListener('message', ({ data }) => {
    if (data.kind === kind) {
      listener(data);
    }
  });
}

function name() {
  if (!sessionStorage.getItem(NAME)) {
    const number = Number(localStorage.getItem(COUNTER) ?? 0) + 1;
    localStorage.setItem(COUNTER, number);
    sessionStorage.setItem(NAME, `tab ${number}`);
  }
  return sessionStorage.getItem(NAME);
}
