import {LitElement, html, css, nothing} from 'lit';
import {base, stateStyles} from '../styles.js';
import {texts} from '../texts.js';
import {age, count, duration, exact, metric as metricText, plain, stamp} from '../format.js';
import {BROKEN_LOOK, trialLook, TRIAL_STATES} from '../states.js';

const words = texts.table;
const SPARE_ROWS = 8;
const SVG = 'http://www.w3.org/2000/svg';

/** Orders numbers, with those that are missing last whichever way. */
function byNumber(keys, sign) {
  return (a, b) => {
    const x = keys[a];
    const y = keys[b];
    if (Number.isNaN(x)) return Number.isNaN(y) ? a - b : 1;
    if (Number.isNaN(y)) return -1;
    return sign * (x - y) || a - b;
  };
}

/** All trials as a grid that holds elements only for the rows in sight, written without templates. */
class TrialTable extends LitElement {
  static properties = {
    store: {}, revision: {}, objectives: {}, constraints: {}, filter: {}, selected: {}, stars: {}, sort: {}, now: {}, spec: {}, loading: {}, order: {state: true},
  };

  static styles = [base, stateStyles, css`
    .card { overflow: hidden; }
    .scroller {
      overflow: auto; position: relative; max-height: max(320px, min(640px, 70vh)); margin-top: 8px; border-top: 1px solid var(--line);
      overscroll-behavior-x: contain;
    }
    .scroller:focus-visible { outline-offset: -2px; }
    .inner { position: relative; min-width: 100%; }
    .head { position: sticky; top: 0; z-index: 3; display: flex; background: var(--surface); border-bottom: 1px solid var(--line); }
    .head .cell { padding: 0; }
    .head button {
      font-size: 12px; font-weight: 400; color: var(--ink-2); border: 0; border-radius: 0; background: transparent; width: 100%; height: 32px; min-height: 32px;
      padding: 0 12px; justify-content: inherit; gap: 4px; overflow: hidden;
    }
    .head button span { overflow: hidden; text-overflow: ellipsis; }
    .head button:hover { background: var(--hover); color: var(--ink); }
    .head button:focus-visible { outline-offset: -2px; }
    .head [aria-sort='ascending'] button, .head [aria-sort='descending'] button { color: var(--ink); font-weight: 600; }
    .body { position: relative; contain: strict; }
    .row { position: absolute; left: 0; top: 0; display: flex; height: var(--row); cursor: pointer; font-size: 12px; background: var(--surface); border-bottom: 1px solid transparent; }
    .cell { flex: none; padding: 0 12px; line-height: var(--row); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; display: block; }
    .head .cell { display: flex; line-height: 1.3; }
    .cell.end { text-align: right; justify-content: flex-end; font-variant-numeric: tabular-nums; }
    .cell.first { position: sticky; left: 0; z-index: 1; background: var(--surface); display: flex; align-items: center; gap: 8px; font-variant-numeric: tabular-nums; border-right: 1px solid var(--line); }
    .head .cell.first { z-index: 4; }
    .row:hover, .row:hover .first { background: linear-gradient(var(--hover), var(--hover)), var(--surface); }
    .row.selected, .row.selected .first { background: linear-gradient(var(--accent-soft), var(--accent-soft)), var(--surface); }
    .row.selected .first { box-shadow: inset 3px 0 var(--accent); }
    .scroller:focus-visible .row.active { box-shadow: inset 0 0 0 2px var(--accent); z-index: 2; }
    .row.best .goal { font-weight: 600; }
    .value { position: relative; }
    .value i { position: absolute; left: 12px; bottom: 5px; top: 5px; width: 40px; display: block; }
    .value i b { display: block; height: 100%; background: var(--ink); opacity: 0.16; border-radius: 2px; }
    .cell.broken { color: var(--danger); }
    .star { fill: var(--ink); flex: none; }
    .skeletons { padding: 12px 16px; display: grid; gap: 14px; }
    .skeletons .skeleton { height: 14px; }
    .empty { padding: 32px; text-align: center; color: var(--ink-2); }
  `];

