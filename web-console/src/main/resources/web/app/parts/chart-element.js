import {LitElement, css, html} from 'lit';
import * as echarts from 'echarts/core';
import {LineChart, ScatterChart} from 'echarts/charts';
import {GridComponent} from 'echarts/components';
import {CanvasRenderer} from 'echarts/renderers';
import {token} from '../theme.js';
import {number} from '../format.js';

echarts.use([LineChart, ScatterChart, GridComponent, CanvasRenderer]);

const SHORTEST_GAP_MILLIS = 100;
/** A chart that takes d ms to draw is drawn again after 12 d ms at the earliest: at most a twelfth of the page's time. */
const REST_FACTOR = 12;

export const chartStyles = css`
  .card > header { flex-wrap: nowrap; }
  .card > header h2 { white-space: nowrap; }
  .card > header .about { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .plot { position: relative; height: 280px; touch-action: pan-y; }
  .plot .canvas { position: absolute; inset: 0; }
  .plot svg.over { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
  .plot svg.over .halo { fill: none; stroke: var(--ink); stroke-width: 2; }
  .plot svg.over .hover { fill: none; stroke: var(--ink); stroke-width: 1.5; opacity: 0.7; }
  .plot svg.over path.hover { stroke-width: 2.5; }
  .plot svg.over path.case { fill: none; stroke: var(--ink); stroke-width: 6; opacity: 0.22; stroke-linejoin: round; }
  .plot svg.over path.chosen { fill: none; stroke-width: 3; stroke-linejoin: round; }
  .plot svg.over .stroke-running { stroke: var(--state-running); }
  .plot svg.over .stroke-complete { stroke: var(--state-complete); }
  .plot svg.over .stroke-pruned { stroke: var(--state-pruned); }
  .plot svg.over .stroke-failed { stroke: var(--state-failed); }
  .plot svg.over .stroke-infeasible { stroke: var(--state-infeasible); }
  .plot svg.over .stroke-queued { stroke: var(--state-queued); }
  .plot.over-mark { cursor: pointer; }
  .tip {
    position: absolute; z-index: 2; pointer-events: none; max-width: 260px; padding: 6px 10px; border-radius: 6px; font-size: 12px;
    background: var(--surface); border: 1px solid var(--line-strong); font-variant-numeric: tabular-nums; white-space: nowrap;
  }
  .tip .state { margin-right: 8px; }
  .blank { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; gap: 4px; color: var(--ink-2); padding: 16px; }
`;

/**
 * What all charts share: an ECharts canvas that is drawn at most once a frame and only while on screen, follows size and theme, and
 * an SVG above it for hover and selection, which cost no redraw. ECharts' own tooltips write inline styles, which a strict policy forbids.
 */
export class ChartElement extends LitElement {
  constructor() {
    super();
    this.drawMillis = 0;
    this.drawnAt = 0;
    this.dirty = false;
    this.hasAxes = false;
    this.onScreen = true;
    this.onTheme = () => this.invalidate();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('sluice-theme', this.onTheme);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('sluice-theme', this.onTheme);
    clearTimeout(this.timer);
    this.resizes?.disconnect();
    this.sightings?.disconnect();
    this.chart?.dispose();
    this.chart = null;
  }

  firstUpdated() {
    const plot = this.renderRoot.querySelector('.plot');
    this.chart = echarts.init(plot.querySelector('.canvas'), null, {renderer: 'canvas'});
    this.resizes = new ResizeObserver(() => {
      if (!this.chart || !plot.clientWidth) return;
      this.chart.resize();
      this.invalidate();
    });
    this.resizes.observe(plot);
    this.sightings = new IntersectionObserver((entries) => {
      this.onScreen = entries[entries.length - 1].isIntersecting;
      if (this.onScreen && this.dirty) this.invalidate();
    });
    this.sightings.observe(plot);
  }

  /** Asks for a redraw soon. */
  invalidate() {
    this.dirty = true;
    if (this.timer || !this.chart || !this.onScreen) return;
    const gap = Math.max(SHORTEST_GAP_MILLIS, this.drawMillis * REST_FACTOR);
    const wait = Math.max(0, this.drawnAt + gap - performance.now());
    this.timer = setTimeout(() => requestAnimationFrame(() => {
      this.timer = null;
      if (!this.chart || !this.dirty) return;
      this.dirty = false;
      const start = performance.now();
      const {width, height} = this.chart.getDom().getBoundingClientRect();
      this.width = width;
      this.height = height;
      const option = this.draw();
      this.hasAxes = option.xAxis !== undefined;
      this.chart.setOption({animation: false, ...option}, {notMerge: true});
      this.chart.getZr().flush(); // paint now, so that the time taken is the whole of it
      this.drawnAt = performance.now();
      this.drawMillis = this.drawnAt - start;
      this.pixels = null;
      this.mark();
    }), wait);
  }

  /** The ECharts option of what is to be seen. */
  draw() {
    throw new Error('a chart says what it draws');
  }

  /** Puts hover and selection onto the SVG above. */
  mark() {}

  toPixel(x, y) {
    // Before the first drawing with data there are no axes.
    return (this.hasAxes && this.chart.convertToPixel({gridIndex: 0}, [x, y])) || [NaN, NaN];
  }

  axis(kind, {name, ...more}) {
    const ink2 = token('ink-2');
    return {
      type: 'value',
      axisLine: {show: kind === 'x', lineStyle: {color: token('line-strong')}},
      axisTick: {show: false},
      axisLabel: {color: ink2, fontSize: 12, formatter: number, hideOverlap: true},
      splitLine: {show: kind === 'y', lineStyle: {color: token('line')}},
      nameTextStyle: {color: ink2, fontSize: 12},
      ...(name ? {name, nameLocation: 'middle', nameGap: 26} : {}),
      ...more,
    };
  }

  grid() {
    return {left: 64, right: 20, top: 12, bottom: 40, outerBoundsMode: 'none'};
  }

  pointer(event) {
    const box = this.renderRoot.querySelector('.plot').getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The tooltip beside a pixel, inside the plot. */
  tip(content, x, y) {
    if (!content) return null;
    const right = x > this.width / 2;
    const low = y > this.height / 2;
    const place = `${right ? `right:${this.width - x + 12}px` : `left:${x + 12}px`};${low ? `bottom:${this.height - y + 8}px` : `top:${y + 8}px`}`;
    return html`<div class="tip" .style=${place}>${content}</div>`;
  }

  openTrial(number) {
    this.dispatchEvent(new CustomEvent('open-trial', {detail: {number}, bubbles: true, composed: true}));
  }
}
