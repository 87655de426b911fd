/* The service's REST interface, and nothing else. Every failure becomes an ApiError that a page can show as it is. */
import {texts} from './texts.js';

const ROOT = '/api/v1';

/** A problem (RFC 9457) of the service, or of the way to it (status 0). */
export class ApiError extends Error {
  /** @param {{status:number,title?:string,detail?:string,type?:string,errors?:{pointer?:string,detail:string,line?:number,column?:number}[]}} problem */
  constructor(problem) {
    super(problem.detail || problem.title || `HTTP ${problem.status}`);
    this.status = problem.status;
    this.title = problem.title || '';
    this.type = problem.type || '';
    this.errors = problem.errors || [];
  }
}

async function call(method, path, {body, type, accept = 'application/json', headers = {}, signal} = {}) {
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      signal,
      body,
      headers: {Accept: accept, ...(type ? {'Content-Type': type} : {}), ...headers},
    });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new ApiError({status: 0, title: texts.errors.unreachableTitle, detail: texts.errors.unreachable});
  }
  if (response.ok) {
    if (response.status === 204) return null;
    return accept === 'application/json' ? response.json() : response.text();
  }
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // a proxy's page, or nothing: the status has to do
  }
  throw new ApiError({
    title: problem.title || texts.errors.status(response.status),
    detail: problem.detail || texts.errors.status(response.status),
    type: problem.type,
    errors: Array.isArray(problem.errors) ? problem.errors : [],
    status: response.status,
  });
}

function search(query) {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(key, value);
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}

const id = encodeURIComponent;

export const api = {
  sweeps: (query, signal) => call('GET', `/sweeps${search(query)}`, {signal}),
  sweep: (sweep, signal) => call('GET', `/sweeps/${id(sweep)}`, {signal}),
  /** `key` makes a repeated click the same request. */
  submit: (yaml, key) =>
    call('POST', '/sweeps', {body: yaml, type: 'application/yaml', headers: {'Idempotency-Key': key}}),
  dryRun: (yaml, signal) => call('POST', '/sweeps?dryRun=true', {body: yaml, type: 'application/yaml', signal}),
  /** `action`: pause, resume, stop or cancel. */
  act: (sweep, action) => call('POST', `/sweeps/${id(sweep)}/${action}`),
  remove: (sweep) => call('DELETE', `/sweeps/${id(sweep)}`),
  table: (sweep, since, signal) => call('GET', `/sweeps/${id(sweep)}/table${search({since})}`, {signal}),
  csv: (sweep) => call('GET', `/sweeps/${id(sweep)}/table`, {accept: 'text/csv'}),
  pareto: (sweep, signal) => call('GET', `/sweeps/${id(sweep)}/pareto`, {signal}),
  curves: (sweep, metric, signal) =>
    call('GET', `/sweeps/${id(sweep)}/curves${search({metric, top: 200, points: 100})}`, {signal}),
  trial: (trial, signal) => call('GET', `/trials/${id(trial)}`, {signal}),
  actOnTrial: (trial, action) => call('POST', `/trials/${id(trial)}/${action}`),
  checkpoints: (trial, signal) => call('GET', `/trials/${id(trial)}/checkpoints`, {signal}),
  logs: (trial, tail, signal) => call('GET', `/trials/${id(trial)}/logs${search({tail})}`, {accept: 'text/plain', signal}),
  promote: (sweep, request) =>
    call('POST', `/sweeps/${id(sweep)}/promotions`, {body: JSON.stringify(request), type: 'application/json'}),
  promotions: (sweep, signal) => call('GET', `/sweeps/${id(sweep)}/promotions`, {signal}),
  promotion: (promotion, signal) => call('GET', `/promotions/${id(promotion)}`, {signal}),
  /** The address of the event stream of one sweep, or of all. */
  events: (sweep, after) => `${ROOT}/events${search({sweep, after})}`,
};
