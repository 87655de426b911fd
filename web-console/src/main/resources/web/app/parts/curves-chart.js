import {html, css, svg, nothing} from 'lit';
import {base, stateStyles} from '../styles.js';
import {ChartElement, chartStyles} from './chart-element.js';
import {token} from '../theme.js';
import {texts} from '../texts.js';
import {metric as metricText} from '../format.js';
import {trialLook, trialState} from '../states.js';

const REACH_PIXELS = 16;
const words = texts.curves;

/** What the trials reported step by step, one line a trial; the best is the dark one. */
class CurvesChart extends ChartElement {
  static properties = {
    store: {}, revision: {}, curves: {}, metric: {}, metrics: {}, best: {}, filter: {}, selected: {}, problem: {}, loading: {},
    log: {state: true}, hovered: {state: true},
  };

  static styles = [base, stateStyles, chartStyles, css`:host { display: block; } select { max-width: 180px; }`];

  constructor() {
    super();
    this.log = false;
    this.hovered = null;
    this.metrics = [];
  }

  updated(changed) {
    if (['store', 'revision', 'curves', 'best', 'filter', 'log'].some((key) => changed.has(key))) this.invalidate();
    if (changed.has('selected') || changed.has('hovered')) this.requestUpdate();
  }

  #state(number) {
    const row = this.store.row(number);
    return row === undefined ? 'QUEUED' : this.store.state[row];
  }

  draw() {
    const series = [];
    const ends = new Map();
    let last = 1;
    let first = Infinity;
    let positive = true;
    const curves = this.curves?.curves || new Map();
    for (const [number, curve] of curves) {
      const state = this.#state(number);
      const out = this.filter.size > 0 && !this.filter.has(state);
      const best = number === this.best;
      const look = trialLook(state);
      const data = curve.steps.map((step, at) => {
        const value = curve.values[at];
        if (value <= 0) positive = false;
        return [step, Number.isFinite(value) ? value : '-'];
      });
      if (!data.length) continue;
      const marked = state === 'PRUNED' || state === 'FAILED' || state === 'RUNNING';
      first = Math.min(first, curve.steps[0]);
      last = Math.max(last, curve.steps[curve.steps.length - 1]);
      series.push({
        type: 'line', data, silent: true, showSymbol: data.length === 1 && !marked, symbol: 'circle', symbolSize: 5, z: best ? 4 : 2,
        itemStyle: {color: best ? token('ink') : token(look.tone), opacity: out ? 0.08 : 0.6},
        lineStyle: {
          width: best ? 2 : state === 'RUNNING' ? 1.5 : 1,
          color: out ? token('ink') : best ? token('ink') : token(look.tone),
          opacity: out ? 0.08 : best ? 1 : state === 'RUNNING' ? 0.8 : 0.35,
        },
      });
      if (!out && marked) {
        if (!ends.has(state)) ends.set(state, []);
        ends.get(state).push(data[data.length - 1]);
      }
    }
    for (const [state, data] of ends) {
      const look = trialLook(state);
      series.push({type: 'scatter', data, symbol: `path://${look.path}`, symbolSize: 9, silent: true, z: 3, itemStyle: {color: token(look.tone)}});
    }
    this.canLog = positive && series.length > 0;
    if (!series.length) return {};
    return {
      grid: this.grid(),
      xAxis: this.axis('x', {name: words.axis, min: Math.min(first, last), max: last, minInterval: 1}),
      yAxis: this.axis('y', {scale: true, ...(this.log && this.canLog ? {type: 'log'} : {})}),
      series,
    };
  }

  #lines() {
    if (!this.pixels) {
      this.pixels = new Map();
      for (const [number, curve] of this.curves?.curves || []) {
        const points = [];
        curve.steps.forEach((step, at) => {
          const pixel = this.toPixel(step, curve.values[at]);
          if (Number.isFinite(pixel[0]) && Number.isFinite(pixel[1])) points.push(pixel);
        });
        this.pixels.set(number, points);
      }
    }
    return this.pixels;
  }

  #near(event) {
    const [x, y] = this.pointer(event);
    let found = null;
    let reach = REACH_PIXELS ** 2;
    for (const [number, points] of this.#lines()) {
      if (this.filter.size && !this.filter.has(this.#state(number))) continue;
      for (let at = 0; at < points.length; at++) {
        const [ax, ay] = points[at];
        const [bx, by] = points[Math.min(at + 1, points.length - 1)];
        const length = (bx - ax) ** 2 + (by - ay) ** 2;
        const along = length ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length)) : 0;
        const distance = (ax + along * (bx - ax) - x) ** 2 + (ay + along * (by - ay) - y) ** 2;
        if (distance < reach) {
          reach = distance;
          found = number;
        }
      }
    }
    return found;
  }

  #path(number, kind) {
    const points = this.#lines().get(number);
    if (!points?.length) return nothing;
    return svg`<path class=${kind} d=${`M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`}></path>`;
  }

  mark() {
    if (this.isConnected && this.chart) this.requestUpdate();
  }

  #over() {
    if (!this.hasAxes) return nothing;
    return svg`${this.selected !== null ? [this.#path(this.selected, 'case'), this.#path(this.selected, `chosen stroke-${trialLook(this.#state(this.selected)).tone.slice(6)}`)] : nothing}
      ${this.hovered !== null && this.hovered !== this.selected ? this.#path(this.hovered, 'hover') : nothing}`;
  }

  #tip() {
    const number = this.hovered;
    const points = number === null || !this.hasAxes ? null : this.#lines().get(number);
    const curve = this.curves?.curves.get(number);
    if (!points?.length || !curve) return nothing;
    const end = curve.steps.length - 1;
    const [x, y] = points[points.length - 1];
    return this.tip(html`<div><strong>${texts.trial.title(number)}</strong></div>
      <div>${trialState(this.#state(number))}${metricText(curve.values[end])} <span class="quiet">${words.axis} ${curve.steps[end]}</span></div>`, x, y);
  }

  #blank(count) {
    if (count) return nothing;
    if (this.problem) {
      return html`<div class="blank"><strong>${texts.errors.load(words.what)}</strong><span>${this.problem.message}</span>
        <span><button @click=${() => this.dispatchEvent(new Event('retry'))}>${texts.common.retry}</button></span></div>`;
    }
    if (this.loading) return html`<div class="blank" aria-busy="true"></div>`;
    return html`<div class="blank"><strong>${this.metrics.length ? words.noneFor(this.metric) : words.none}</strong><span>${words.noneHelp}</span></div>`;
  }

  render() {
    const count = this.curves?.curves.size || 0;
    const choices = this.metrics.includes(this.metric) || !this.metric ? this.metrics : [this.metric, ...this.metrics];
    return html`<section class="card">
      <header>
        <h2>${words.title}</h2><span class="quiet small about">${count ? words.shown(count, this.store.size) : nothing}</span>
        <select class="compact" aria-label=${words.metric} ?hidden=${choices.length < 2}
          @change=${(event) => this.dispatchEvent(new CustomEvent('choose-metric', {detail: event.target.value}))}>
          ${choices.map((name) => html`<option value=${name} ?selected=${name === this.metric}>${name}</option>`)}
        </select>
        <button class="ghost small" aria-pressed=${this.log} title=${texts.history.logHint} ?hidden=${!this.canLog} @click=${() => { this.log = !this.log; }}>${texts.history.log}</button>
      </header>
      <div class="plot ${this.hovered !== null ? 'over-mark' : ''}" role="img" aria-label=${words.summary(this.metric, count, this.best)}
        @pointermove=${(event) => { this.hovered = this.#near(event); }} @pointerleave=${() => { this.hovered = null; }}
        @click=${(event) => { const number = this.#near(event); if (number !== null) this.openTrial(number); }}>
        <div class="canvas"></div>
        <svg class="over" aria-hidden="true">${this.#over()}</svg>
        ${count ? this.#tip() : this.#blank(count)}
      </div>
    </section>`;
  }
}
customElements.define('curves-chart', CurvesChart);
