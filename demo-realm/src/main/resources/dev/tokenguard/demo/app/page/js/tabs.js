// The tabs of this browser that show the page: what one does, the others hear.

const channel = new BroadcastChannel('token-guard-demo');
const COUNTER = 'token-guard-demo.tabs';
const NAME = 'token-guard-demo.tab';

export const tabName = name();

export function tell(kind, content = {}) {
  channel.postMessage({ kind, ...content });
}

export function hear(kind, listener) {
  channel.addEventListener('message', ({ data }) => {
    if (data.kind === kind) {
      listener(data);
    }
  });
}

// One at a time among all tabs (Web Locks).
export function alone(work) {
  return navigator.locks.request('token-guard-demo.refresh', work);
}

function name() {
  if (!sessionStorage.getItem(NAME)) {
    const number = Number(localStorage.getItem(COUNTER) ?? 0) + 1;
    localStorage.setItem(COUNTER, number);
    sessionStorage.setItem(NAME, `tab ${number}`);
  }
  return sessionStorage.getItem(NAME);
}
