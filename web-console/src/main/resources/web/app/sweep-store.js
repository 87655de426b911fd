/*
 * All trials of one sweep in columns, as the table call sends them, patched by live changes.
 * Row r of every column is the same trial; rows keep the order in which trials became known.
 */
import {asNumber, millis} from './format.js';

/** A step, NaN before the first report, which the service writes as -1 or null. */
const asStep = (cell) => (typeof cell === 'number' && cell >= 0 ? cell : NaN);
const plainCell = (cell) => (cell === undefined ? null : cell);

export class SweepStore {
  constructor() {
    this.revision = 0;
    /** the metric whose last values are the column `value` */
    this.objective = null;
    this.clear();
  }

  clear() {
    this.number = [];
    this.id = [];
    this.state = [];
    /** objective value, NaN where there is none */
    this.value = [];
    this.step = [];
    /** milliseconds since the epoch, NaN before the start */
    this.startedAt = [];
    /** milliseconds; NaN while it runs */
    this.durationMs = [];
    /** in words, '' where there is none */
    this.reason = [];
    /** where it ran, in words, if it was taken over from an earlier sweep; else null */
    this.importedFrom = [];
    /** the constraints that a trial breaks, as they are written */
    this.breaks = [];
    /** by name, one array each; null where inactive or missing */
    this.params = new Map();
    this.metrics = new Map();
    /** names of the parameters that have a value which is no number */
    this.textual = new Set();
    this.rows = new Map();
  }

  get size() {
    return this.number.length;
  }

  row(number) {
    return this.rows.get(number);
  }

