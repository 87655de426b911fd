import {LitElement, html, css, nothing} from 'lit';
import {base, stateStyles} from '../styles.js';
import {api} from '../api.js';
import {texts} from '../texts.js';
import {notify} from '../notify.js';
import {age, asNumber, bytes, duration, exact, metric as metricText, millis, plain, stamp} from '../format.js';
import {attemptState, brokenIcon, trialState} from '../states.js';
import {byGoals, constraintsOf, objectivesOf} from '../goals.js';
import {MLFLOW_PAGES} from './promote-dialog.js';
import './problem-box.js';

const words = texts.trial;
const REFRESH_MILLIS = 1500;
const LOG_MILLIS = 2500;
const LOG_LINES = 500;
const REPORT_ROWS = 12;

/** One trial beside the page it was opened from. */
class TrialPanel extends LitElement {
  static properties = {
    sweep: {}, trialId: {}, number: {}, stamp: {}, best: {}, stars: {}, bestParams: {}, now: {}, trial: {state: true}, problem: {state: true}, log: {state: true},
    logProblem: {state: true}, checkpoints: {state: true}, allReports: {state: true}, busy: {state: true},
  };

  static styles = [base, stateStyles, css`
    aside {
      position: fixed; z-index: 15; top: 48px; right: 0; bottom: 0; width: min(440px, 100vw); background: var(--surface); border-left: 1px solid var(--line-strong);
      overflow: auto; overscroll-behavior: contain; outline: none;
    }
    .top { position: sticky; top: 0; z-index: 2; background: var(--surface); border-bottom: 1px solid var(--line); padding: 12px 16px; display: grid; gap: 8px; }
    .line { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
    .line .spring { flex: 1; }
    section { padding: 12px 16px; border-bottom: 1px solid var(--line); }
    section > h3 { margin-bottom: 6px; display: flex; align-items: center; gap: 8px; min-height: 28px; }
    section > h3 .spring { flex: 1; }
    section > h3 .quiet { font-weight: 400; }
    table { width: 100%; border-collapse: collapse; font-size: 12px; }
    th { text-align: left; font-weight: 400; color: var(--ink-2); padding: 3px 8px 3px 0; vertical-align: top; }
    td { padding: 3px 0 3px 8px; overflow-wrap: anywhere; }
    thead th { border-bottom: 1px solid var(--line); }
    th.num, td.num { text-align: right; padding: 3px 0 3px 8px; }
    td.first { padding-left: 0; }
    td.broken { color: var(--danger); }
    td.same { color: var(--ink-2); }
    .scroll { overflow-x: auto; }
    .reason { overflow-wrap: anywhere; }
    .big { font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
    pre.log {
      font-size: 11px; line-height: 1.5; background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 8px; max-height: 320px; overflow: auto;
      white-space: pre-wrap; overflow-wrap: anywhere;
    }
    ol.attempts { list-style: none; display: grid; gap: 8px; }
    .note { padding: 12px 16px; }
    @media (max-width: 640px) { aside { top: 0; z-index: 25; border-left: 0; } }
  `];

  constructor() {
    super();
    this.stars = new Set();
    this.trial = null;
    this.log = null;
    this.checkpoints = [];
    this.allReports = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.abort = new AbortController();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.abort.abort();
    clearTimeout(this.timer);
    clearTimeout(this.logTimer);
  }

