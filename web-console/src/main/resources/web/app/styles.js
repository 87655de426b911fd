import {css} from 'lit';

/** Rules that most components share: type, buttons, fields, cards, notices. */
export const base = css`
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  *, *::before, *::after { box-sizing: border-box; }
  h1, h2, h3, p, dl, dd, ul, ol, pre { margin: 0; padding: 0; }
  h1 { font-size: 20px; font-weight: 600; line-height: 1.3; }
  h2 { font-size: 15px; font-weight: 600; line-height: 1.4; }
  h3 { font-size: 13px; font-weight: 600; }
  a { color: var(--accent); text-decoration: none; }
  a:hover { text-decoration: underline; }
  code, pre, .mono { font-family: var(--mono); font-size: 12px; }
  .num { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
  .tabular { font-variant-numeric: tabular-nums; }
  .quiet { color: var(--ink-2); }
  .small { font-size: 12px; }
  .visually-hidden {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
  :focus { outline: none; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

  .card { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
  .card > header { display: flex; align-items: center; gap: 8px; min-height: 40px; padding: 8px 16px 0; flex-wrap: wrap; }
  .card > header .spring { flex: 1; }

  button, .button {
    font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--line-strong); border-radius: 6px;
    padding: 0 12px; min-height: 32px; display: inline-flex; align-items: center; justify-content: center; gap: 6px;
    cursor: pointer; white-space: nowrap; transition: background-color 120ms ease-out;
  }
  button:hover, .button:hover { background: linear-gradient(var(--hover), var(--hover)), var(--surface); text-decoration: none; }
  button:active, .button:active { background: linear-gradient(var(--pressed), var(--pressed)), var(--surface); }
  button[disabled] { opacity: 0.5; cursor: default; }
  button.primary, .button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); font-weight: 600; }
  button.primary:hover, .button.primary:hover { background: linear-gradient(rgb(0 0 0 / 10%), rgb(0 0 0 / 10%)), var(--accent); }
  button.danger { color: var(--danger); }
  button.danger.primary { background: var(--danger); border-color: var(--danger); color: var(--surface); }
  button.ghost { background: transparent; border-color: transparent; padding: 0 8px; color: var(--ink-2); min-height: 28px; }
  button.ghost:hover { background: var(--hover); color: var(--ink); }
  button.ghost[aria-pressed='true'] { background: var(--accent-soft); color: var(--ink); }
  button.icon { width: 32px; padding: 0; }

  input, select, textarea {
    font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--control-line); border-radius: 6px;
    min-height: 32px; padding: 0 8px;
  }
  input::placeholder, textarea::placeholder { color: var(--ink-2); opacity: 1; }
  select.compact { min-height: 28px; font-size: 12px; border-color: var(--line-strong); padding: 0 4px; }

  .notice { border: 1px solid var(--line); border-left-width: 4px; border-radius: 6px; padding: 8px 12px; background: var(--surface); }
  .notice.bad { border-left-color: var(--state-failed); background: linear-gradient(var(--danger-soft), var(--danger-soft)), var(--surface); }
  .notice.warn { border-left-color: var(--state-pruned); background: linear-gradient(var(--warn-soft), var(--warn-soft)), var(--surface); }
  .notice.good { border-left-color: var(--state-complete); background: linear-gradient(var(--good-soft), var(--good-soft)), var(--surface); }
  .notice.info { border-left-color: var(--accent); }
  .notice .row { display: flex; gap: 8px 12px; align-items: center; flex-wrap: wrap; }
  .notice .row > .grow { flex: 1 1 200px; min-width: 0; overflow-wrap: anywhere; }

  kbd {
    font-family: var(--mono); font-size: 11px; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 4px;
    padding: 1px 5px; background: var(--surface); color: var(--ink-2);
  }

  .skeleton { background: var(--pressed); border-radius: 4px; animation: appear 1ms linear 150ms both; }
  @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }

  @media (pointer: coarse) {
    button, .button, input, select { min-height: 40px; }
    button.ghost, select.compact { min-height: 36px; }
    button.icon { width: 40px; }
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { transition: none !important; animation-duration: 1ms !important; animation-delay: 0s !important; }
  }
`;

/** A modal built on the browser's own dialog element. */
export const dialogStyles = css`
  dialog {
    color: var(--ink); background: var(--surface); border: 1px solid var(--line-strong); border-radius: 10px; padding: 0;
    width: min(480px, calc(100vw - 24px)); max-height: calc(100vh - 48px); overflow: auto;
  }
  dialog::backdrop { background: var(--scrim); }
  dialog form, dialog .body { padding: 16px 20px 20px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; }
  dialog .head { display: flex; align-items: center; justify-content: space-between; gap: 8px; }
  dialog .actions { display: flex; justify-content: flex-end; gap: 8px; flex-wrap: wrap; }
  label.field { display: grid; gap: 4px; font-weight: 600; }
  label.field input, label.field select { font-weight: 400; width: 100%; }
  label.field .hint { font-weight: 400; color: var(--ink-2); font-size: 12px; }
`;

/** Colours of the shapes that states.js draws. */
export const stateStyles = css`
  .state { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; vertical-align: middle; }
  .shape { flex: none; fill: var(--state-queued); }
  .tone-running { fill: var(--state-running); }
  .tone-complete { fill: var(--state-complete); }
  .tone-pruned { fill: var(--state-pruned); }
  .tone-failed { fill: var(--state-failed); }
  .tone-infeasible { fill: var(--state-infeasible); }
  .tone-queued { fill: var(--state-queued); }
`;
