/* States of trials and sweeps: one colour and one shape each, the same in chips, table and charts. */
import {svg, html} from 'lit';
import {texts} from './texts.js';

function dashedRing() {
  const arcs = [];
  const point = (radius, angle) => `${(8 + radius * Math.cos(angle)).toFixed(2)} ${(8 + radius * Math.sin(angle)).toFixed(2)}`;
  for (let part = 0; part < 5; part++) {
    const from = (part * 2 * Math.PI) / 5;
    const to = from + 0.8;
    arcs.push(`M${point(6, from)}A6 6 0 0 1 ${point(6, to)}L${point(4.4, to)}A4.4 4.4 0 0 0 ${point(4.4, from)}Z`);
  }
  return arcs.join('');
}

/** Filled outlines in a box of 16 by 16. */
export const SHAPES = {
  ring: 'M8 2A6 6 0 1 1 8 14A6 6 0 1 1 8 2ZM8 4.4A3.6 3.6 0 1 0 8 11.6A3.6 3.6 0 1 0 8 4.4Z',
  dot: 'M8 2.5A5.5 5.5 0 1 1 8 13.5A5.5 5.5 0 1 1 8 2.5Z',
  cut: 'M7 2.1A6 6 0 0 0 7 13.9ZM9.4 2.1A6 6 0 0 1 9.4 13.9Z',
  cross: 'M4 2.3L8 6.3L12 2.3L13.7 4L9.7 8L13.7 12L12 13.7L8 9.7L4 13.7L2.3 12L6.3 8L2.3 4Z',
  diamond: 'M8 1L14.5 8L8 15L1.5 8Z',
  hollow: dashedRing(),
  pause: 'M3.5 2.5H6.5V13.5H3.5ZM9.5 2.5H12.5V13.5H9.5Z',
  square: 'M3 3H13V13H3Z',
  gem: 'M8 1L14.5 8L8 15L1.5 8ZM8 4L4.2 8L8 12L11.8 8Z',
  star: 'M8 1L10.1 5.6L15.1 6.2L11.4 9.6L12.4 14.5L8 12L3.6 14.5L4.6 9.6L0.9 6.2L5.9 5.6Z',
};

export const TRIAL_STATES = ['QUEUED', 'RUNNING', 'COMPLETE', 'PRUNED', 'INFEASIBLE', 'FAILED', 'CANCELLED'];

const TRIAL_LOOK = {
  QUEUED: ['hollow', 'queued'],
  RUNNING: ['ring', 'running'],
  COMPLETE: ['dot', 'complete'],
  PRUNED: ['cut', 'pruned'],
  INFEASIBLE: ['diamond', 'infeasible'],
  FAILED: ['cross', 'failed'],
  CANCELLED: ['square', 'queued'],
};

const SWEEP_LOOK = {
  RUNNING: ['ring', 'running'],
  PAUSED: ['pause', 'queued'],
  STOPPING: ['hollow', 'running'],
  COMPLETED: ['dot', 'complete'],
  CANCELLED: ['square', 'queued'],
  FAILED: ['cross', 'failed'],
};

const ATTEMPT_LOOK = {
  RUNNING: ['ring', 'running'],
  SUCCEEDED: ['dot', 'complete'],
  STOPPED: ['cut', 'pruned'],
  FAILED: ['cross', 'failed'],
  LOST: ['hollow', 'queued'],
  PREEMPTED: ['hollow', 'queued'],
};

const UNKNOWN = ['hollow', 'queued'];

/** The shape's outline and the name of the colour token. */
export function trialLook(state) {
  const [shape, tone] = TRIAL_LOOK[state] || UNKNOWN;
  return {path: SHAPES[shape], tone: `state-${tone}`};
}

/** The look of a trial that breaks a constraint, whatever its state. */
export const BROKEN_LOOK = {path: SHAPES.gem, tone: 'state-infeasible'};

const drawn = ([shape, tone]) =>
  html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" class="shape ${`tone-${tone}`}">${svg`<path d=${SHAPES[shape]}></path>`}</svg>`;

const marked = (look, text) => html`<span class="state">${drawn(look || UNKNOWN)}${text}</span>`;

export const trialIcon = (state) => drawn(TRIAL_LOOK[state] || UNKNOWN);
export const brokenIcon = () => drawn(['gem', 'infeasible']);
export const trialState = (state) => marked(TRIAL_LOOK[state], texts.trialStates[state] || state);
export const sweepState = (state) => marked(SWEEP_LOOK[state], texts.sweepStates[state] || state);
export const attemptState = (state) => marked(ATTEMPT_LOOK[state], texts.attemptStates[state] || state);

/** Which actions a sweep's state allows. */
export const SWEEP_ACTIONS = {
  RUNNING: ['pause', 'stop', 'cancel'],
  PAUSED: ['resume', 'stop', 'cancel'],
  STOPPING: ['cancel'],
};

export const isOver = (state) => state === 'COMPLETED' || state === 'CANCELLED' || state === 'FAILED';