  willUpdate(changed) {
    if (changed.has('trialId') && this.trialId) {
      this.abort?.abort();
      this.abort = new AbortController();
      clearTimeout(this.logTimer);
      clearTimeout(this.timer);
      this.timer = null;
      this.problem = null;
      this.log = null;
      this.logProblem = null;
      this.checkpoints = [];
      this.allReports = false;
      if (this.trial?.id !== this.trialId) this.trial = null;
      this.#load();
      this.#loadLog();
    } else if (changed.has('stamp') && this.trialId && !this.timer) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.#load();
      }, REFRESH_MILLIS);
    }
  }

  /** Moves the keyboard's focus here. */
  async takeFocus() {
    await this.updateComplete;
    this.renderRoot.querySelector('aside')?.focus({preventScroll: true});
  }

  async #load() {
    const {signal} = this.abort;
    try {
      const trial = await api.trial(this.trialId, signal);
      if (signal.aborted) return;
      this.trial = trial;
      this.problem = null;
      const {items} = await api.checkpoints(this.trialId, signal).catch(() => ({items: []}));
      if (!signal.aborted) this.checkpoints = items;
    } catch (failure) {
      if (failure.name !== 'AbortError' && !signal.aborted) this.problem = failure;
    }
  }

  async #loadLog() {
    const {signal} = this.abort;
    try {
      const text = await api.logs(this.trialId, LOG_LINES, signal);
      if (signal.aborted) return;
      const box = this.renderRoot?.querySelector('pre.log');
      const follows = !box || box.scrollTop + box.clientHeight >= box.scrollHeight - 24;
      if (text !== this.log) {
        this.log = text;
        await this.updateComplete;
        const after = this.renderRoot.querySelector('pre.log');
        if (follows && after) after.scrollTop = after.scrollHeight;
      }
      this.logProblem = null;
    } catch (failure) {
      if (failure.name === 'AbortError' || signal.aborted) return;
      this.logProblem = failure.status === 404 ? null : failure;
      if (failure.status === 404) this.log = '';
    }
    if (!signal.aborted && this.isConnected && (!this.trial || this.trial.state === 'RUNNING' || this.trial.state === 'QUEUED')) {
      this.logTimer = setTimeout(() => this.#loadLog(), LOG_MILLIS);
    }
  }

  async #act(action) {
    this.busy = true;
    try {
      await api.actOnTrial(this.trialId, action);
      notify(words.did[action]);
      await this.#load();
      this.#loadLog();
    } catch (failure) {
      notify(`${texts.errors.action(words[action].toLowerCase())}: ${failure.message}`, {bad: true});
    }
    this.busy = false;
  }

  #close() {
    this.dispatchEvent(new CustomEvent('close-trial', {bubbles: true, composed: true}));
  }

  #step(step) {
    this.dispatchEvent(new CustomEvent('step-trial', {detail: step, bubbles: true, composed: true}));
  }

  #params(trial) {
    const entries = Object.entries(trial.params || {});
    const declared = Object.keys(this.sweep?.spec?.parameters || {});
    const rank = (name) => (declared.indexOf(name) + 1 || declared.length + 1);
    entries.sort((a, b) => rank(a[0]) - rank(b[0]));
    const compare = this.best !== null && this.best !== this.number && this.bestParams;
    const inactive = declared.filter((name) => !(name in (trial.params || {})));
    return html`<section><h3>${words.parameters}</h3><table>
      ${compare ? html`<thead><tr><th scope="col"><span class="visually-hidden">${words.parameter}</span></th><th scope="col" class="num">${words.value}</th><th scope="col" class="num">${words.bestColumn(this.best)}</th></tr></thead>` : nothing}
      <tbody>${entries.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="num" title=${exact(value)}>${plain(value)}</td>
        ${compare ? html`<td class="num ${this.bestParams[name] === value ? 'same' : ''}" title=${exact(this.bestParams[name])}>${this.bestParams[name] === value ? '=' : plain(this.bestParams[name])}</td>` : nothing}</tr>`)}
      ${inactive.map((name) => html`<tr><th scope="row">${name}</th><td class="num quiet">${words.inactive}</td>${compare ? html`<td class="num same">${plain(this.bestParams[name])}</td>` : nothing}</tr>`)}
      </tbody></table></section>`;
  }

  #reports(trial) {
    const reports = trial.reports || [];
    const names = byGoals(this.sweep, new Set(reports.flatMap((report) => Object.keys(report.values || {}))));
    const newest = [...reports].reverse();
    const shown = this.allReports ? newest : newest.slice(0, REPORT_ROWS);
    return html`<section><h3>${words.reports}${reports.length > REPORT_ROWS ? html`<span class="quiet small">${words.newest(shown.length, reports.length)}</span><span class="spring"></span>
        ${this.allReports ? nothing : html`<button class="ghost small" @click=${() => { this.allReports = true; }}>${words.allLines}</button>`}` : nothing}</h3>
      ${reports.length ? html`<div class="scroll" tabindex="0" role="region" aria-label=${words.reportsLabel}><table><thead><tr><th scope="col" class="num">${words.step}</th>${names.map((name) => html`<th scope="col" class="num">${name}</th>`)}</tr></thead>
        <tbody>${shown.map((report) => html`<tr><td class="num">${report.step}</td>${names.map((name) => html`<td class="num" title=${exact(report.values?.[name])}>${metricText(asNumber(report.values?.[name]))}</td>`)}</tr>`)}</tbody></table></div>`
        : html`<p class="quiet">${words.noReports}</p>`}</section>`;
  }

  #attempts(trial) {
    const attempts = trial.attempts || [];
    return html`<section><h3>${words.attempts}</h3>${attempts.length ? html`<ol class="attempts">${attempts.map((attempt, at) => {
      const started = millis(attempt.startedAt);
      const ended = millis(attempt.endedAt);
      const state = attempt.state || 'RUNNING';
      return html`<li><div class="line"><span class="quiet">${words.attempt} ${attempt.number ?? at + 1}</span>${attemptState(state)}<span class="spring"></span>
        <span class="quiet tabular" title=${stamp(started)}>${Number.isNaN(started) ? nothing : age(started, this.now)} · ${duration((Number.isNaN(ended) ? this.now : ended) - started)}</span></div>
        ${attempt.worker || attempt.resumeFrom ? html`<div class="quiet small">${[attempt.worker ? words.worker(attempt.worker) : '', attempt.resumeFrom ? words.resumed(attempt.resumeFrom.split('/').pop()) : ''].filter(Boolean).join(', ')}</div>` : nothing}
        ${attempt.reason ? html`<div class="reason small">${attempt.reason}</div>` : nothing}</li>`;
    })}</ol>` : html`<p class="quiet">${words.noAttempts}</p>`}</section>`;
  }

  #checkpoints() {
    if (!this.checkpoints?.length) return nothing;
    return html`<section><h3>${words.checkpoints}</h3><table><thead><tr><th scope="col">${words.checkpoint}</th><th scope="col" class="num">${words.size}</th><th scope="col" class="num">${words.saved}</th></tr></thead>
      <tbody>${this.checkpoints.map((checkpoint) => html`<tr><td class="first">${checkpoint.name}</td><td class="num">${bytes(checkpoint.sizeBytes)}</td>
        <td class="num" title=${stamp(millis(checkpoint.savedAt))}>${age(millis(checkpoint.savedAt), this.now)}</td></tr>`)}</tbody></table></section>`;
  }

  #log(trial) {
    return html`<section><h3>${words.logs}<span class="spring"></span><span class="quiet small">${words.lastLines(LOG_LINES)}</span></h3>
      ${this.logProblem ? html`<p class="quiet">${this.logProblem.message}</p>`
        : this.log ? html`<pre class="log" tabindex="0" role="region" aria-label=${words.logLabel}>${this.log}</pre>`
        : html`<p class="quiet">${this.log === null ? nothing : trial.state === 'QUEUED' ? words.noLogYet : words.noLog}</p>`}</section>`;
  }

  #runLink(trial) {
    const {mlflow} = this.sweep || {};
    if (!trial.mlflowRunId || !mlflow?.url || !mlflow.experimentId) return nothing;
    const root = mlflow.url.split('/#/')[0].replace(/\/$/, '');
    return html`<a class="button" target="_blank" rel="noopener" href=${`${root}/#/experiments/${mlflow.experimentId}/runs/${trial.mlflowRunId}?${MLFLOW_PAGES}`}>${words.mlflow} ↗</a>`;
  }

  #content() {
    const {trial} = this;
    if (!trial) return this.problem ? nothing : html`<div class="note"><div class="skeleton" .style=${'height:120px'}></div></div>`;
    const values = byGoals(this.sweep, Object.keys(trial.values || {})).map((name) => [name, trial.values[name]]);
    const breaks = trial.breaks || [];
    const broken = new Map(constraintsOf(this.sweep).filter(({text}) => breaks.includes(text)).map(({metric, text}) => [metric, text]));
    const reason = trial.reason;
    const suggested = trial.importedFrom ? '' : trial.suggestedBy;
    return html`
      ${trial.importedFrom ? html`<section><p>${words.importedFrom(trial.importedFrom)}. <span class="quiet">${words.importedNote}</span></p></section>` : nothing}
      ${breaks.length ? html`<section><p class="state">${brokenIcon()}<span>${words.breaksNote(breaks)}</span></p></section>` : nothing}
      ${reason || suggested ? html`<section>${reason ? html`<p class="reason">${reason}</p>` : nothing}${suggested ? html`<p class="reason quiet small">${words.suggestedBy}: ${suggested}</p>` : nothing}</section>` : nothing}
      ${values.length ? html`<section><h3>${words.values}</h3><table><tbody>${values.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="num ${broken.has(name) ? 'broken' : ''}" title=${exact(value)}>${broken.has(name) ? '✕ ' : ''}${metricText(asNumber(value))}</td></tr>`)}</tbody></table></section>` : nothing}
      ${this.#params(trial)}${trial.importedFrom ? nothing : html`${this.#reports(trial)}${this.#attempts(trial)}${this.#checkpoints()}${this.#log(trial)}`}`;
  }

  render() {
    const {trial} = this;
    const state = trial?.state;
    const started = millis(trial?.startedAt);
    const ended = millis(trial?.endedAt);
    const standing = objectivesOf(this.sweep).length > 1 ? words.onFront : words.isBest;
    const promotable = (state === 'COMPLETE' || state === 'PRUNED') && !trial.importedFrom;
    return html`<aside tabindex="-1" aria-label=${words.title(this.number)} @keydown=${(event) => {
        if (event.key === 'Escape') { event.stopPropagation(); this.#close(); }
        if (event.target === event.currentTarget && (event.key === 'j' || event.key === 'k')) this.#step(event.key === 'j' ? 1 : -1);
      }}>
      <div class="top">
        <div class="line"><h2>${words.title(this.number)}</h2>${state ? trialState(state) : nothing}${this.stars.has(this.number) ? html`<span title=${standing} role="img" aria-label=${standing}>★</span>` : nothing}
          <span class="spring"></span>
          <button class="ghost icon" aria-label=${words.previous} title=${words.previous} @click=${() => this.#step(-1)}>↑</button>
          <button class="ghost icon" aria-label=${words.next} title=${words.next} @click=${() => this.#step(1)}>↓</button>
          <button class="ghost icon" aria-label=${texts.common.close} title=${texts.common.close} @click=${() => this.#close()}>✕</button></div>
        ${trial ? html`<div class="line"><span class="quiet small tabular" title=${stamp(started)}>${Number.isNaN(started) ? nothing : html`${words.started} ${age(started, this.now)} · ${duration((Number.isNaN(ended) ? this.now : ended) - started)}`}</span><span class="spring"></span>
          ${this.#runLink(trial)}
          ${state === 'RUNNING' ? html`<button ?disabled=${this.busy} @click=${() => this.#act('stop')}>${words.stop}</button>` : nothing}
          ${state === 'FAILED' || state === 'CANCELLED' ? html`<button ?disabled=${this.busy} @click=${() => this.#act('rerun')}>${words.rerun}</button>` : nothing}
          ${promotable ? html`<button @click=${() => this.dispatchEvent(new CustomEvent('promote-trial', {detail: {id: trial.id, number: trial.number}, bubbles: true, composed: true}))}>${words.promote}</button>` : nothing}
        </div>` : nothing}
      </div>
      ${this.problem ? html`<div class="note"><problem-box .problem=${this.problem} .what=${texts.errors.load(words.what)} .retry=${() => this.#load()}></problem-box></div>` : nothing}
      ${this.#content()}
    </aside>`;
  }
}
customElements.define('trial-panel', TrialPanel);