  #rowFor(number) {
    let row = this.rows.get(number);
    if (row === undefined) {
      row = this.number.length;
      this.rows.set(number, row);
      this.number.push(number);
      this.id.push('');
      this.state.push('QUEUED');
      this.value.push(NaN);
      this.step.push(NaN);
      this.startedAt.push(NaN);
      this.durationMs.push(NaN);
      this.reason.push('');
      this.importedFrom.push(null);
      this.breaks.push([]);
      for (const column of this.params.values()) column.push(null);
      for (const column of this.metrics.values()) column.push(NaN);
    }
    return row;
  }

  #column(columns, name, blank) {
    let column = columns.get(name);
    if (!column) {
      column = new Array(this.number.length).fill(blank);
      columns.set(name, column);
    }
    return column;
  }

  /** Takes in an answer of the table call: all rows, or those changed since a revision. */
  merge(table) {
    const numbers = table.number || [];
    const rows = numbers.map((number) => this.#rowFor(number));
    const read = (column) => {
      if (!column) return null;
      if (Array.isArray(column)) return (at) => column[at];
      return (at) => {
        const index = column.index[at];
        return index === null || index === undefined || index < 0 ? null : column.values[index];
      };
    };
    const fill = (target, column, decode) => {
      const cell = read(column);
      if (cell) rows.forEach((row, at) => { target[row] = decode(cell(at)); });
    };
    fill(this.id, table.id, plainCell);
    fill(this.state, table.state, plainCell);
    fill(this.value, table.value, asNumber);
    fill(this.step, table.step, asStep);
    fill(this.reason, table.reason, (cell) => cell || '');
    fill(this.importedFrom, table.importedFrom, plainCell);
    fill(this.breaks, table.breaks, (cell) => cell || []);
    fill(this.startedAt, table.startedAt, millis);
    fill(this.durationMs, table.durationMs, asNumber);
    for (const [name, column] of Object.entries(table.params || {})) {
      fill(this.#column(this.params, name, null), column, plainCell);
      if (!Array.isArray(column) || column.some((cell) => cell !== null && typeof cell !== 'number')) this.textual.add(name);
    }
    for (const [name, column] of Object.entries(table.metrics || {})) fill(this.#column(this.metrics, name, NaN), column, asNumber);
    if (Number.isFinite(table.revision)) this.revision = Math.max(this.revision, table.revision);
  }

  /** Takes in the `trials` and `reports` rows of a live change. */
  patch(change) {
    for (const trial of change.trials || []) {
      const row = this.#rowFor(trial.number);
      if (trial.id !== undefined) this.id[row] = trial.id;
      if (trial.state !== undefined) this.state[row] = trial.state;
      const value = trial.value !== undefined ? trial.value : trial.values?.[this.objective];
      if (value !== undefined) this.value[row] = asNumber(value);
      if (trial.step !== undefined) this.step[row] = asStep(trial.step);
      if (trial.breaks !== undefined) this.breaks[row] = trial.breaks || [];
      if (trial.reason !== undefined) this.reason[row] = trial.reason || '';
      if (trial.importedFrom !== undefined) this.importedFrom[row] = trial.importedFrom;
      if (trial.startedAt !== undefined) this.startedAt[row] = millis(trial.startedAt);
      if (trial.endedAt !== undefined) this.durationMs[row] = millis(trial.endedAt) - this.startedAt[row]; // NaN while it runs
      for (const [name, value] of Object.entries(trial.params || {})) {
        this.#column(this.params, name, null)[row] = value;
        if (typeof value !== 'number') this.textual.add(name);
      }
      for (const [name, value] of Object.entries(trial.values || {})) this.#column(this.metrics, name, NaN)[row] = asNumber(value);
    }
    // A trial's values are those that count; its last report need not be one of them.
    const told = new Set((change.trials || []).map((trial) => trial.number));
    for (const report of change.reports || []) {
      if (told.has(report.number)) continue;
      const row = this.#rowFor(report.number);
      this.step[row] = report.step;
      for (const [name, value] of Object.entries(report.values || {})) this.#column(this.metrics, name, NaN)[row] = asNumber(value);
    }
    if (Number.isFinite(change.revision)) this.revision = Math.max(this.revision, change.revision);
  }

  /** A trial's value of a metric that counts, NaN where there is none. */
  valueOf(row, metric) {
    return metric === this.objective ? this.value[row] : this.metrics.get(metric)?.[row] ?? NaN;
  }

  /** Whether a trial may be the best, or on the front: what the service goes by. */
  counts(row) {
    return this.state[row] === 'COMPLETE' && this.breaks[row].length === 0;
  }

  /** How long a trial took, or has been running by now, in milliseconds; NaN before its start. */
  tookMs(row, now) {
    if (this.state[row] === 'RUNNING') return now - this.startedAt[row];
    return this.durationMs[row];
  }

  parameters(row) {
    const values = {};
    for (const [name, column] of this.params) {
      if (column[row] !== null) values[name] = column[row];
    }
    return values;
  }
}

/** The learning curves of one metric: those the service chose, growing with live reports. */
export class CurveSet {
  constructor(metric, limit = 200) {
    this.metric = metric;
    this.limit = limit;
    /** by trial number */
    this.curves = new Map();
  }

  static of(answer, limit = 200) {
    const set = new CurveSet(answer.metric, limit);
    for (const curve of answer.curves || []) {
      set.curves.set(curve.number, {steps: [...curve.steps], values: curve.values.map(asNumber)});
    }
    return set;
  }

  /** Takes in live reports. A step that is not beyond the last one comes from an attempt that went back: it replaces what came after. */
  extend(reports) {
    let grown = false;
    for (const report of reports) {
      const value = report.values?.[this.metric];
      if (value === undefined) continue;
      let curve = this.curves.get(report.number);
      if (!curve) {
        if (this.curves.size >= this.limit) continue;
        curve = {steps: [], values: []};
        this.curves.set(report.number, curve);
      }
      while (curve.steps.length && curve.steps[curve.steps.length - 1] >= report.step) {
        curve.steps.pop();
        curve.values.pop();
      }
      curve.steps.push(report.step);
      curve.values.push(asNumber(value));
      grown = true;
    }
    return grown;
  }
}
