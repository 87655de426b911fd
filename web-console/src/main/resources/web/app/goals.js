/* What a sweep is after, as the service says it: objectives, constraints, and which trials stand out by them. */
import {asNumber} from './format.js';

/** What is searched for, each `{metric, goal}`, in the order of the sweep file. */
export const objectivesOf = (sweep) => sweep?.objectives || [];

/** What results must keep to, each `{metric, text}`. */
export const constraintsOf = (sweep) => sweep?.constraints || [];

/** The first objective, and the best trial's value of it: with several there is no best trial, and the value is NaN. */
export function bestOf(sweep) {
  const {metric, goal} = objectivesOf(sweep)[0] ?? {};
  return {metric, goal, value: sweep.best ? asNumber(sweep.best.values?.[metric]) : NaN};
}

/** Whether a value is better than another. */
export const isBetter = (goal, a, b) => (goal === 'minimize' ? a < b : a > b);

/** Names with the objectives first and what constraints are about next; the rest as they come. */
export function byGoals(sweep, names) {
  const first = [...new Set([...objectivesOf(sweep), ...constraintsOf(sweep)].map(({metric}) => metric))];
  const rank = (name) => (first.indexOf(name) + 1 || first.length + 1);
  return [...names].sort((a, b) => rank(a) - rank(b));
}
