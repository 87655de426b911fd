import {LitElement, html, css, nothing} from 'lit';
import {base, stateStyles} from '../styles.js';
import {api} from '../api.js';
import {amend, go, link} from '../router.js';
import {texts} from '../texts.js';
import {notify} from '../notify.js';
import {age, count, duration, exact, metric as metricText, millis, stamp} from '../format.js';
import {isOver, SWEEP_ACTIONS, sweepState, TRIAL_STATES, trialIcon} from '../states.js';
import {LiveFeed} from '../live.js';
import {CurveSet, SweepStore} from '../sweep-store.js';
import {budgetOf, finished} from '../parts/progress-bar.js';
import {bestOf, constraintsOf, objectivesOf} from '../goals.js';
import '../parts/progress-bar.js';
import '../parts/problem-box.js';
import '../parts/history-chart.js';
import '../parts/curves-chart.js';
import '../parts/trial-table.js';
import '../parts/trial-panel.js';
import '../parts/promote-dialog.js';
import '../parts/promotion-list.js';
import '../parts/ask.js';

const words = texts.sweep;
const REFRESH_MILLIS = 5000;
const TICK_MILLIS = 1000;
const PULSE_MILLIS = 900;
const LONG = 2000;
const LONG_GAP_MILLIS = 900;
const FRONT_GAP_MILLIS = 1000;
const LONG_FRONT_GAP_MILLIS = 10000;
const FRONT_NAMED = 8;

/** Milliseconds in a duration of the sweep file: "30m", "1h30m", "PT30M", or seconds as a number; NaN when it is none. */
export function spanMillis(text) {
  if (typeof text === 'number') return text * 1000;
  if (typeof text !== 'string') return NaN;
  const parts = [...text.toLowerCase().replace(/^p?t?/, '').matchAll(/([\d.]+)\s*(ms|d|h|m|s)/g)];
  if (!parts.length) return NaN;
  const unit = {ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000};
  return parts.reduce((sum, [, amount, name]) => sum + Number(amount) * unit[name], 0);
}

/** One sweep, live: what it has found, how it goes on, and all its trials. */
class SweepPage extends LitElement {
  static properties = {
    sweepId: {}, query: {}, sweep: {state: true}, problem: {state: true}, tableProblem: {state: true}, tableLoading: {state: true}, curves: {state: true}, curvesProblem: {state: true}, curvesLoading: {state: true},
    front: {state: true}, metric: {state: true}, revision: {state: true}, status: {state: true}, now: {state: true}, busy: {state: true}, pulse: {state: true}, promotions: {state: true},
  };