  constructor() {
    super();
    this.objectives = [];
    this.constraints = [];
    this.stars = new Set();
    this.sort = {key: 'number', down: false};
    this.order = new Uint32Array(0);
    this.pool = [];
    this.active = 0;
    this.rowHeight = matchMedia('(pointer: coarse)').matches ? 36 : 28;
  }

  #columns() {
    const {store} = this;
    const [first, ...others] = this.objectives;
    const limits = new Map();
    for (const {metric, text} of this.constraints) limits.set(metric, [...(limits.get(metric) || []), text]);
    const columns = [
      {key: 'number', name: words.number, width: 92, kind: 'first', numeric: (row) => store.number[row]},
      {key: 'value', name: this.objectives[0]?.metric || words.objective, width: 132, end: true, kind: 'value', numeric: (row) => store.value[row], hint: words.objective, goal: this.objectives[0]?.goal ?? 'maximize'},
      {key: 'step', name: words.step, width: 72, end: true, numeric: (row) => store.step[row], text: (row) => count(store.step[row])},
      {key: 'took', name: words.duration, width: 88, end: true, numeric: (row) => store.tookMs(row, this.now), text: (row) => duration(store.tookMs(row, this.now))},
      {key: 'started', name: words.started, width: 104, end: true, numeric: (row) => store.startedAt[row], text: (row) => age(store.startedAt[row], this.now), title: (row) => stamp(store.startedAt[row])},
    ];
    const width = (name, least) => Math.max(least, Math.min(190, Math.ceil(7.6 * name.length) + 40));
    const measured = (name, more) => {
      const broken = limits.has(name) ? (row) => store.breaks[row].filter((text) => limits.get(name).includes(text)) : null;
      const hint = limits.has(name) ? words.constraint(limits.get(name).join(', ')) : words.metric;
      return {
        key: `m:${name}`, name, width: width(name, 92), end: true, hint, broken, numeric: (row) => store.valueOf(row, name),
        text: (row) => `${broken?.(row).length ? '✕ ' : ''}${metricText(store.valueOf(row, name))}`,
        title: (row) => [Number.isNaN(store.valueOf(row, name)) ? '' : exact(store.valueOf(row, name)), broken?.(row).length ? texts.trial.breaks(broken(row)) : ''].filter(Boolean).join(', '),
        ...more,
      };
    };
    // What is sought and what it must keep to stand together, before how the trial went.
    const goals = others.map(({metric, goal}) => measured(metric, {goal, hint: words.objective}));
    const shown = new Set([first?.metric, ...others.map(({metric}) => metric)]);
    for (const name of limits.keys()) {
      if (!shown.has(name)) goals.push(measured(name));
      shown.add(name);
    }
    columns.splice(2, 0, ...goals);
    const named = (column) => ({...column, text: column.text || ((row) => plain(column.cell(row))), title: (row) => exact(column.cell(row))});
    const rank = (name) => Object.keys(this.spec?.parameters || {}).indexOf(name);
    const constant = (name) => {
      const declared = this.spec?.parameters?.[name];
      return declared !== undefined && (declared.value !== undefined || declared.values?.length === 1);
    };
    const params = [...store.params.keys()].filter((name) => !constant(name)).sort((a, b) => rank(a) - rank(b));
    for (const name of params) {
      const cells = store.params.get(name);
      const numeric = !store.textual.has(name);
      columns.push(named({
        key: `p:${name}`, name, width: width(name, 92), end: numeric, hint: words.param, cell: (row) => cells[row],
        ...(numeric ? {numeric: (row) => (cells[row] === null ? NaN : cells[row])} : {textual: (row) => cells[row]}),
      }));
    }
    for (const name of store.metrics.keys()) {
      if (!shown.has(name)) columns.push(measured(name));
    }
    return columns;
  }

  willUpdate(changed) {
    if (!this.store) return;
    if (['store', 'revision', 'objectives', 'constraints', 'filter', 'sort', 'spec'].some((key) => changed.has(key))) {
      const columns = this.#columns();
      const shape = columns.map((column) => column.key + column.end).join('\n');
      if (shape !== this.shape) {
        this.shape = shape;
        this.pool = [];
        this.fresh = true;
      }
      this.columns = columns;
      this.#arrange();
    }
  }

  /** Filters and sorts the rows. */
  #arrange() {
    const {store, filter} = this;
    const kept = [];
    let low = Infinity;
    let high = -Infinity;
    for (let row = 0; row < store.size; row++) {
      const value = store.value[row];
      if (Number.isFinite(value)) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (!filter.size || filter.has(store.state[row])) kept.push(row);
    }
    this.low = low;
    this.high = high;
    const order = Uint32Array.from(kept);
    const {key, down} = this.sort;
    const sign = down ? -1 : 1;
    const column = this.columns.find((candidate) => candidate.key === key);
    if (key === 'state') {
      const ranks = Float64Array.from(store.state, (state) => TRIAL_STATES.indexOf(state));
      order.sort(byNumber(ranks, sign));
    } else if (column?.numeric) {
      const keys = new Float64Array(store.size);
      for (let row = 0; row < store.size; row++) keys[row] = column.numeric(row);
      const along = byNumber(keys, sign);
      // By an objective, what breaks a constraint comes after what keeps to all of them, whichever way.
      order.sort(column.goal ? (a, b) => (store.breaks[a].length > 0) - (store.breaks[b].length > 0) || along(a, b) : along);
    } else if (column?.textual) {
      order.sort((a, b) => {
        const x = column.textual(a);
        const y = column.textual(b);
        if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
        return sign * String(x).localeCompare(String(y)) || a - b;
      });
    }
    this.order = order;
    if (this.active >= order.length) this.active = Math.max(0, order.length - 1);
  }

  firstUpdated() {
    this.resizes = new ResizeObserver(() => this.#paint());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizes?.disconnect();
  }

  updated() {
    const scroller = this.renderRoot.querySelector('.scroller');
    if (scroller && scroller !== this.scroller) {
      this.scroller = scroller;
      this.resizes?.disconnect();
      this.resizes?.observe(scroller);
      this.fresh = true;
    }
    this.#paint();
  }

  #make(at) {
    const row = document.createElement('div');
    row.className = 'row';
    row.setAttribute('role', 'row');
    row.id = `row-${at}`;
    const cells = this.columns.map((column) => {
      const cell = document.createElement('div');
      cell.className = `cell${column.end ? ' end' : ''}${column.kind ? ` ${column.kind}` : ''}${column.goal ? ' goal' : ''}`;
      cell.setAttribute('role', 'gridcell');
      cell.style.width = `${column.width}px`;
      if (column.kind === 'first') {
        const shape = document.createElementNS(SVG, 'svg');
        shape.setAttribute('viewBox', '0 0 16 16');
        shape.setAttribute('width', '14');
        shape.setAttribute('height', '14');
        shape.append(document.createElementNS(SVG, 'path'));
        cell.append(shape);
      }
      if (column.kind === 'value') {
        const track = document.createElement('i');
        track.append(document.createElement('b'));
        cell.append(track);
      }
      const text = document.createTextNode('');
      cell.append(text);
      row.append(cell);
      return {cell, text};
    });
    return {row, cells, at: -1};
  }

  /** Writes the rows in sight. */
  #paint() {
    const {scroller, store} = this;
    if (!scroller || !store) return;
    const body = this.renderRoot.querySelector('.body');
    const height = this.rowHeight;
    const width = this.columns.reduce((sum, column) => sum + column.width, 0);
    body.style.height = `${this.order.length * height}px`;
    body.style.width = `${Math.max(width, scroller.clientWidth)}px`;
    this.renderRoot.querySelector('.inner').style.width = body.style.width;
    if (this.fresh) {
      body.replaceChildren();
      this.pool = [];
      this.fresh = false;
    }
    const shown = Math.ceil(scroller.clientHeight / height) + SPARE_ROWS;
    const from = Math.max(0, Math.min(this.order.length - shown, Math.floor(scroller.scrollTop / height) - SPARE_ROWS / 2));
    while (this.pool.length < Math.min(shown, this.order.length)) {
      const made = this.#make(this.pool.length);
      this.pool.push(made);
      body.append(made.row);
    }
    for (let at = 0; at < this.pool.length; at++) {
      const line = from + ((at - (from % this.pool.length) + this.pool.length) % this.pool.length);
      const made = this.pool[at];
      made.row.hidden = line >= this.order.length;
      made.line = line;
      if (line < this.order.length) this.#write(made, line, body.style.width);
    }
    const current = this.pool.find((made) => made.line === this.active && !made.row.hidden);
    if (current) scroller.setAttribute('aria-activedescendant', current.row.id);
    else scroller.removeAttribute('aria-activedescendant');
  }

  #write(made, line, width) {
    const {store} = this;
    const row = this.order[line];
    const state = store.state[row];
    const best = this.stars.has(store.number[row]);
    const broken = store.breaks[row];
    made.row.style.transform = `translateY(${line * this.rowHeight}px)`;
    made.row.style.width = width;
    made.row.setAttribute('aria-rowindex', line + 2);
    made.row.className = `row${store.number[row] === this.selected ? ' selected' : ''}${line === this.active ? ' active' : ''}${best ? ' best' : ''}`;
    made.row.setAttribute('aria-selected', store.number[row] === this.selected);
    this.columns.forEach((column, index) => {
      const {cell, text} = made.cells[index];
      if (column.kind === 'first') {
        const look = broken.length ? BROKEN_LOOK : trialLook(state);
        const shape = cell.firstChild;
        shape.setAttribute('class', `shape tone-${look.tone.slice(6)}`);
        shape.firstChild.setAttribute('d', look.path);
        const name = `${store.number[row]}${best ? ' ★' : ''}${store.importedFrom[row] ? ' ↪' : ''}`;
        if (text.data !== name) text.data = name;
        const spoken = `${texts.trialStates[state] || state}${best ? `, ${this.objectives.length > 1 ? texts.trial.onFront : texts.trial.isBest}` : ''}${store.importedFrom[row] ? `, ${texts.trial.importedFrom(store.importedFrom[row])}` : ''}${broken.length ? `, ${texts.trial.breaks(broken)}` : ''}${store.reason[row] ? `: ${store.reason[row]}` : ''}`;
        if (cell.title !== spoken) {
          cell.title = spoken;
          cell.setAttribute('aria-label', `${store.number[row]}, ${spoken}`);
        }
        return;
      }
      if (column.kind === 'value') {
        const value = store.value[row];
        const words = metricText(value);
        if (text.data !== words) text.data = words;
        cell.title = Number.isNaN(value) ? '' : exact(value);
        const range = this.high - this.low;
        const share = Number.isFinite(value) && range > 0 ? (value - this.low) / range : 0;
        cell.firstChild.firstChild.style.width = `${(100 * (Number.isFinite(value) && range > 0 ? Math.max(0.04, share) : 0)).toFixed(0)}%`;
        return;
      }
      const content = column.text(row);
      if (text.data !== content) {
        text.data = content;
        cell.title = column.title ? column.title(row) : '';
      }
      if (column.broken) cell.classList.toggle('broken', column.broken(row).length > 0);
    });
  }

  #sortBy(key) {
    const same = this.sort.key === key;
    // The first click on the objective brings the best to the top.
    const goal = this.columns.find((column) => column.key === key)?.goal;
    const down = same ? !this.sort.down : goal ? goal !== 'minimize' : key.startsWith('m:');
    this.dispatchEvent(new CustomEvent('choose-sort', {detail: {key, down}}));
  }

  #open(line) {
    if (line < 0 || line >= this.order.length) return;
    this.active = line;
    this.dispatchEvent(new CustomEvent('open-trial', {detail: {number: this.store.number[this.order[line]]}, bubbles: true, composed: true}));
  }

  /** The trial before or after one in the table's order, or null. */
  neighbour(number, step) {
    const at = this.order.findIndex((row) => this.store.number[row] === number);
    const next = at + step;
    return at < 0 || next < 0 || next >= this.order.length ? null : this.store.number[this.order[next]];
  }

  focusGrid() {
    this.scroller?.focus({preventScroll: true});
  }

  /** Moves the marked row and keeps it in sight below the header. */
  move(to) {
    this.active = Math.max(0, Math.min(this.order.length - 1, to));
    const top = this.active * this.rowHeight;
    const room = this.scroller.clientHeight - 33;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top + this.rowHeight > this.scroller.scrollTop + room) this.scroller.scrollTop = top + this.rowHeight - room;
    this.#paint();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('button')) return;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.rowHeight) - 2);
    const moves = {
      ArrowDown: this.active + 1, j: this.active + 1, ArrowUp: this.active - 1, k: this.active - 1, PageDown: this.active + page,
      PageUp: this.active - page, Home: 0, End: this.order.length - 1,
    };
    if (event.key in moves) this.move(moves[event.key]);
    else if (event.key === 'Enter') this.#open(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #heading(column, index) {
    const sorted = this.sort.key === column.key;
    const direction = sorted ? (this.sort.down ? 'descending' : 'ascending') : nothing;
    return html`<div class="cell ${column.end ? 'end' : ''} ${column.kind === 'first' ? 'first' : ''}" role="columnheader" aria-colindex=${index + 1}
      aria-sort=${direction} .style=${`width:${column.width}px`}>
      <button title=${column.hint ? `${column.name} (${column.hint})` : column.name} aria-label=${words.sortBy(column.name)} @click=${() => this.#sortBy(column.key)}>
        <span>${column.name}</span>${sorted ? (this.sort.down ? '↓' : '↑') : nothing}</button>
    </div>`;
  }

  render() {
    if (!this.store) return nothing;
    const all = this.store.size;
    return html`<section class="card" .style=${`--row:${this.rowHeight}px`}>
      <header><h2>${words.title}</h2><span class="quiet small tabular">${this.loading && all === 0 ? nothing : words.count(this.order.length, all)}</span><span class="spring"></span><slot name="tools"></slot></header>
      ${all === 0 && this.loading ? html`<div class="skeletons" aria-busy="true" aria-label=${texts.common.loading}>${[1, 2, 3, 4, 5, 6].map(() => html`<div class="skeleton"></div>`)}</div>` : all === 0 ? html`<div class="empty"><strong>${words.empty}</strong><div>${words.emptyHelp}</div></div>` : html`
        <div class="scroller" role="grid" tabindex="0" aria-label=${words.label} aria-rowcount=${this.order.length + 1} aria-colcount=${this.columns.length}
          @scroll=${() => this.#paint()} @keydown=${(event) => this.#key(event)}
          @click=${(event) => {
            const row = event.target.closest('.row');
            const made = row && this.pool.find((candidate) => candidate.row === row);
            if (made) this.#open(made.line);
          }}>
          <div class="inner">
            <div class="head" role="row" aria-rowindex="1">${this.columns.map((column, index) => this.#heading(column, index))}</div>
            <div class="body" role="rowgroup"></div>
          </div>
        </div>
        ${this.order.length ? nothing : html`<div class="empty">${words.noMatch}</div>`}`}
    </section>`;
  }
}
customElements.define('trial-table', TrialTable);
