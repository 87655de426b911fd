/* Every word the console shows, in one place. A second language is a second object of this shape. */

const many = (count, one, other) => `${count.toLocaleString('en')} ${count === 1 ? one : other}`;
const trials = (count) => many(count, 'trial', 'trials');

const en = {
  product: 'Sluice',
  nav: {sweeps: 'Sweeps', create: 'New sweep', skip: 'Skip to the content', help: 'Keyboard shortcuts', main: 'Main'},
  theme: {label: (choice) => `Theme: ${choice}`, system: 'as the system', light: 'light', dark: 'dark'},
  common: {
    retry: 'Retry', close: 'Close', cancel: 'Cancel', copy: 'Copy', copied: 'Copied', loading: 'Loading', more: 'Load more',
    clear: 'Clear', undo: 'Undo', dismiss: 'Dismiss', back: 'Back',
    olderData: (age) => `What you see is from ${age}.`,
  },
  errors: {
    unreachableTitle: 'The service does not answer',
    unreachable: 'The Sluice service cannot be reached. Sweeps and trials do not need this page to go on. If the service has ended, start it with ./sluice serve.',
    status: (status) => `The service answered with HTTP ${status}.`,
    refresh: (what) => `Could not refresh ${what}`,
    load: (what) => `Could not load ${what}`,
    action: (what) => `Could not ${what}`,
    notFoundTitle: 'Nothing here',
    notFound: 'There is no page at this address.',
    chart: 'The chart could not be loaded. Reload the page: the console may have been updated.',
  },
  sweepStates: {
    RUNNING: 'Running', PAUSED: 'Paused', STOPPING: 'Stopping', COMPLETED: 'Completed', CANCELLED: 'Cancelled', FAILED: 'Failed',
  },
  trialStates: {
    QUEUED: 'Queued', RUNNING: 'Running', COMPLETE: 'Complete', PRUNED: 'Pruned', INFEASIBLE: 'Infeasible', FAILED: 'Failed',
    CANCELLED: 'Cancelled',
  },
  attemptStates: {
    RUNNING: 'Running', SUCCEEDED: 'Succeeded', STOPPED: 'Stopped', FAILED: 'Failed', LOST: 'Lost', PREEMPTED: 'Preempted',
  },
  sweeps: {
    title: 'Sweeps', what: 'the sweeps', search: 'Search by name', anyState: 'All states', state: 'State',
    name: 'Name', progress: 'Progress', best: 'Best', created: 'Started', took: 'Took', none: 'No sweeps yet',
    emptyHelp: 'A sweep searches the parameters of a training: it proposes trials, runs them, ends the poor ones early and promotes the best. Start one here from a template, or from a terminal:',
    emptyCommand: './sluice demo',
    noMatch: 'No sweep matches', noMatchHelp: 'Change or clear the search to see the others.',
    of: (done, total) => (total ? `${done.toLocaleString('en')} / ${total.toLocaleString('en')}` : `${done.toLocaleString('en')} done`),
    shown: (count) => many(count, 'sweep', 'sweeps'),
  },
  sweep: {
    what: 'this sweep', best: 'Best', noBest: 'none yet', noneKeeps: 'no trial keeps to the constraints', front: 'Front', frontHint: 'Trials that no other one beats, within the constraints',
    warmStartGives: (trials, points) => `${trials} of its trials will be taken over, ${points} of its points tried first.`,
    warmStart: 'Warm start from', warmStartGave: (trials, points) => `${trials} of its trials taken over, ${points} of its points tried first.`, warmStartLeftOut: (words) => `Not taken over: ${words}.`,
    promoteFront: 'With several objectives no trial is the best of all: open one of the front to promote it', inTrial: (number) => `trial ${number}`,
    progress: 'Progress', eta: 'Time left', ended: 'Ended', startedAgo: (age) => `started ${age}`, elapsed: 'Running for', took: 'Took', started: 'Started', trialsDone: 'finished trials', about: (span) => `about ${span}`,
    etaHint: 'From the pace of the finished trials so far',
    bound: (span) => `at most ${span} (wall time)`,
    running: (count) => `${count.toLocaleString('en')} running`,
    finishing: 'no new trials',
    pause: 'Pause', resume: 'Resume', stop: 'Stop', cancel: 'Cancel', remove: 'Delete', promote: 'Promote', clone: 'Clone', csv: 'CSV', more: 'More actions',
    pauseHint: 'No new trials; running ones go on',
    stopHint: 'No new trials; running ones finish, then the sweep is completed',
    cancelHint: 'Running trials are stopped',
    did: {pause: 'Paused. Running trials go on.', resume: 'Going on.', stop: 'Stopping: running trials finish first.', cancel: 'Cancelled.', remove: 'Deleted.'},
    cancelTitle: 'Cancel this sweep?',
    cancelBody: (running, queued) => {
      const lost = [];
      if (running) lost.push(`${trials(running)} in progress will be stopped`);
      if (queued) lost.push(`${trials(queued)} in the queue will not be run`);
      return lost.length ? `${lost.join(' and ')}. Finished trials stay.` : 'No trial is running. Finished trials stay.';
    },
    cancelConfirm: 'Cancel the sweep', cancelKeep: 'Keep it running',
    removeTitle: 'Delete this sweep?',
    removeBody: (count) => `${trials(count)} with reports and logs will be deleted here. What MLflow holds stays.`,
    removeConfirm: 'Delete the sweep',
    live: 'Live', connecting: 'Connecting', lost: 'Live updates interrupted, connecting again', lostSince: (age) => `Live updates interrupted; last change seen ${age}.`,
    over: 'This sweep is over',
    failedNote: 'This sweep has failed.',
  },
  mlflow: {
    label: 'MLflow', UP: 'up to date', AWAY: 'unreachable', STARTING: 'starting', DISABLED: 'off',
    open: 'Open in MLflow',
    waiting: (points) => `${many(points, 'point', 'points')} waiting`,
    away: (points) => (points
      ? `MLflow is unreachable: ${many(points, 'point', 'points')} waiting in the journal, nothing is lost. Trials go on and are delivered when it is back.`
      : 'MLflow is unreachable. Trials go on; what they record is kept in the journal and delivered when it is back.'),
    starting: 'MLflow is starting. Trials do not wait for it; what they record is delivered when it is up.',
    disabled: 'MLflow is off for this service.',
  },
  history: {
    title: 'History', objective: 'Objective', best: 'best so far', axis: 'trial', none: 'No trial has a value yet', noneHelp: 'The first value appears with the first report of a trial.',
    focus: 'Focus on best', focusHint: 'Cut off the poorer half of the values', log: 'Log', logHint: 'Logarithmic value axis',
    broken: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'breaks' : 'break'} a constraint`,
    unvalued: (count) => `${trials(count)} without a value`, summary: (metricName, valued, best) => `${metricName} of ${trials(valued)} by number${best ? `; best ${best}` : ''}. The trial table below has the same values.`,
  },
  curves: {
    title: 'Learning curves', what: 'the learning curves', axis: 'step', metric: 'Metric', none: 'No reports yet', noneHelp: 'Curves grow here as trials report.',
    shown: (shown, all) => (all > shown ? `${shown.toLocaleString('en')} of ${all.toLocaleString('en')} trials` : trials(shown)),
    summary: (metricName, curves, best) => `${metricName} by step for ${trials(curves)}${best === null ? '' : `; trial ${best} is the best`}.`,
    noneFor: (metricName) => `No trial has reported ${metricName}`,
    bestLabel: (number) => `best: ${number}`,
  },
  table: {
    title: 'Trials', what: 'the trials', number: '#', state: 'State', step: 'Step', duration: 'Took', started: 'Started', empty: 'No trials yet',
    emptyHelp: 'The first trial appears as soon as the searcher has proposed it.', noMatch: 'No trial is in the chosen states.',
    count: (shown, all) => (shown === all ? trials(all) : `${shown.toLocaleString('en')} of ${trials(all)}`),
    sortBy: (name) => `Sort by ${name}`, filter: 'Show by state', label: 'Trials of this sweep. Arrow keys move, Enter opens.',
    param: 'parameter', metric: 'metric', objective: 'objective', constraint: (texts) => `must keep to ${texts}`,
  },
  trial: {
    breaks: (texts) => `breaks ${texts.join(' and ')}`, breaksNote: (texts) => `Breaks ${texts.join(' and ')}: not counted among the best.`,
    onFront: 'On the front: no other trial beats it',
    title: (number) => `Trial ${number}`, what: 'this trial', parameters: 'Parameters', parameter: 'Parameter', value: 'Value', best: 'Best',
    bestColumn: (number) => `Best (#${number})`, values: 'Values', reports: 'Reports', attempts: 'Attempts', logs: 'Log', reason: 'Why', noReports: 'No reports yet.',
    step: 'step', attempt: 'Attempt', state: 'State', resumed: (name) => `resumed from ${name}`, checkpoints: 'Checkpoints', checkpoint: 'Checkpoint', size: 'Size', saved: 'Saved', worker: (name) => `on ${name}`, took: 'Took', started: 'Started', isBest: 'Best of the sweep',
    importedFrom: (source) => `Imported from ${source}`, importedNote: 'It ran there: its attempts, log and checkpoints are that sweep’s.',
    stop: 'Stop', rerun: 'Run again', promote: 'Promote', did: {stop: 'Stopping the trial.', rerun: 'The trial is queued again.'},
    noLog: 'The log is empty.', noLogYet: 'The log appears when the trial runs.', lastLines: (lines) => `last ${lines} lines`, allLines: 'All lines', newest: (shown, all) => `newest ${shown} of ${all}`,
    mlflow: 'MLflow', previous: 'Previous trial', next: 'Next trial', noAttempts: 'Not launched yet.', suggestedBy: 'Suggested',
    inactive: 'not active', logLabel: 'Log of the trial', reportsLabel: 'Reports by step', seed: 'Seed',
  },
  create: {
    title: 'New sweep', editor: 'Sweep file (YAML)', start: 'Start sweep', check: 'Dry run', checking: 'Checking', starting: 'Starting',
    template: 'Template', choose: 'Choose…', templates: {digits: 'Digits: train a small network', command: 'Command: any program', external: 'External workers'},
    fromSweep: (name) => `Cloned from ${name}`, replaceTitle: 'Replace your text?', replaceBody: 'The template takes the place of what you have typed.', replaceConfirm: 'Replace',
    help: 'A sweep file names an objective, the parameters to search, how to search and prune, a budget, and what a trial runs.',
    keys: 'starts the sweep', valid: 'The file is valid.', sampleTitle: 'Five points it would try', sampleHelp: 'Drawn from the space as trials would be. Nothing was started.',
    normalised: 'The file as the service reads it', invalidTitle: (count) => `${many(count, 'thing', 'things')} to correct`,
    atLine: (line) => `Line ${line}`, noLine: 'File', goto: (line) => `Go to line ${line}`, edited: 'The text has changed since this check.',
    empty: 'The text is empty. Choose a template to begin with.', whole: 'the whole file',
    schema: 'Schema of the sweep file',
  },
  promote: {
    title: 'Promote to a model', explain: (number) => `The best checkpoint of trial ${number} becomes a version of a registered model in MLflow.`,
    model: 'Registered model', modelHint: 'Made if it does not exist yet', alias: 'Alias', aliasHint: 'Programs load the model by it; it moves to the new version',
    gates: 'It must pass', submit: 'Promote', working: 'Uploading the checkpoint and registering the version.',
    RUNNING: 'Promotion is running', DONE: (model, version) => `${model} version ${version}`, REFUSED: 'Refused', FAILED: 'Failed',
    doneNote: (alias) => `is now ${alias}.`, doneNoAlias: 'is registered.', open: 'Open the version in MLflow', load: 'Load it in Python', again: 'Try again', goesOn: 'You can close this; the promotion goes on.',
    required: 'Name the model, for example digits.',
  },
  promotions: {
    title: 'Models of this sweep', from: 'from', trial: (number) => `trial ${number}`, open: 'Open in MLflow', alias: (alias) => `alias ${alias}`, verified: (sentence) => `Verified: ${sentence}`,
    states: {RUNNING: 'being promoted', REFUSED: 'refused', FAILED: 'failed', ROLLING_BACK: 'being rolled back', ROLLED_BACK: 'rolled back'},
    name: (model, version) => (version ? `${model} version ${version}` : model),
  },
  help: {
    title: 'Keyboard shortcuts',
    keys: [
      ['?', 'This help'], ['g', 'To the sweeps'], ['n', 'New sweep'], ['/', 'Search'], ['j  k', 'Next, previous row'], ['Enter', 'Open the row'],
      ['Esc', 'Close a panel or dialog'], ['Ctrl Enter', 'Start the sweep in the editor'],
    ],
  },
};

export const texts = en;