  static styles = [base, stateStyles, css`
    :host { max-width: 1920px; margin: 0 auto; }
    .crumb { margin-bottom: 4px; font-size: 12px; }
    .title { display: flex; align-items: center; gap: 8px 12px; flex-wrap: wrap; margin-bottom: 12px; }
    .title h1 { overflow-wrap: anywhere; }
    .about { margin: -6px 0 12px; overflow-wrap: anywhere; }
    .chip { border: 1px solid var(--line-strong); border-radius: 14px; padding: 2px 10px; background: var(--surface); }
    .title .spring { flex: 1; }
    .title .actions { display: flex; gap: 8px; flex-wrap: wrap; }
    .facts { display: grid; grid-template-columns: minmax(160px, 1.1fr) minmax(200px, 2fr) repeat(3, minmax(110px, 1fr)); margin-bottom: 12px; }
    .facts > div { padding: 12px 16px; min-width: 0; border-left: 1px solid var(--line); }
    .facts > div:first-child { border-left: 0; }
    .facts dt { color: var(--ink-2); font-size: 12px; }
    .facts dd:not(.note) { font-size: 15px; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 28px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .facts dd.figure:not(.note) { font-size: 28px; line-height: 32px; }
    .facts .note { color: var(--ink-2); font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .facts progress-bar { margin: 11px 0; }
    .facts dd.with-bar { display: grid; grid-template-columns: auto 1fr; gap: 12px; align-items: center; }
    .pulse { animation: pulse 900ms ease-out 1; }
    @keyframes pulse { 0% { color: var(--accent); } 100% { color: var(--ink); } }
    .filters { display: flex; gap: 6px; flex-wrap: wrap; align-items: center; margin: 0 0 12px; }
    .filters button { min-height: 28px; padding: 0 10px; border-radius: 14px; font-size: 12px; }
    .filters button[aria-pressed='true'] { border-color: var(--ink); box-shadow: inset 0 0 0 1px var(--ink); }
    .filters .spring { flex: 1; }
    .charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; margin-bottom: 12px; }
    .notice, promotion-list { margin-bottom: 12px; }
    .dot { width: 8px; height: 8px; border-radius: 50%; background: var(--state-complete); display: inline-block; margin-right: 6px; }
    .dot.lost { background: var(--state-failed); }
    .dot.connecting { background: var(--state-queued); }
    .live { font-size: 12px; color: var(--ink-2); }
    @media (min-width: 1180px) { :host([docked]) { padding-right: calc(440px - var(--gutter) + 12px); } }
    @media (max-width: 1100px) {
      .facts { grid-template-columns: repeat(6, minmax(0, 1fr)); }
      .facts > div { grid-column: span 2; }
      .facts > div:nth-child(2) { grid-column: span 4; }
      .facts > div:nth-child(n+3) { border-top: 1px solid var(--line); }
      .facts > div:nth-child(3) { border-left: 0; }
    }
    @media (max-width: 900px) { .charts { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 480px) {
      .facts > div { padding: 8px 12px; grid-column: span 3; }
      .facts > div:nth-child(2) { grid-column: span 3; }
      .facts > div:last-child { grid-column: 1 / -1; border-left: 0; }
      .title .actions { width: 100%; }
    }
    .loading .skeleton { height: 72px; margin-bottom: 12px; }
    .loading .skeleton.tall { height: 300px; }
  `];

  constructor() {
    super();
    this.query = new URLSearchParams();
    this.filter = new Set();
    this.now = Date.now();
    this.status = 'connecting';
    this.#forget();
  }

