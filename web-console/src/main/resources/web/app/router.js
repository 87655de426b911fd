/* Hash routes: #/sweeps, #/sweeps/ID?trial=7&state=PRUNED, #/new?from=ID. The hash is the only truth; filters live in it too. */

/** @returns {{path: string[], query: URLSearchParams}} where we are */
export function route() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return {path: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query)};
}

/** The address of a page; query entries that are null, undefined or '' are left out. */
export function link(path, query = {}) {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(key, value);
  }
  const text = search.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

export function go(path, query) {
  location.hash = link(path, query);
}

/** Changes entries of the query in place, without a new step in the browser's history unless asked for. */
export function amend(changes, {push = false} = {}) {
  const {path, query} = route();
  const address = link(path, {...Object.fromEntries(query), ...changes});
  if (push) {
    location.hash = address;
  } else {
    history.replaceState(null, '', address);
    dispatchEvent(new Event('sluice-route'));
  }
}

/** Calls back at every change of route; returns how to stop. */
export function onRoute(listener) {
  addEventListener('hashchange', listener);
  addEventListener('sluice-route', listener);
  return () => {
    removeEventListener('hashchange', listener);
    removeEventListener('sluice-route', listener);
  };
}
