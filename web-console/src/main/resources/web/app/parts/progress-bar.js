import {LitElement, html, css} from 'lit';
import {texts} from '../texts.js';

const FINISHED = ['complete', 'pruned', 'infeasible', 'failed', 'cancelled'];
const TONES = {
  complete: 'complete', pruned: 'pruned', infeasible: 'infeasible', failed: 'failed', cancelled: 'queued', running: 'running',
};

/** Finished trials of a sweep's counts. */
export const finished = (counts = {}) => FINISHED.reduce((sum, state) => sum + (counts[state] || 0), 0);

/** All trials of a sweep's counts. */
export const known = (counts = {}) => finished(counts) + (counts.running || 0) + (counts.queued || 0);

/** The budget in trials, or null where there is none. */
export const budgetOf = (sweep) => sweep.spec?.budget?.trials ?? sweep.budget?.trials ?? null;

/** A thin bar with one piece a state; its length is the budget, or all known trials where there is none. */
class ProgressBar extends LitElement {
  static properties = {counts: {}, total: {}};

  static styles = css`
    :host { display: block; }
    .bar { display: flex; gap: 1px; height: 6px; border-radius: 3px; overflow: hidden; background: var(--pressed); }
    .bar span { min-width: 2px; }
    .complete { background: var(--state-complete); }
    .pruned { background: var(--state-pruned); }
    .infeasible { background: var(--state-infeasible); }
    .failed { background: var(--state-failed); }
    .queued { background: var(--state-queued); }
    .running { background: var(--state-running); opacity: 0.55; }
  `;

  render() {
    const counts = this.counts || {};
    const total = Math.max(this.total || 0, known(counts), 1);
    const pieces = [...FINISHED, 'running'].filter((state) => counts[state] > 0);
    const words = pieces.map((state) => `${counts[state]} ${texts.trialStates[state.toUpperCase()].toLowerCase()}`).join(', ');
    return html`<div class="bar" role="img" aria-label=${words || '0'} title=${words}>
      ${pieces.map((state) => html`<span class=${TONES[state]} .style=${`flex: 0 1 ${(100 * counts[state]) / total}%`}></span>`)}
    </div>`;
  }
}
customElements.define('progress-bar', ProgressBar);
