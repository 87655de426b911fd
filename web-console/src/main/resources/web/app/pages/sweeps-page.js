import {LitElement, html, css, nothing} from 'lit';
import {base, stateStyles} from '../styles.js';
import {api} from '../api.js';
import {link, amend, go} from '../router.js';
import {texts} from '../texts.js';
import {age, duration, metric, millis, stamp, exact} from '../format.js';
import {bestOf} from '../goals.js';
import {sweepState, isOver} from '../states.js';
import {finished, budgetOf} from '../parts/progress-bar.js';
import '../parts/progress-bar.js';
import '../parts/problem-box.js';

/** How often the list is read anew where the event stream says nothing: MLflow and devices change without an event. */
const POLL_MILLIS = 15000;
const SHORTEST_GAP_MILLIS = 1000;
const TICK_MILLIS = 1000;
const PAGE_SIZE = 50;
/** Whether there is likely a keyboard. */
const KEYS = !matchMedia('(pointer: coarse)').matches;
const words = texts.sweeps;

/** All sweeps, newest first, with search and state kept in the address. */
class SweepsPage extends LitElement {
  static properties = {query: {}, items: {state: true}, cursor: {state: true}, problem: {state: true}, now: {state: true}, active: {state: true}};

  static styles = [base, stateStyles, css`
    :host { max-width: 1280px; margin: 0 auto; }
    .top { display: flex; align-items: center; gap: 8px 12px; flex-wrap: wrap; margin-bottom: 16px; }
    .top h1 { margin-right: auto; }
    .top input { width: 220px; }
    .table { overflow: hidden; }
    .head, .row { display: grid; grid-template-columns: 116px minmax(160px, 2fr) minmax(160px, 1.4fr) minmax(110px, 0.8fr) 110px 92px; gap: 16px; align-items: center; padding: 0 16px; }
    .head { min-height: 36px; color: var(--ink-2); font-size: 12px; border-bottom: 1px solid var(--line); }
    .row { min-height: 56px; padding-block: 8px; border-bottom: 1px solid var(--line); color: inherit; position: relative; }
    .row:last-child { border-bottom: 0; }
    .row:hover { background: var(--hover); }
    .row a { color: var(--ink); font-weight: 600; }
    .row a::after { content: ''; position: absolute; inset: 0; }
    .row a:focus-visible { outline: none; }
    .row:has(a:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
    .name { min-width: 0; }
    .name > * { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .progress { display: grid; gap: 4px; min-width: 0; }
    .best { min-width: 0; }
    .best .metric { display: block; overflow: hidden; text-overflow: ellipsis; }
    .stale { opacity: 0.6; }
    .empty { padding: 40px 24px; display: grid; gap: 12px; justify-items: center; text-align: center; }
    .empty p { max-width: 56ch; color: var(--ink-2); }
    .empty pre { border: 1px solid var(--line); border-radius: 6px; padding: 8px 16px; background: var(--page); }
    .more { margin: 12px auto; display: flex; }
    .row .skeleton { height: 12px; }
    @media (max-width: 860px) {
      .head { display: none; }
      .row { grid-template-columns: 1fr auto; gap: 8px 12px; padding-block: 12px; }
      .row > .name { grid-column: 1; grid-row: 1; }
      .row > .state-cell { grid-column: 2; grid-row: 1; justify-self: end; }
      .row > .progress { grid-column: 1 / -1; grid-row: 2; }
      .row > .best { grid-column: 1; grid-row: 3; text-align: left; }
      .best .metric { display: inline; }
      .row > .created { grid-column: 2; grid-row: 3; }
      .row > .took { display: none; }
    }
    @media (max-width: 560px) {
      .top h1 { flex: 1 0 auto; }
      .top input { flex: 1 1 140px; width: auto; min-width: 0; order: 3; }
      .top select { order: 4; }
    }
  `];

  constructor() {
    super();
    this.query = new URLSearchParams();
    this.items = null;
    this.cursor = null;
    this.problem = null;
    this.now = Date.now();
    this.limit = PAGE_SIZE;
  }

  connectedCallback() {
    super.connectedCallback();
    this.onKey = (event) => this.#key(event);
    this.onVisible = () => {
      if (document.hidden) {
        this.#deaf();
      } else {
        this.#load();
        this.#listen();
      }
    };
    this.ticker = setInterval(() => { if (!document.hidden) this.now = Date.now(); }, TICK_MILLIS);
    if (!document.hidden) this.#listen();
    addEventListener('keydown', this.onKey);
    document.addEventListener('visibilitychange', this.onVisible);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    clearInterval(this.ticker);
    this.#deaf();
    this.request?.abort();
    removeEventListener('keydown', this.onKey);
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  willUpdate(changed) {
    if (!changed.has('query')) return;
    const asked = `${this.query.get('q') || ''}\n${this.query.get('state') || ''}`;
    if (asked === this.asked) return;
    this.asked = asked;
    this.limit = PAGE_SIZE;
    this.#load();
  }

  /** One event for any change of any sweep: it only says that the list should be read. */
  #listen() {
    this.#deaf();
    this.source = new EventSource(api.events());
    const soon = () => {
      this.due ??= setTimeout(() => {
        this.due = null;
        this.#load();
      }, Math.max(0, (this.loadedAt || 0) + SHORTEST_GAP_MILLIS - Date.now()));
    };
    this.source.addEventListener('sweeps', soon);
    // A stream that breaks off is most often a service that is gone: the next reading says so.
    this.source.onerror = soon;
  }

