/** Shows a short message at the foot of the page; `bad` ones stay until dismissed. */
export function notify(message, {bad = false} = {}) {
  dispatchEvent(new CustomEvent('sluice-notify', {detail: {message, bad}}));
}
