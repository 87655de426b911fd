import {LitElement, html, css, nothing} from 'lit';
import {base} from '../styles.js';
import {texts} from '../texts.js';
import {age, millis, stamp} from '../format.js';
import {link} from '../router.js';
import {versionLink} from './promote-dialog.js';

const words = texts.promotions;

/** What was promoted of a sweep, newest first, and how each was checked. */
class PromotionList extends LitElement {
  static properties = {sweep: {}, promotions: {}, numberOf: {}, now: {}};

  static styles = [base, css`
    ul { list-style: none; padding: 4px 16px 12px; display: grid; gap: 8px; }
    .line { display: flex; gap: 2px 10px; align-items: baseline; flex-wrap: wrap; overflow-wrap: anywhere; }
    .state { border: 1px solid var(--line-strong); border-radius: 10px; padding: 0 8px; font-size: 12px; }
    .note { overflow-wrap: anywhere; }
  `];

  #item(promotion) {
    const {model, version, alias, state, reason, verification, trialId} = promotion;
    const address = versionLink(this.sweep.mlflow?.url, model, version);
    const number = trialId ? this.numberOf(trialId) : null;
    const at = millis(promotion.endedAt ?? promotion.createdAt);
    return html`<li>
      <div class="line"><strong>${words.name(model, version)}</strong>${state === 'DONE' ? (alias ? html`<span>${words.alias(alias)}</span>` : nothing) : html`<span class="state">${words.states[state] || state}</span>`}
        ${number === null ? nothing : html`<span class="quiet">${words.from} <a href=${link(['sweeps', this.sweep.id], {trial: number})}>${words.trial(number)}</a></span>`}
        <span class="quiet small" title=${stamp(at)}>${age(at, this.now)}</span>
        ${address ? html`<a href=${address} target="_blank" rel="noopener">${words.open} ↗</a>` : nothing}</div>
      ${reason ? html`<div class="note small">${reason}</div>` : nothing}
      ${verification ? html`<div class="note small quiet">${words.verified(verification)}</div>` : nothing}
    </li>`;
  }

  render() {
    if (!this.promotions?.length) return nothing;
    return html`<section class="card" aria-labelledby="title"><header><h2 id="title">${words.title}</h2></header>
      <ul>${this.promotions.map((promotion) => this.#item(promotion))}</ul></section>`;
  }
}
customElements.define('promotion-list', PromotionList);