  #forget() {
    this.store = new SweepStore();
    this.sweep = null;
    this.problem = null;
    this.tableProblem = null;
    this.tableLoading = true;
    this.curves = null;
    this.curvesProblem = null;
    /** with several objectives: the numbers of the trials that no other one beats; null until the service has said it */
    this.front = null;
    this.promotions = [];
    this.metric = null;
    this.revision = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.onOpen = (event) => this.#open(event.detail.number);
    this.onKey = (event) => this.#key(event);
    this.addEventListener('open-trial', this.onOpen);
    addEventListener('keydown', this.onKey);
    this.ticker = setInterval(() => { if (!document.hidden) this.now = Date.now(); }, TICK_MILLIS);
    if (this.sweepId) this.#begin();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('open-trial', this.onOpen);
    removeEventListener('keydown', this.onKey);
    clearInterval(this.ticker);
    this.#end();
  }

  willUpdate(changed) {
    if (changed.has('sweepId') && this.sweepId && this.begun !== this.sweepId) this.#begin();
    if (changed.has('query')) {
      const states = (this.query.get('state') || '').split(',').filter((state) => TRIAL_STATES.includes(state));
      if (states.join() !== [...this.filter].join()) this.filter = new Set(states);
      const sort = this.query.get('sort') || 'number';
      const down = sort.startsWith('-');
      const key = down ? sort.slice(1) : sort;
      if (this.sort?.key !== key || this.sort.down !== down) this.sort = {key, down};
      const metric = this.query.get('metric');
      if (metric && metric !== this.metric && this.sweep) this.#loadCurves(metric);
    }
    const trial = this.query.get('trial');
    this.selected = trial !== null && /^\d+$/.test(trial) ? Number(trial) : null;
    this.toggleAttribute('docked', this.selected !== null);
  }

  #begin() {
    this.#end();
    this.#forget();
    this.begun = this.sweepId;
    this.abort = new AbortController();
    this.#load();
  }

  #end() {
    this.begun = null;
    this.abort?.abort();
    this.feed?.close();
    this.feed = null;
    clearTimeout(this.refresher);
    clearTimeout(this.changing);
    this.changing = null;
    clearTimeout(this.fronting);
    this.fronting = null;
  }

  async #load() {
    const {signal} = this.abort;
    this.problem = null;
    this.tableProblem = null;
    const table = api.table(this.sweepId, null, signal);
    table.catch(() => {}); // met below
    try {
      const sweep = await api.sweep(this.sweepId, signal);
      if (signal.aborted) return;
      this.#take(sweep);
      document.title = `${sweep.name} · ${texts.product}`;
      if (!this.curves) this.#loadCurves(this.query.get('metric') || bestOf(sweep).metric);
    } catch (failure) {
      if (failure.name !== 'AbortError') this.problem = failure;
      return;
    }
    try {
      const answer = await table;
      if (signal.aborted) return;
      this.store.clear();
      this.store.merge(answer);
      this.#changed();
    } catch (failure) {
      if (failure.name === 'AbortError') return;
      this.tableProblem = failure;
    }
    this.tableLoading = false;
    this.#loadFront();
    this.#loadPromotions();
    this.#listen();
    this.#refreshLater();
  }

  #take(sweep) {
    this.#notePulse(sweep.best);
    this.sweep = sweep;
    this.store.objective = bestOf(sweep).metric ?? null;
    this.loadedAt = Date.now();
  }

  #notePulse(best) {
    const before = this.sweep?.best?.number;
    if (before === undefined || !best || best.number === before) return;
    this.pulse = true;
    setTimeout(() => { this.pulse = false; }, PULSE_MILLIS);
  }

  #changed() {
    this.revision++;
    this.now = Date.now();
  }

  async #loadCurves(metric) {
    if (!metric) return;
    const {signal} = this.abort;
    this.metric = metric;
    this.curvesProblem = null;
    this.curvesLoading = true;
    this.pendingReports = [];
    try {
      const answer = await api.curves(this.sweepId, metric, signal);
      if (signal.aborted || this.metric !== metric) return;
      const curves = CurveSet.of({...answer, metric});
      // What came over the stream while the answer was on its way, and is newer than it.
      for (const {revision, reports} of this.pendingReports) if (!(revision <= answer.revision)) curves.extend(reports);
      this.curves = curves;
      this.#changed();
    } catch (failure) {
      if (failure.name === 'AbortError') return;
      this.curves = null;
      this.curvesProblem = failure;
    } finally {
      if (this.metric === metric) {
        this.curvesLoading = false;
        this.pendingReports = null;
      }
    }
  }

  async #loadFront() {
    if (objectivesOf(this.sweep).length < 2) return;
    const {signal} = this.abort;
    try {
      const {trials} = await api.pareto(this.sweepId, signal);
      if (!signal.aborted) this.front = trials.map(({number}) => number);
    } catch (failure) {
      // An older front is better than none; it is asked for again when a trial completes.
      if (failure.name !== 'AbortError') this.#loadFrontLater();
    }
  }

  async #loadPromotions() {
    const {signal} = this.abort;
    try {
      const {items} = await api.promotions(this.sweepId, signal);
      if (!signal.aborted) this.promotions = items;
    } catch {
      // What was known stays; the next refresh asks again.
    }
  }

  #loadFrontLater() {
    if (this.abort.signal.aborted) return;
    this.fronting ??= setTimeout(() => {
      this.fronting = null;
      this.#loadFront();
    }, this.store.size > LONG ? LONG_FRONT_GAP_MILLIS : FRONT_GAP_MILLIS);
  }

  #listen() {
    this.feed?.close();
    this.feed = new LiveFeed(this.sweepId, {
      revision: () => this.store.revision,
      status: (status) => { this.status = status; },
      delta: (change) => this.#delta(change),
      reset: () => this.#catchUp(),
    });
  }

  #delta(change) {
    this.store.patch(change);
    if (change.reports?.length) {
      this.pendingReports?.push({revision: change.revision, reports: change.reports});
      this.curves?.extend(change.reports);
    }
    if (change.trials?.some(({state}) => state === 'COMPLETE')) this.#loadFrontLater();
    if (change.sweep && this.sweep) {
      this.#notePulse(change.sweep.best);
      const ended = !isOver(this.sweep.state) && isOver(change.sweep.state);
      this.sweep = {...this.sweep, ...change.sweep};
      if (ended) this.#refresh();
    }
    // A long table is arranged and drawn anew once a second at most, a short one with every change.
    this.changing ??= setTimeout(() => {
      this.changing = null;
      this.#changed();
    }, this.store.size > LONG ? LONG_GAP_MILLIS : 0);
  }

  /** After a gap that the stream cannot fill. */
  async #catchUp() {
    const {signal} = this.abort;
    try {
      this.store.merge(await api.table(this.sweepId, this.store.revision, signal));
      this.#changed();
      this.tableProblem = null;
      this.#loadCurves(this.metric);
      this.#loadFront();
      this.#refresh();
    } catch (failure) {
      if (failure.name === 'AbortError') return;
      if (failure.status === 404) this.problem = failure; // deleted meanwhile
      else this.status = 'lost';
    }
  }

  async #refresh() {
    clearTimeout(this.refresher);
    const {signal} = this.abort;
    try {
      const sweep = await api.sweep(this.sweepId, signal);
      if (signal.aborted) return;
      this.#take(sweep);
      this.problem = null;
      await this.#loadPromotions();
    } catch (failure) {
      if (failure.name === 'AbortError') return;
      this.problem = failure;
    }
    this.#refreshLater();
  }

  /** What the stream does not tell: how MLflow is. A sweep that is over and delivered stays as it is. */
  #refreshLater() {
    clearTimeout(this.refresher);
    if (this.abort.signal.aborted) return;
    const settled = this.sweep && isOver(this.sweep.state) && (this.sweep.mlflow?.delivered ?? !this.sweep.mlflow?.pointsWaiting) && !this.problem
      && !this.promotions.some(({state}) => state === 'RUNNING' || state === 'ROLLING_BACK');
    this.refresher = setTimeout(() => (document.hidden ? this.#refreshLater() : this.#refresh()), settled ? REFRESH_MILLIS * 6 : REFRESH_MILLIS);
  }

  async #act(action) {
    const {counts = {}} = this.sweep;
    if (action === 'cancel' || action === 'remove') {
      const ask = this.renderRoot.querySelector('ask-dialog');
      const sure = await ask.ask(action === 'cancel'
        ? {title: words.cancelTitle, body: words.cancelBody(counts.running || 0, counts.queued || 0), confirm: words.cancelConfirm, keep: words.cancelKeep}
        : {title: words.removeTitle, body: words.removeBody(this.store.size), confirm: words.removeConfirm, keep: texts.common.cancel});
      if (!sure) return;
    }
    this.busy = true;
    try {
      if (action === 'remove') {
        await api.remove(this.sweepId);
        notify(words.did.remove);
        go(['sweeps']);
        return;
      }
      const answer = await api.act(this.sweepId, action);
      if (answer?.state) this.sweep = {...this.sweep, state: answer.state};
      notify(words.did[action]);
      this.#refresh();
    } catch (failure) {
      notify(`${texts.errors.action(words[action].toLowerCase())}: ${failure.message}`, {bad: true});
      this.#refresh();
    } finally {
      this.busy = false;
    }
  }

  async #csv() {
    try {
      const text = await api.csv(this.sweepId);
      const address = URL.createObjectURL(new Blob([text], {type: 'text/csv'}));
      const anchor = document.createElement('a');
      anchor.href = address;
      anchor.download = `${this.sweep.name}-${this.sweepId.slice(0, 8)}.csv`;
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } catch (failure) {
      notify(`${texts.errors.load(words.csv)}: ${failure.message}`, {bad: true});
    }
  }

  #open(number) {
    this.focusPanel = true;
    amend({trial: number});
  }

  updated() {
    if (!this.focusPanel) return;
    const panel = this.renderRoot.querySelector('trial-panel');
    if (!panel) return;
    this.focusPanel = false;
    panel.takeFocus();
  }

  #close() {
    amend({trial: null});
    this.renderRoot.querySelector('trial-table')?.focusGrid();
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (/^(INPUT|TEXTAREA|SELECT|DIALOG)$/.test(target?.tagName || '')) return;
    if (event.key === 'Escape' && this.selected !== null) this.#close();
    else if (event.key === 'Escape' && this.filter.size) amend({state: null});
    else if ((event.key === 'j' || event.key === 'k') && this.selected === null) {
      const table = this.renderRoot.querySelector('trial-table');
      table?.focusGrid();
      table?.scrollIntoView({block: 'nearest'});
    }
  }

  #toggle(state) {
    const states = new Set(this.filter);
    if (!states.delete(state)) states.add(state);
    amend({state: TRIAL_STATES.filter((one) => states.has(one)).join(',')});
  }

  /** The time that is left in milliseconds, from the pace so far; NaN when nothing can be said yet. */
  #timeLeft() {
    const {sweep} = this;
    const total = budgetOf(sweep);
    const done = finished(sweep.counts);
    const since = millis(sweep.createdAt);
    const elapsed = this.now - since;
    const byWall = spanMillis(sweep.spec?.budget?.wallTime) - elapsed;
    const toDo = sweep.state === 'STOPPING' ? sweep.counts?.running || 0 : total === null ? NaN : Math.max(0, total - done);
    const byPace = done >= 2 && sweep.state !== 'PAUSED' ? (elapsed / done) * toDo : NaN;
    if (Number.isFinite(byWall) && Number.isFinite(byPace)) return Math.max(0, Math.min(byWall, byPace));
    return byPace;
  }

  #facts() {
    const {sweep} = this;
    const best = bestOf(sweep);
    const total = budgetOf(sweep);
    const over = isOver(sweep.state);
    const since = millis(sweep.createdAt);
    const left = over ? NaN : this.#timeLeft();
    const {mlflow} = sweep;
    const counts = sweep.counts || {};
    return html`<dl class="card facts">
      ${objectivesOf(sweep).length > 1 ? this.#frontFact() : html`<div><dt>${words.best}${best.metric ? ` ${best.metric}` : ''}</dt>
        <dd class="figure ${this.pulse ? 'pulse' : ''}" title=${exact(sweep.best ? best.value : null)}>${metricText(best.value)}</dd>
        <dd class="note">${sweep.best ? this.#trialLink(sweep.best.number, words.inTrial(sweep.best.number)) : this.#noBest()}</dd></div>`}
      <div><dt>${words.progress}</dt>
        <dd>${texts.sweeps.of(finished(counts), total)}</dd>
        <dd class="note"><progress-bar .counts=${counts} .total=${total}></progress-bar></dd></div>
      <div><dt>${over ? words.took : words.elapsed}</dt>
        <dd>${duration((over ? millis(sweep.endedAt) : this.now) - since)}</dd>
        <dd class="note" title=${stamp(since)}>${words.startedAgo(age(since, this.now))}</dd></div>
      <div><dt>${over ? words.ended : words.eta}</dt>
        <dd title=${over ? stamp(millis(sweep.endedAt)) : words.etaHint}>${over ? age(millis(sweep.endedAt), this.now) : sweep.state === 'PAUSED' ? texts.sweepStates.PAUSED : Number.isFinite(left) ? words.about(duration(left < 60000 ? Math.ceil(left / 1000) * 1000 : left)) : '–'}</dd>
        <dd class="note">${over ? nothing : sweep.state === 'STOPPING' ? words.finishing : words.running(counts.running || 0)}</dd></div>
      <div><dt>${texts.mlflow.label}</dt>
        <dd>${mlflow ? (mlflow.state === 'UP' && mlflow.pointsWaiting ? texts.mlflow.waiting(mlflow.pointsWaiting) : texts.mlflow[mlflow.state] || mlflow.state) : '–'}</dd>
        <dd class="note">${mlflow?.url ? html`<a href=${mlflow.url} target="_blank" rel="noopener">${texts.mlflow.open} ↗</a>` : nothing}</dd></div>
    </dl>`;
  }

  #trialLink(number, text) {
    return html`<a href=${link(['sweeps', this.sweepId], {...Object.fromEntries(this.query), trial: number})}>${text}</a>`;
  }

  #noBest() {
    return this.sweep.counts?.complete && constraintsOf(this.sweep).length ? words.noneKeeps : words.noBest;
  }

  #frontFact() {
    const front = this.front ?? [];
    return html`<div><dt title=${words.frontHint}>${words.front}</dt>
      <dd class="figure">${this.front ? texts.table.count(front.length, front.length) : '–'}</dd>
      <dd class="note">${front.length ? html`${front.slice(0, FRONT_NAMED).map((number) => html`${this.#trialLink(number, `#${number}`)} `)}${front.length > FRONT_NAMED ? '…' : nothing}` : this.#noBest()}</dd></div>`;
  }

  /** The numbers of the trials that stand out: the best one, or with several objectives the front. */
  #stars() {
    if (objectivesOf(this.sweep).length > 1) return new Set(this.front ?? []);
    return new Set(this.sweep.best ? [this.sweep.best.number] : []);
  }

  #actions() {
    const {sweep} = this;
    const allowed = SWEEP_ACTIONS[sweep.state] || [];
    const hints = {pause: words.pauseHint, stop: words.stopHint, cancel: words.cancelHint};
    const over = isOver(sweep.state);
    return html`<div class="actions">
      ${allowed.map((action) => html`<button class=${action === 'cancel' ? 'danger' : ''} title=${hints[action] || ''} ?disabled=${this.busy} @click=${() => this.#act(action)}>${words[action]}</button>`)}
      <a class="button" href=${link(['new'], {from: this.sweepId})}>${words.clone}</a>
      ${over ? html`<button class="danger" ?disabled=${this.busy} @click=${() => this.#act('remove')}>${words.remove}</button>` : nothing}
      <button class=${over ? 'primary' : ''} ?disabled=${!sweep.best || Boolean(sweep.best.importedFrom)} title=${objectivesOf(sweep).length > 1 ? words.promoteFront : ''} @click=${() => this.#promote({id: sweep.best.trialId, number: sweep.best.number})}>${words.promote}</button>
    </div>`;
  }

  #numberOf(trial) {
    const row = this.store.id.indexOf(trial);
    return row < 0 ? null : this.store.number[row];
  }

  #promote(trial) {
    this.renderRoot.querySelector('promote-dialog').open(trial);
  }

  #mlflowNotice() {
    const {mlflow} = this.sweep;
    if (mlflow?.state === 'AWAY') return html`<div class="notice warn" role="status">${texts.mlflow.away(mlflow.pointsWaiting || 0)}${mlflow.detail ? html` <span class="quiet">${mlflow.detail}</span>` : nothing}</div>`;
    if (mlflow?.state === 'STARTING' && (mlflow.pointsWaiting || 0) > 0) return html`<div class="notice info" role="status">${texts.mlflow.starting}${mlflow.detail ? html` <span class="quiet">${mlflow.detail}</span>` : nothing}</div>`;
    return nothing;
  }

  #filters() {
    const tally = new Map();
    for (const state of this.store.state) tally.set(state, (tally.get(state) || 0) + 1);
    const present = TRIAL_STATES.filter((state) => tally.has(state) || this.filter.has(state));
    const over = isOver(this.sweep.state);
    return html`<div class="filters" role="group" aria-label=${texts.table.filter}>
      ${present.map((state) => html`<button aria-pressed=${this.filter.has(state)} @click=${() => this.#toggle(state)}>${trialIcon(state)}${texts.trialStates[state]} <span class="quiet tabular">${count(tally.get(state) || 0)}</span></button>`)}
      ${this.filter.size ? html`<button class="ghost" @click=${() => amend({state: null})}>${texts.common.clear}</button>` : nothing}
      <span class="spring"></span>
      <span class="live" role="status">${over && this.status === 'live' ? nothing : html`<span class="dot ${this.status}"></span>${this.status === 'live' ? words.live : this.status === 'lost' ? words.lost : words.connecting}`}</span>
    </div>`;
  }

  #panel() {
    if (this.selected === null) return nothing;
    const row = this.store.row(this.selected);
    const id = row === undefined ? null : this.store.id[row];
    if (!id) return nothing;
    return html`<trial-panel .sweep=${this.sweep} .trialId=${id} .number=${this.selected} .best=${this.sweep.best?.number ?? null} .stars=${this.#stars()} .bestParams=${this.sweep.best?.params}
      .stamp=${`${this.store.state[row]} ${this.store.step[row]} ${this.store.value[row]}`} .now=${this.now}
      @close-trial=${() => this.#close()} @promote-trial=${(event) => this.#promote(event.detail)}
      @step-trial=${(event) => {
        const next = this.renderRoot.querySelector('trial-table').neighbour(this.selected, event.detail);
        if (next !== null) amend({trial: next});
      }}></trial-panel>`;
  }

  render() {
    const crumb = html`<div class="crumb"><a href=${link(['sweeps'])}>${texts.sweeps.title}</a></div>`;
    if (!this.sweep) {
      if (this.problem) {
        return html`${crumb}<problem-box .problem=${this.problem} .what=${texts.errors.load(words.what)} .retry=${() => this.#load()}></problem-box>`;
      }
      return html`${crumb}<div class="loading" aria-busy="true" aria-label=${texts.common.loading}><div class="skeleton"></div><div class="skeleton tall"></div></div>`;
    }
    const {sweep, store} = this;
    const objectives = objectivesOf(sweep);
    const constraints = constraintsOf(sweep);
    const stars = this.#stars();
    const metrics = [...new Set([...objectives, ...constraints].map(({metric}) => metric).concat([...store.metrics.keys()]))];
    const bestNumber = sweep.best?.number ?? null;
    return html`
      ${crumb}
      <div class="title"><h1>${sweep.name}</h1><span class="chip">${sweepState(sweep.state)}</span><span class="spring"></span>${this.#actions()}</div>
      ${sweep.spec?.description ? html`<p class="about quiet">${sweep.spec.description}</p>` : nothing}
      ${(sweep.warmStart || []).map((earlier) => html`<p class="about quiet">${words.warmStart} <a href=${link(['sweeps', earlier.sweep])}>${earlier.name}</a>: ${words.warmStartGave(earlier.trials, earlier.points)}${earlier.leftOut.length ? ` ${words.warmStartLeftOut(earlier.leftOut.join('; '))}` : ''}</p>`)}
      <problem-box .problem=${this.problem} .what=${texts.errors.refresh(words.what)} .retry=${() => this.#refresh()} .stale=${this.problem ? age(this.loadedAt, this.now) : null}></problem-box>
      ${sweep.reason && sweep.state === 'FAILED' ? html`<div class="notice bad" role="alert">${words.failedNote} ${sweep.reason}</div>` : nothing}
      ${this.#mlflowNotice()}
      ${this.#facts()}
      <promotion-list ?hidden=${!this.promotions.length} .sweep=${sweep} .promotions=${this.promotions} .numberOf=${(trial) => this.#numberOf(trial)} .now=${this.now}></promotion-list>
      ${this.#filters()}
      <problem-box .problem=${this.tableProblem} .what=${texts.errors.load(texts.table.what)} .retry=${() => this.#load()}></problem-box>
      <div class="charts">
        <history-chart .store=${store} .revision=${this.revision} .objectives=${objectives} .stars=${stars} .filter=${this.filter} .selected=${this.selected} .loading=${this.tableLoading}></history-chart>
        <curves-chart .store=${store} .revision=${this.revision} .curves=${this.curves} .metric=${this.metric} .metrics=${metrics} .best=${bestNumber} .filter=${this.filter} .selected=${this.selected}
          .problem=${this.curvesProblem} .loading=${this.curvesLoading} @choose-metric=${(event) => amend({metric: event.detail})} @retry=${() => this.#loadCurves(this.metric)}></curves-chart>
      </div>
      <trial-table .store=${store} .revision=${this.revision} .objectives=${objectives} .constraints=${constraints} .stars=${stars} .filter=${this.filter} .selected=${this.selected}
        .sort=${this.sort} .loading=${this.tableLoading} .now=${this.now} .spec=${sweep.spec} @choose-sort=${(event) => amend({sort: `${event.detail.down ? '-' : ''}${event.detail.key}`})}>
        <button slot="tools" class="ghost small" @click=${() => this.#csv()}>${words.csv} ↓</button>
      </trial-table>
      ${this.#panel()}
      <promote-dialog .sweep=${sweep} @promotion-changed=${() => this.#loadPromotions()}></promote-dialog>
      <ask-dialog></ask-dialog>`;
  }
}
customElements.define('sweep-page', SweepPage);