  #deaf() {
    clearTimeout(this.due);
    this.due = null;
    this.source?.close();
    this.source = null;
  }

  async #load() {
    clearTimeout(this.timer);
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    try {
      const {items, nextCursor} = await api.sweeps({
        q: this.query.get('q'), state: this.query.get('state'), limit: this.limit,
      }, request.signal);
      this.items = items;
      this.cursor = nextCursor;
      this.problem = null;
      this.loadedAt = Date.now();
      if (this.source?.readyState === EventSource.CLOSED) this.#listen();
    } catch (failure) {
      if (failure.name === 'AbortError') return;
      this.problem = failure;
    }
    this.now = Date.now();
    if (this.isConnected && !document.hidden) this.timer = setTimeout(() => this.#load(), this.problem ? POLL_MILLIS / 5 : POLL_MILLIS);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.composedPath()[0]?.tagName || '');
    if (typing) {
      if (event.key === 'Escape' && event.composedPath()[0].tagName === 'INPUT') amend({q: null});
      return;
    }
    if (event.key === '/') {
      event.preventDefault();
      this.renderRoot.querySelector('input')?.focus();
    } else if (event.key === 'j' || event.key === 'k') {
      const links = [...this.renderRoot.querySelectorAll('.row a')];
      const at = links.indexOf(this.renderRoot.activeElement);
      const next = at < 0 ? 0 : at + (event.key === 'j' ? 1 : -1);
      links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
    }
  }

  #row(sweep) {
    const best = bestOf(sweep);
    const started = millis(sweep.createdAt);
    const ended = millis(sweep.endedAt);
    const labels = Object.entries(sweep.labels || sweep.spec?.labels || {}).map(([key, value]) => `${key}: ${value}`).join(' · ');
    const description = sweep.description || sweep.spec?.description || labels;
    return html`<div class="row" role="row">
      <div class="state-cell" role="cell">${sweepState(sweep.state)}</div>
      <div class="name" role="cell">
        <a href=${link(['sweeps', sweep.id])}>${sweep.name}</a>
        ${description ? html`<span class="quiet small" title=${description}>${description}</span>` : nothing}
      </div>
      <div class="progress" role="cell">
        <progress-bar .counts=${sweep.counts} .total=${budgetOf(sweep)}></progress-bar>
        <span class="quiet small tabular">${words.of(finished(sweep.counts), budgetOf(sweep))}${sweep.counts?.running ? ` · ${texts.sweep.running(sweep.counts.running)}` : ''}</span>
      </div>
      <div class="best num" role="cell" title=${exact(best.value)}>${metric(best.value)} ${Number.isNaN(best.value) ? nothing : html`<span class="metric quiet small">${best.metric}</span>`}</div>
      <div class="created num quiet" role="cell" title=${stamp(started)}>${age(started, this.now)}</div>
      <div class="took num quiet" role="cell">${duration((isOver(sweep.state) ? ended : this.now) - started)}</div>
    </div>`;
  }

  #body() {
    if (!this.items) {
      if (this.problem) return nothing;
      return html`<div class="card table" aria-busy="true" aria-label=${texts.common.loading}>
        ${[1, 2, 3].map(() => html`<div class="row">${[1, 2, 3, 4, 5].map(() => html`<div class="skeleton"></div>`)}</div>`)}</div>`;
    }
    if (!this.items.length) {
      if (this.query.get('q') || this.query.get('state')) {
        return html`<div class="card empty"><h2>${words.noMatch}</h2><p>${words.noMatchHelp}</p>
          <button @click=${() => amend({q: null, state: null})}>${texts.common.clear}</button></div>`;
      }
      return html`<div class="card empty"><h2>${words.none}</h2><p>${words.emptyHelp}</p>
        <pre><code>${words.emptyCommand}</code></pre>
        <a class="button primary" href=${link(['new'])}>${texts.nav.create}</a></div>`;
    }
    return html`<div class="card table ${this.problem ? 'stale' : ''}" role="table" aria-label=${words.title}>
      <div class="head" role="row">
        <span role="columnheader">${words.state}</span><span role="columnheader">${words.name}</span>
        <span role="columnheader">${words.progress}</span><span role="columnheader" class="num">${words.best}</span>
        <span role="columnheader" class="num">${words.created}</span><span role="columnheader" class="num">${words.took}</span>
      </div>
      ${this.items.map((sweep) => this.#row(sweep))}
    </div>
    ${this.cursor && this.limit < 500 ? html`<button class="more" @click=${() => { this.limit = Math.min(500, this.limit * 3); this.#load(); }}>${texts.common.more}</button>` : nothing}`;
  }

  render() {
    const state = this.query.get('state') || '';
    return html`
      <div class="top">
        <h1>${words.title}</h1>
        <input type="search" aria-label=${words.search} placeholder=${KEYS ? `${words.search}  ( / )` : words.search} .value=${this.query.get('q') || ''}
          @input=${(event) => { clearTimeout(this.typing); const q = event.target.value; this.typing = setTimeout(() => amend({q}), 200); }}>
        <select aria-label=${words.state} .value=${state} @change=${(event) => amend({state: event.target.value})}>
          <option value="">${words.anyState}</option>
          ${Object.entries(texts.sweepStates).map(([value, text]) => html`<option value=${value} ?selected=${value === state}>${text}</option>`)}
        </select>
        <button class="primary" @click=${() => go(['new'])}>${texts.nav.create}</button>
      </div>
      <problem-box .problem=${this.problem} .what=${this.items ? texts.errors.refresh(words.what) : texts.errors.load(words.what)} .retry=${() => this.#load()}
        .stale=${this.items && this.problem ? age(this.loadedAt, this.now) : null}></problem-box>
      ${this.#body()}`;
  }
}
customElements.define('sweeps-page', SweepsPage);
