import {LitElement, html, css, nothing} from 'lit';
import {base} from '../styles.js';
import {texts} from '../texts.js';

/** Says what could not be done and why, with a way to try again. */
class ProblemBox extends LitElement {
  static properties = {problem: {}, what: {}, retry: {}, stale: {}};

  static styles = [base, css`:host { margin: 0 0 12px; }`];

  render() {
    if (!this.problem) return nothing;
    return html`<div class="notice bad" role="alert"><div class="row">
      <div class="grow">
        <strong>${this.what}</strong>
        <div>${this.problem.message}</div>
        ${this.stale ? html`<div class="quiet small">${texts.common.olderData(this.stale)}</div>` : nothing}
      </div>
      ${this.retry ? html`<button @click=${this.retry}>${texts.common.retry}</button>` : nothing}
    </div></div>`;
  }
}
customElements.define('problem-box', ProblemBox);
