import {LitElement, html, css, nothing} from 'lit';
import {base} from '../styles.js';
import {api} from '../api.js';
import {go} from '../router.js';
import {texts} from '../texts.js';
import {exact, plain} from '../format.js';
import {TEMPLATES} from '../templates.js';
import {toYaml} from '../yaml.js';
import '../parts/yaml-editor.js';
import '../parts/problem-box.js';
import '../parts/ask.js';

const words = texts.create;
const DRAFT = 'sluice.draft';

function draft() {
  try {
    return sessionStorage.getItem(DRAFT);
  } catch {
    return null; // storage may be forbidden
  }
}

function keepDraft(text) {
  try {
    if (text === null) sessionStorage.removeItem(DRAFT);
    else sessionStorage.setItem(DRAFT, text);
  } catch {
    // then it is not kept
  }
}

const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A sweep file as text, checked and started by the service, its complaints beside the lines they are about. */
class NewSweepPage extends LitElement {
  static properties = {
    from: {}, text: {state: true}, busy: {state: true}, problem: {state: true}, answer: {state: true}, stale: {state: true}, fromName: {state: true}, loadProblem: {state: true},
  };

  static styles = [base, css`
    :host { max-width: 1600px; margin: 0 auto; }
    .title { display: flex; align-items: center; gap: 8px 12px; flex-wrap: wrap; margin-bottom: 12px; }
    .title .spring { flex: 1; }
    .title label { display: inline-flex; gap: 8px; align-items: center; color: var(--ink-2); }
    .cols { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 12px; align-items: start; }
    yaml-editor { height: max(420px, calc(100vh - 200px)); }
    .side { display: grid; gap: 12px; }
    .body { padding: 8px 16px 16px; }
    .foot { display: flex; gap: 8px; justify-content: flex-end; align-items: center; flex-wrap: wrap; margin-top: 12px; }
    @media (pointer: coarse) { .foot .hint.keys { visibility: hidden; width: 0; } }
    .foot .hint { margin-right: auto; color: var(--ink-2); font-size: 12px; }
    ol.errors { list-style: none; display: grid; }
    ol.errors li + li { border-top: 1px solid var(--line); }
    ol.errors button { width: 100%; display: grid; grid-template-columns: 64px minmax(0, 1fr); gap: 8px; text-align: left; border: 0; border-radius: 4px; padding: 8px; white-space: normal; min-height: 0; justify-content: stretch; align-items: baseline; background: transparent; }
    ol.errors button:not([disabled]):hover { background: var(--hover); }
    ol.errors button[disabled] { opacity: 1; color: inherit; }
    ol.errors .where { color: var(--accent); font-variant-numeric: tabular-nums; white-space: nowrap; }
    ol.errors button[disabled] .where { color: var(--ink-2); }
    ol.errors code { color: var(--ink-2); overflow-wrap: anywhere; display: block; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 12px; width: 100%; }
    th { font-weight: 400; color: var(--ink-2); text-align: left; padding: 4px 12px 4px 0; white-space: nowrap; }
    td { padding: 4px 0 4px 12px; white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums; }
    tr + tr > * { border-top: 1px solid var(--line); }
    th:first-child { position: sticky; left: 0; background: var(--surface); }
    details summary { cursor: pointer; color: var(--ink-2); padding: 4px 0; }
    details pre { overflow: auto; max-height: 360px; border: 1px solid var(--line); border-radius: 6px; background: var(--page); padding: 8px; }
    ul.links { list-style: none; display: grid; gap: 4px; margin-top: 8px; }
    @media (max-width: 980px) { .cols { grid-template-columns: minmax(0, 1fr); } yaml-editor { height: 440px; } }
  `];

  constructor() {
    super();
    this.text = draft() ?? TEMPLATES.digits;
    this.busy = null;
    this.problem = null;
    this.answer = null;
    this.stale = false;
    this.key = randomKey();
  }

  willUpdate(changed) {
    if (changed.has('from') && this.from) this.#clone();
  }

