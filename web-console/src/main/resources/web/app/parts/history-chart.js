import {html, css, svg, nothing} from 'lit';
import {base, stateStyles} from '../styles.js';
import {ChartElement, chartStyles} from './chart-element.js';
import {token} from '../theme.js';
import {texts} from '../texts.js';
import {delta, metric as metricText} from '../format.js';
import {BROKEN_LOOK, SHAPES, TRIAL_STATES, brokenIcon, trialLook, trialState} from '../states.js';
import {isBetter} from '../goals.js';

/** From so many points on, marks are drawn small and in bulk. */
const BULK = 2000;
const REACH_PIXELS = 14;
const words = texts.history;

/**
 * Values of an objective of all trials by number, by state, with the best so far as the one dark line. What is best, or on the front, the
 * service says; trials that break a constraint are drawn as such and never count.
 */
class HistoryChart extends ChartElement {
  static properties = {
    store: {}, revision: {}, objectives: {}, stars: {}, filter: {}, selected: {}, loading: {}, chosen: {state: true}, focusBest: {state: true}, log: {state: true}, hovered: {state: true},
  };

  static styles = [base, stateStyles, chartStyles, css`:host { display: block; }`];

  constructor() {
    super();
    this.objectives = [];
    this.stars = new Set();
    this.chosen = null;
    this.focusBest = false;
    this.log = false;
    this.hovered = null;
  }

  updated(changed) {
    if (['store', 'revision', 'objectives', 'stars', 'chosen', 'filter', 'focusBest', 'log'].some((key) => changed.has(key))) this.invalidate();
    if (changed.has('selected') || changed.has('hovered')) this.mark();
  }

