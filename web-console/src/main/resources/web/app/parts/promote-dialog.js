import {LitElement, html, css, nothing} from 'lit';
import {base, dialogStyles} from '../styles.js';
import {api} from '../api.js';
import {texts} from '../texts.js';
import {notify} from '../notify.js';

const POLL_MILLIS = 1000;
const words = texts.promote;

/** In an address of MLflow's UI: its menu for trained models; left out, MLflow 3 shows that for language models. */
export const MLFLOW_PAGES = 'workflowType=machine_learning';

/** The page of a model version in MLflow, from the address that the sweep has of its experiment; null while that is unknown. */
export function versionLink(mlflowUrl, model, version) {
  if (!mlflowUrl || !model || !version) return null;
  const root = mlflowUrl.split('/#/')[0].replace(/\/$/, '');
  return `${root}/#/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}?${MLFLOW_PAGES}`;
}

/** Makes a trial's best checkpoint a model version, and follows that until it is done. */
class PromoteDialog extends LitElement {
  static properties = {sweep: {}, trial: {state: true}, promotion: {state: true}, problem: {state: true}, busy: {state: true}};

  static styles = [base, dialogStyles, css`
    ul.gates { list-style: none; display: grid; gap: 4px; margin-top: 4px; }
    .snippet { display: flex; gap: 8px; align-items: center; border: 1px solid var(--line); border-radius: 6px; background: var(--page); padding: 4px 4px 4px 10px; }
    .snippet code { flex: 1; min-width: 0; overflow-x: auto; white-space: nowrap; }
    .work { margin-bottom: 8px; height: 4px; border-radius: 2px; background: var(--pressed); overflow: hidden; }
    .work::after { content: ''; display: block; width: 30%; height: 100%; background: var(--accent); animation: along 1.2s ease-in-out infinite alternate; }
    @keyframes along { to { transform: translateX(233%); } }
    .notice { overflow-wrap: anywhere; }
  `];

  constructor() {
    super();
    this.#reset();
  }

  #reset() {
    this.promotion = null;
    this.problem = null;
    this.busy = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @param {{id?: string, number: number}} trial */
  async open(trial) {
    clearTimeout(this.timer);
    this.#reset();
    this.trial = trial;
    await this.updateComplete;
    const form = this.renderRoot.querySelector('form');
    const asked = this.sweep.spec?.promotion;
    form.model.value = asked?.model || this.sweep.name;
    form.alias.value = asked?.alias || 'champion';
    this.renderRoot.querySelector('dialog').showModal();
  }

  async #submit(event) {
    event.preventDefault();
    const form = event.target;
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    this.promotion = null;
    const alias = form.alias.value.trim();
    try {
      const promotion = await api.promote(this.sweep.id, {
        ...(this.trial.id ? {trialId: this.trial.id} : {}), model: form.model.value.trim(), ...(alias ? {alias} : {}),
      });
      this.#follow(promotion);
    } catch (failure) {
      this.problem = failure;
      this.busy = false;
    }
  }

  #follow(promotion) {
    this.promotion = promotion;
    this.busy = promotion.state === 'RUNNING';
    this.dispatchEvent(new CustomEvent('promotion-changed', {bubbles: true, composed: true}));
    if (!this.busy) {
      const open = this.renderRoot.querySelector('dialog')?.open;
      if (!open) {
        notify(promotion.state === 'DONE' ? `${words.DONE(promotion.model, promotion.version)} ${words.doneNoAlias}` : `${words[promotion.state]}: ${promotion.reason || ''}`,
          {bad: promotion.state !== 'DONE'});
      }
      return;
    }
    this.timer = setTimeout(async () => {
      try {
        this.#follow(await api.promotion(promotion.id));
      } catch (failure) {
        this.problem = failure;
        this.timer = setTimeout(() => this.#follow(promotion), POLL_MILLIS * 3);
      }
    }, POLL_MILLIS);
  }

  #outcome() {
    const {promotion} = this;
    if (this.problem) {
      return html`<div class="notice bad" role="alert"><strong>${texts.errors.action(words.submit.toLowerCase())}</strong><div>${this.problem.message}</div>
        ${this.problem.errors?.map((error) => html`<div>${error.detail}</div>`)}</div>`;
    }
    if (!promotion) return nothing;
    if (promotion.state === 'RUNNING') {
      return html`<div role="status"><div class="work"></div><p class="small quiet">${promotion.reason || words.working}</p><p class="small quiet">${words.goesOn}</p></div>`;
    }
    if (promotion.state !== 'DONE') {
      return html`<div class="notice ${promotion.state === 'REFUSED' ? 'warn' : 'bad'}" role="alert"><strong>${words[promotion.state]}</strong><div>${promotion.reason}</div></div>`;
    }
    const address = versionLink(this.sweep.mlflow?.url, promotion.model, promotion.version);
    const uri = promotion.alias ? `models:/${promotion.model}@${promotion.alias}` : `models:/${promotion.model}/${promotion.version}`;
    const code = `mlflow.pyfunc.load_model("${uri}")`;
    return html`<div class="notice good" role="status"><strong>${words.DONE(promotion.model, promotion.version)}</strong> ${promotion.alias ? words.doneNote(promotion.alias) : words.doneNoAlias}
        ${promotion.verification ? html`<div>${texts.promotions.verified(promotion.verification)}</div>` : nothing}
        ${address ? html`<div><a href=${address} target="_blank" rel="noopener">${words.open} ↗</a></div>` : nothing}</div>
      <div><div class="small quiet">${words.load}</div><div class="snippet"><code>${code}</code>
        <button type="button" class="ghost small" @click=${async (event) => {
          const button = event.target;
          await navigator.clipboard?.writeText(code);
          button.textContent = texts.common.copied;
        }}>${texts.common.copy}</button></div></div>`;
  }

  render() {
    if (!this.sweep) return nothing;
    const gates = this.sweep.spec?.promotion?.gate;
    const list = Array.isArray(gates) ? gates : gates ? [gates] : [];
    const done = this.promotion?.state === 'DONE';
    return html`<dialog aria-labelledby="title">
      <form @submit=${(event) => this.#submit(event)}>
        <h2 id="title">${words.title}</h2>
        <p class="quiet">${words.explain(this.trial?.number ?? '')}</p>
        <label class="field">${words.model}<input name="model" required maxlength="250" autocomplete="off" ?disabled=${this.busy || done} spellcheck="false"><span class="hint">${words.modelHint}</span></label>
        <label class="field">${words.alias}<input name="alias" maxlength="250" autocomplete="off" ?disabled=${this.busy || done} spellcheck="false"><span class="hint">${words.aliasHint}</span></label>
        ${list.length ? html`<div><h3>${words.gates}</h3><ul class="gates">${list.map((gate) => html`<li><code>${gate}</code></li>`)}</ul></div>` : nothing}
        ${this.#outcome()}
        <div class="actions">
          <button type="button" @click=${() => this.renderRoot.querySelector('dialog').close()}>${texts.common.close}</button>
          ${done ? nothing : html`<button class="primary" ?disabled=${this.busy}>${this.promotion && !this.busy ? words.again : words.submit}</button>`}
        </div>
      </form>
    </dialog>`;
  }
}
customElements.define('promote-dialog', PromoteDialog);