  async #clone() {
    try {
      const sweep = await api.sweep(this.from);
      this.fromName = sweep.name;
      this.loadProblem = null;
      this.#set(toYaml(sweep.spec));
    } catch (failure) {
      this.loadProblem = failure;
    }
  }

  #set(text) {
    this.text = text;
    this.problem = null;
    this.answer = null;
    this.key = randomKey();
    keepDraft(text);
  }

  #edit(text) {
    this.text = text;
    this.stale = true;
    this.key = randomKey();
    keepDraft(text);
  }

  async #template(event) {
    const name = event.target.value;
    event.target.value = '';
    const known = Object.values(TEMPLATES).includes(this.text) || !this.text.trim();
    if (!known && !(await this.renderRoot.querySelector('ask-dialog').ask({
      title: words.replaceTitle, body: words.replaceBody, confirm: words.replaceConfirm, keep: texts.common.cancel,
    }))) return;
    this.fromName = null;
    this.#set(TEMPLATES[name]);
  }

  async #send(kind) {
    if (this.busy) return;
    this.busy = kind;
    this.problem = null;
    this.answer = null;
    this.stale = false;
    try {
      if (kind === 'check') {
        this.answer = await api.dryRun(this.text);
      } else {
        const sweep = await api.submit(this.text, this.key);
        keepDraft(null);
        go(['sweeps', sweep.id]);
        return;
      }
    } catch (failure) {
      this.problem = failure;
      const first = failure.errors?.find((error) => error.line);
      if (first && kind === 'start') this.renderRoot.querySelector('yaml-editor').goTo(first.line, first.column);
    } finally {
      this.busy = null;
    }
    await this.updateComplete;
    // On a narrow screen the answer is below the text.
    if (matchMedia('(max-width: 980px)').matches) this.renderRoot.querySelector('.side').scrollIntoView({block: 'nearest'});
  }

  #marks() {
    const marks = new Map();
    if (!this.stale) {
      for (const error of this.problem?.errors || []) {
        if (error.line) marks.set(error.line, [marks.get(error.line), error.detail].filter(Boolean).join('\n'));
      }
    }
    return marks;
  }

  #errors() {
    const {errors} = this.problem;
    const sorted = [...errors].sort((a, b) => (a.line || Infinity) - (b.line || Infinity));
    return html`<section class="card" role="alert"><header><h2>${words.invalidTitle(errors.length)}</h2></header>
      <div class="body">${this.stale ? html`<p class="quiet small">${words.edited}</p>` : nothing}
      <ol class="errors">${sorted.map((error) => html`<li><button ?disabled=${!error.line} title=${error.line ? words.goto(error.line) : nothing}
          @click=${() => this.renderRoot.querySelector('yaml-editor').goTo(error.line, error.column)}>
        <span class="where">${error.line ? words.atLine(error.line) : words.noLine}</span>
        <span>${error.detail}<code>${error.pointer || words.whole}</code></span></button></li>`)}</ol></div></section>`;
  }

  #samples() {
    const {answer} = this;
    const {spec: normalised, samplePoints: points = [], explanation = {}, warmStart = []} = answer;
    const declared = Object.keys(normalised?.parameters || {});
    const names = [...new Set([...declared, ...points.flatMap((point) => Object.keys(point))])];
    return html`<section class="card" role="status"><header><h2>${words.valid}</h2></header><div class="body">
      ${this.stale ? html`<p class="quiet small">${words.edited}</p>` : nothing}
      ${(explanation.warnings || []).map((warning) => html`<div class="notice warn">${warning}</div>`)}
      ${warmStart.map((earlier) => html`<p>${texts.sweep.warmStart} ${earlier.name}: ${texts.sweep.warmStartGives(earlier.trials, earlier.points)}${earlier.leftOut.length ? html` <span class="quiet">${texts.sweep.warmStartLeftOut(earlier.leftOut.join('; '))}</span>` : nothing}</p>`)}
      ${points.length ? html`<h3>${words.sampleTitle}</h3><p class="quiet small">${words.sampleHelp}</p>
        <div class="scroll" tabindex="0" role="region" aria-label=${words.sampleTitle}><table><tbody>${names.map((name) => html`<tr><th scope="row">${name}</th>${points.map((point) => html`<td title=${exact(point[name])}>${plain(point[name])}</td>`)}</tr>`)}</tbody></table></div>` : nothing}
      ${normalised ? html`<details><summary>${words.normalised}</summary><pre tabindex="0">${toYaml(normalised)}</pre></details>` : nothing}
    </div></section>`;
  }

  #side() {
    if (this.problem?.errors?.length) return this.#errors();
    if (this.problem) return html`<problem-box .problem=${this.problem} .what=${texts.errors.action(words.start.toLowerCase())}></problem-box>`;
    if (this.answer) return this.#samples();
    return html`<section class="card"><header><h2>${words.editor}</h2></header><div class="body quiet"><p>${words.help}</p>
      <ul class="links"><li><a href="/api/v1/schema/sweep.json" target="_blank" rel="noopener">${words.schema} ↗</a></li></ul></div></section>`;
  }

  render() {
    const empty = !this.text.trim();
    return html`
      <div class="title"><h1>${words.title}</h1>${this.fromName ? html`<span class="quiet">${words.fromSweep(this.fromName)}</span>` : nothing}<span class="spring"></span>
        <label>${words.template}
          <select @change=${(event) => this.#template(event)}><option value="" selected>${words.choose}</option>${Object.keys(TEMPLATES).map((name) => html`<option value=${name}>${words.templates[name]}</option>`)}</select></label></div>
      <problem-box .problem=${this.loadProblem} .what=${texts.errors.load(texts.sweep.what)} .retry=${() => this.#clone()}></problem-box>
      <div class="cols">
        <div>
          <yaml-editor .value=${this.text} .marks=${this.#marks()} .label=${words.editor} @edit=${(event) => this.#edit(event.detail)} @submit=${() => this.#send('start')}></yaml-editor>
          <div class="foot"><span class="hint ${empty ? '' : 'keys'}">${empty ? words.empty : html`<kbd>Ctrl</kbd> <kbd>Enter</kbd> ${words.keys}`}</span>
            <button ?disabled=${empty || this.busy !== null} @click=${() => this.#send('check')}>${this.busy === 'check' ? words.checking : words.check}</button>
            <button class="primary" ?disabled=${empty || this.busy !== null} @click=${() => this.#send('start')}>${this.busy === 'start' ? words.starting : words.start}</button></div>
        </div>
        <div class="side">${this.#side()}</div>
      </div>
      <ask-dialog></ask-dialog>`;
  }
}
customElements.define('new-sweep-page', NewSweepPage);
