import {LitElement, html, css, nothing} from 'lit';
import {base} from '../styles.js';

const LINE_HEIGHT = 20;
const PADDING = 8;

/**
 * A text area with line numbers and marked lines. Tab leaves it, as everywhere; Enter keeps the indentation; Ctrl Enter fires `submit`.
 * Attribute `marks`: a map from line (from 1) to what is wrong there.
 */
class YamlEditor extends LitElement {
  static properties = {value: {}, marks: {}, label: {}, lines: {state: true}, scroll: {state: true}};

  static styles = [base, css`
    .frame { position: relative; display: flex; height: 100%; border: 1px solid var(--control-line); border-radius: 6px; background: var(--surface); overflow: hidden; }
    .frame:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; }
    .gutter { flex: none; overflow: hidden; background: var(--page); border-right: 1px solid var(--line); user-select: none; position: relative; min-width: 44px; }
    .gutter ol { list-style: none; padding: 8px 0; font: 12px/20px var(--mono); color: var(--ink-2); text-align: right; }
    .gutter li { padding: 0 8px 0 12px; border-left: 3px solid transparent; }
    .gutter li.marked { color: var(--ink); font-weight: 600; border-left-color: var(--state-failed); background: var(--danger-soft); }
    .text { position: relative; flex: 1; min-width: 0; overflow: hidden; }
    .band { position: absolute; left: 0; right: 0; height: 20px; background: var(--danger-soft); pointer-events: none; }
    textarea {
      position: relative; display: block; width: 100%; height: 100%; resize: none; border: 0; border-radius: 0; background: transparent; padding: 8px 12px;
      font: 13px/20px var(--mono); white-space: pre; overflow: auto; tab-size: 2; outline: none;
    }
    @media (pointer: coarse) { textarea { font-size: 16px; } }
  `];

  constructor() {
    super();
    this.value = '';
    this.marks = new Map();
    this.lines = 1;
    this.scroll = 0;
  }

  willUpdate(changed) {
    if (changed.has('value')) this.lines = this.value.split('\n').length;
  }

  /** Puts the cursor onto a line (from 1) and shows it. */
  goTo(line, column = 1) {
    const area = this.renderRoot.querySelector('textarea');
    const lines = this.value.split('\n');
    const at = Math.max(1, Math.min(line, lines.length));
    const start = lines.slice(0, at - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const length = lines[at - 1].length;
    area.focus();
    area.setSelectionRange(start + Math.min(Math.max(0, column - 1), length), start + length);
    area.scrollTop = Math.max(0, (at - 1) * LINE_HEIGHT - area.clientHeight / 3);
    this.scrollIntoView({block: 'nearest'});
  }

  #input(event) {
    this.value = event.target.value;
    this.dispatchEvent(new CustomEvent('edit', {detail: this.value}));
  }

  #key(event) {
    if (event.key !== 'Enter') return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.dispatchEvent(new Event('submit'));
      return;
    }
    if (event.shiftKey || event.isComposing) return;
    const area = event.target;
    const line = area.value.slice(0, area.selectionStart).split('\n').pop();
    const indent = line.match(/^ */)[0] + (/:\s*$/.test(line) ? '  ' : '');
    // The one way to insert that keeps the browser's undo; where it is gone, Enter is a plain Enter.
    if (indent && document.execCommand?.('insertText', false, `\n${indent}`)) event.preventDefault();
  }

  render() {
    return html`<div class="frame">
      <div class="gutter" aria-hidden="true"><ol .style=${`transform:translateY(${-this.scroll}px)`}>${Array.from({length: this.lines}, (_, at) => html`<li class=${this.marks.has(at + 1) ? 'marked' : ''} title=${this.marks.get(at + 1) ?? nothing}>${at + 1}</li>`)}</ol></div>
      <div class="text">
        ${[...this.marks.keys()].map((line) => html`<div class="band" .style=${`top:${PADDING + (line - 1) * LINE_HEIGHT - this.scroll}px`}></div>`)}
        <textarea aria-label=${this.label} spellcheck="false" autocomplete="off" autocapitalize="off" wrap="off" .value=${this.value}
          aria-invalid=${this.marks.size > 0} @input=${(event) => this.#input(event)} @keydown=${(event) => this.#key(event)}
          @scroll=${(event) => { this.scroll = event.target.scrollTop; }}></textarea>
      </div>
    </div>`;
  }
}
customElements.define('yaml-editor', YamlEditor);