  /** The objective that is shown: the first one until another is chosen. */
  get #objective() {
    return this.objectives.find(({metric}) => metric === this.chosen) ?? this.objectives[0] ?? {};
  }

  #value(row) {
    return this.store.valueOf(row, this.#objective.metric);
  }

  #better(a, b) {
    return isBetter(this.#objective.goal, a, b);
  }

  /** Rows with a finite value, by trial number; the best so far after each one that counts. */
  #read() {
    const {store} = this;
    const rows = [];
    for (let row = 0; row < store.size; row++) if (Number.isFinite(this.#value(row))) rows.push(row);
    rows.sort((a, b) => store.number[a] - store.number[b]);
    let best = null;
    const line = [];
    const sliver = rows.length ? store.number[rows[rows.length - 1]] / 400 : 0;
    for (const row of rows) {
      if (!store.counts(row)) continue;
      const value = this.#value(row);
      if (best === null || this.#better(value, this.#value(best))) {
        // A step is given as three points: ECharts leaves out a point within a pixel of the last one, and would draw low steps as slopes.
        if (best !== null) line.push([store.number[row], this.#value(best)]);
        best = row;
        line.push([store.number[row], value], [store.number[row] + sliver, value]);
      }
    }
    return {rows, best, line};
  }

  draw() {
    const {store} = this;
    const {rows, best, line} = this.#read();
    this.shown = rows;
    this.best = best;
    const starred = rows.filter((row) => this.stars.has(store.number[row]));
    const positive = rows.length > 0 && rows.every((row) => this.#value(row) > 0);
    this.canLog = positive;
    const last = store.size ? store.number.reduce((a, b) => (b > a ? b : a), 0) : 0;
    if (line.length && line[line.length - 1][0] < last) line.push([last, line[line.length - 1][1]]);

    const bulk = rows.length > BULK;
    const size = rows.length > BULK ? 4 : rows.length > 300 ? 7 : 10;
    const series = [];
    for (const [state, broken] of TRIAL_STATES.flatMap((one) => [[one, true], [one, false]])) {
      const of = rows.filter((row) => store.state[row] === state && store.breaks[row].length > 0 === broken && !this.stars.has(store.number[row]));
      if (!of.length) continue;
      const look = broken ? BROKEN_LOOK : trialLook(state);
      const out = this.filter.size > 0 && !this.filter.has(state);
      const data = bulk ? new Float64Array(of.length * 2) : [];
      of.forEach((row, at) => {
        if (bulk) {
          data[2 * at] = store.number[row];
          data[2 * at + 1] = this.#value(row);
        } else {
          data.push([store.number[row], this.#value(row)]);
        }
      });
      series.push({
        type: 'scatter', data, symbolSize: size, silent: true, large: bulk, largeThreshold: BULK, progressive: 0, z: 2, dimensions: ['x', 'y'],
        symbol: bulk ? (broken || state === 'FAILED' || state === 'INFEASIBLE' ? 'diamond' : 'circle') : `path://${look.path}`,
        itemStyle: {color: out ? token('ink') : token(look.tone), opacity: out ? 0.08 : bulk ? 0.5 : 0.75},
      });
    }
    if (line.length) series.push({type: 'line', data: line, showSymbol: false, silent: true, z: 3, lineStyle: {color: token('ink'), width: 1.5}});
    if (starred.length) {
      series.push({
        type: 'scatter', data: starred.map((row) => [store.number[row], this.#value(row)]), symbol: `path://${SHAPES.star}`, symbolSize: starred.length > 1 ? 13 : 16, silent: true, z: 5,
        itemStyle: {color: token('ink'), opacity: 1, borderColor: token('surface'), borderWidth: 1},
      });
    }
    if (!rows.length) return {};
    const range = {scale: true};
    if (this.focusBest && rows.length > 3) {
      const values = rows.map((row) => this.#value(row)).sort((a, b) => (this.#better(a, b) ? -1 : a === b ? 0 : 1));
      const top = values[0];
      const middle = values[Math.floor(values.length / 2)];
      const room = Math.abs(top - middle) * 0.08 || 1e-9;
      range.min = Math.min(top, middle) - (this.#objective.goal === 'minimize' ? room : 0);
      range.max = Math.max(top, middle) + (this.#objective.goal === 'minimize' ? 0 : room);
      range.axisLabel = {color: token('ink-2'), fontSize: 12, formatter: metricText, hideOverlap: true, showMinLabel: false, showMaxLabel: false};
    }
    return {
      grid: this.grid(),
      xAxis: this.axis('x', {name: words.axis, min: 0, max: Math.max(last, 1), minInterval: 1}),
      yAxis: this.axis('y', {...range, ...(this.log && positive ? {type: 'log'} : {})}),
      series,
    };
  }

  /** Pixels of all shown points, made once after each drawing: what the pointer is matched with. */
  #points() {
    if (!this.pixels) {
      this.pixels = (this.shown || []).map((row) => this.toPixel(this.store.number[row], this.#value(row)));
    }
    return this.pixels;
  }

  #near(event) {
    const [x, y] = this.pointer(event);
    let found = null;
    let reach = REACH_PIXELS ** 2;
    this.#points().forEach(([px, py], at) => {
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < reach) {
        reach = distance;
        found = this.shown[at];
      }
    });
    return found;
  }

  mark() {
    if (this.isConnected && this.chart) this.requestUpdate();
  }

  #over() {
    if (!this.hasAxes || !this.shown) return nothing;
    const circle = (row, kind) => {
      const [x, y] = this.toPixel(this.store.number[row], this.#value(row));
      return Number.isFinite(x) && Number.isFinite(y) ? svg`<circle class=${kind} cx=${x} cy=${y} r="8"></circle>` : nothing;
    };
    const selected = this.selected === null ? undefined : this.store.row(this.selected);
    return svg`${selected !== undefined && Number.isFinite(this.#value(selected)) ? circle(selected, 'halo') : nothing}
      ${this.hovered !== null ? circle(this.hovered, 'hover') : nothing}`;
  }

  #tip() {
    const row = this.hovered;
    if (row === null || !this.hasAxes) return nothing;
    const {store} = this;
    const [x, y] = this.toPixel(store.number[row], this.#value(row));
    const difference = this.best !== null && row !== this.best ? delta(this.#value(row) - this.#value(this.best)) : '';
    const broken = store.breaks[row];
    return this.tip(html`<div><strong>${texts.trial.title(store.number[row])}</strong></div>
      <div>${trialState(store.state[row])}${metricText(this.#value(row))} <span class="quiet">${difference}</span></div>
      ${broken.length ? html`<div class="state">${brokenIcon()}${texts.trial.breaks(broken)}</div>` : nothing}`, x, y);
  }

  render() {
    const {store, objectives} = this;
    const {metric} = this.#objective;
    let valued = 0;
    let broken = 0;
    for (let row = 0; row < store.size; row++) {
      if (!Number.isFinite(this.#value(row))) continue;
      valued++;
      if (store.breaks[row].length) broken++;
    }
    const blank = store.size - valued;
    const best = this.best !== null && this.best !== undefined ? metricText(this.#value(this.best)) : '';
    return html`<section class="card">
      <header>
        <h2>${words.title}</h2><span class="quiet small about">${objectives.length > 1 ? nothing : metric}${broken ? html`${objectives.length > 1 ? nothing : ' · '}<span class="state">${brokenIcon()}${words.broken(broken)}</span>` : nothing}${blank ? ` · ${words.unvalued(blank)}` : ''}</span>
        <select class="compact" aria-label=${words.objective} ?hidden=${objectives.length < 2} @change=${(event) => { this.chosen = event.target.value; }}>
          ${objectives.map((one) => html`<option value=${one.metric} ?selected=${one.metric === metric}>${one.metric}</option>`)}
        </select>
        <button class="ghost small" aria-pressed=${this.focusBest} title=${words.focusHint} ?hidden=${valued < 4} @click=${() => { this.focusBest = !this.focusBest; }}>${words.focus}</button>
        <button class="ghost small" aria-pressed=${this.log} title=${words.logHint} ?hidden=${!this.canLog} @click=${() => { this.log = !this.log; }}>${words.log}</button>
      </header>
      <div class="plot ${this.hovered !== null ? 'over-mark' : ''}" role="img" aria-label=${words.summary(metric, valued, best)}
        @pointermove=${(event) => { this.hovered = this.#near(event); }} @pointerleave=${() => { this.hovered = null; }}
        @click=${(event) => { const row = this.#near(event); if (row !== null) this.openTrial(store.number[row]); }}>
        <div class="canvas"></div>
        <svg class="over" aria-hidden="true">${this.#over()}</svg>
        ${valued ? this.#tip() : this.loading ? html`<div class="blank" aria-busy="true"></div>` : html`<div class="blank"><strong>${words.none}</strong><span>${words.noneHelp}</span></div>`}
      </div>
    </section>`;
  }
}
customElements.define('history-chart', HistoryChart);
