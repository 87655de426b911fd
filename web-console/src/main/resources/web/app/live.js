/* Live changes of one sweep over SSE. A hidden page lets go of the stream and asks what it missed when it is seen again. */
import {api} from './api.js';

const FIRST_PAUSE_MILLIS = 1000;
const LONGEST_PAUSE_MILLIS = 15000;
/** A stream that held so long was sound: the next break waits no longer than the first did. */
const SOUND_MILLIS = 10000;

export class LiveFeed {
  /**
   * @param {string} sweep id
   * @param {{revision: () => number, delta: (change: object) => void, reset: () => void, status: (status: string) => void}} listener
   *   `revision`: the newest the page holds; `delta`: a change; `reset`: refetch what is newer than the page holds;
   *   `status`: 'live', 'connecting' or 'lost'
   */
  constructor(sweep, listener) {
    this.sweep = sweep;
    this.listener = listener;
    this.pause = FIRST_PAUSE_MILLIS;
    this.closed = false;
    this.openedAt = Infinity;
    this.onVisibility = () => {
      if (document.hidden) {
        this.#drop();
      } else if (!this.source) {
        this.listener.reset();
        this.#open();
      }
    };
    document.addEventListener('visibilitychange', this.onVisibility);
    this.listener.status('connecting');
    if (!document.hidden) this.#open();
  }

  close() {
    this.closed = true;
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.#drop();
  }

  #drop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  #open() {
    this.#drop();
    if (this.closed) return;
    const source = new EventSource(api.events(this.sweep, this.listener.revision()));
    this.source = source;
    source.onopen = () => {
      this.openedAt = Date.now();
      this.listener.status('live');
    };
    source.addEventListener('delta', (event) => this.listener.delta(JSON.parse(event.data)));
    source.addEventListener('reset', () => this.listener.reset());
    source.onerror = () => {
      // Also when the browser would try again by itself: opening afresh takes the page's own revision along.
      this.#drop();
      if (this.closed || document.hidden) return;
      if (Date.now() - this.openedAt > SOUND_MILLIS) this.pause = FIRST_PAUSE_MILLIS;
      this.openedAt = Infinity;
      this.listener.status('lost');
      this.timer = setTimeout(() => this.#open(), this.pause);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MILLIS);
    };
  }
}
