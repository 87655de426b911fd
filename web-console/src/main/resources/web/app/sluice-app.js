import {LitElement, html, css, nothing} from 'lit';
import {base, dialogStyles} from './styles.js';
import {route, onRoute, link, go} from './router.js';
import {themeChoice, chooseTheme} from './theme.js';
import {texts} from './texts.js';
import './pages/sweeps-page.js';

const THEMES = ['system', 'light', 'dark'];
const THEME_ICONS = {
  system: 'M8 1.5A6.5 6.5 0 1 1 8 14.5A6.5 6.5 0 1 1 8 1.5ZM8 3V13A5 5 0 0 0 8 3Z',
  light: 'M8 4.5A3.5 3.5 0 1 1 8 11.5A3.5 3.5 0 1 1 8 4.5ZM7.3 .5H8.7V2.8H7.3ZM7.3 13.2H8.7V15.5H7.3ZM.5 7.3H2.8V8.7H.5ZM13.2 7.3H15.5V8.7H13.2ZM2.2 3.2L3.2 2.2L4.8 3.8L3.8 4.8ZM11.2 12.200L12.2 11.200L13.8 12.8L12.8 13.8ZM12.8 2.2L13.8 3.2L12.2 4.8L11.2 3.8ZM3.8 11.200L4.8 12.200L3.2 13.8L2.2 12.8Z',
  dark: 'M9.5 1.8A6.5 6.5 0 1 0 14.2 9.8A5.3 5.3 0 0 1 9.5 1.800Z',
};

/** Typing goes into a field, not to a shortcut. */
function isTyping(event) {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** The frame of the console: top bar, route, help, messages. */
class SluiceApp extends LitElement {
  static properties = {where: {state: true}, theme: {state: true}, message: {state: true}, broken: {state: true}};

  static styles = [base, dialogStyles, css`
    :host { min-height: 100vh; }
    .bar {
      position: sticky; top: 0; z-index: 20; height: 48px; display: flex; align-items: center; gap: 4px; padding: 0 var(--gutter);
      background: var(--surface); border-bottom: 1px solid var(--line);
    }
    .brand { display: inline-flex; align-items: center; gap: 8px; font-size: 15px; font-weight: 600; color: var(--ink); margin-right: 16px; border-radius: 4px; }
    .brand:hover { text-decoration: none; }
    .brand rect { fill: var(--accent); }
    .brand path { fill: var(--accent-ink); }
    nav { display: flex; gap: 4px; height: 100%; }
    nav a { display: inline-flex; align-items: center; padding: 0 10px; color: var(--ink-2); border-bottom: 2px solid transparent; border-top: 2px solid transparent; white-space: nowrap; }
    nav a:hover { color: var(--ink); text-decoration: none; background: var(--hover); }
    nav a:focus-visible { outline-offset: -4px; }
    nav a[aria-current] { color: var(--ink); border-bottom-color: var(--accent); }
    .spring { flex: 1; }
    .bar svg.glyph { fill: currentColor; }
    main { padding: 20px var(--gutter) 48px; outline: none; }
    .skip { position: absolute; left: 8px; top: -48px; z-index: 30; }
    .skip:focus { top: 8px; }
    .toast {
      position: fixed; left: 50%; bottom: 16px; transform: translateX(-50%); z-index: 40; max-width: calc(100vw - 24px);
      display: flex; align-items: center; gap: 12px; padding: 8px 8px 8px 16px; border-radius: 8px; background: var(--ink); color: var(--page);
    }
    .toast button { background: transparent; border-color: transparent; color: inherit; text-decoration: underline; }
    .toast button:hover { background: rgb(127 127 127 / 25%); }
    .toast :focus-visible { outline-color: var(--page); }
    dl.keys { display: grid; grid-template-columns: auto 1fr; gap: 8px 16px; align-items: center; }
    dl.keys dt { text-align: right; }
    @media (max-width: 480px) { .brand span { display: none; } .brand { margin-right: 4px; } }
  `];

  constructor() {
    super();
    this.where = route();
    this.theme = themeChoice();
    this.message = null;
    this.broken = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.stopRouting = onRoute(() => this.#arrive());
    this.onNotify = (event) => this.#show(event.detail);
    this.onKey = (event) => this.#shortcut(event);
    addEventListener('sluice-notify', this.onNotify);
    addEventListener('keydown', this.onKey);
    this.#arrive();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stopRouting();
    removeEventListener('sluice-notify', this.onNotify);
    removeEventListener('keydown', this.onKey);
  }

  #arrive() {
    const before = this.where.path.join('/');
    this.where = route();
    if (before !== this.where.path.join('/')) {
      scrollTo(0, 0);
      this.renderRoot?.querySelector('main')?.focus({preventScroll: true});
    }
    const [page, id] = this.where.path;
    // Pages beyond the list come in parts of their own, so that the list is there at once.
    const part = page === 'new' ? import('./pages/new-sweep-page.js')
      : page === 'sweeps' && id ? import('./pages/sweep-page.js') : null;
    part?.catch(() => { this.broken = true; });
    if (page !== 'sweeps' || !id) document.title = page === 'new' ? `${texts.create.title} · ${texts.product}` : texts.product;
  }

  #show(message) {
    this.message = message;
    clearTimeout(this.messageTimer);
    if (!message.bad) this.messageTimer = setTimeout(() => { this.message = null; }, 5000);
  }

  #shortcut(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (this.renderRoot.querySelector('dialog[open]')) return;
    if (event.key === '?') this.renderRoot.querySelector('dialog').showModal();
    else if (event.key === 'g') go(['sweeps']);
    else if (event.key === 'n') go(['new']);
    else return;
    event.preventDefault();
  }

  #nextTheme() {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length];
    chooseTheme(this.theme);
  }

  #page() {
    const [page, id] = this.where.path;
    if (this.broken) return html`<p class="notice bad">${texts.errors.chart}</p>`;
    if (page === undefined || (page === 'sweeps' && !id)) return html`<sweeps-page .query=${this.where.query}></sweeps-page>`;
    if (page === 'sweeps') return html`<sweep-page .sweepId=${id} .query=${this.where.query}></sweep-page>`;
    if (page === 'new') return html`<new-sweep-page .from=${this.where.query.get('from')}></new-sweep-page>`;
    return html`<h1>${texts.errors.notFoundTitle}</h1><p>${texts.errors.notFound} <a href=${link(['sweeps'])}>${texts.nav.sweeps}</a></p>`;
  }

  render() {
    const [page] = this.where.path;
    const themeLabel = texts.theme.label(texts.theme[this.theme]);
    return html`
      <button class="skip" @click=${() => this.renderRoot.querySelector('main').focus()}>${texts.nav.skip}</button>
      <header class="bar">
        <a class="brand" href=${link(['sweeps'])} aria-label=${texts.product}>
          <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true"><rect width="32" height="32" rx="7"></rect><path d="M7 8h4v16H7zM21 8h4v16h-4z"></path><path d="M13 8h6v7h-6z" opacity=".6"></path><path d="M13 20.5c1.5-1.5 3 1.5 6 0V24h-6z"></path></svg>
          <span>${texts.product}</span>
        </a>
        <nav aria-label=${texts.nav.main}>
          <a href=${link(['sweeps'])} aria-current=${page === undefined || page === 'sweeps' ? 'page' : nothing}>${texts.nav.sweeps}</a>
          <a href=${link(['new'])} aria-current=${page === 'new' ? 'page' : nothing}>${texts.nav.create}</a>
        </nav>
        <span class="spring"></span>
        <button class="ghost icon" title=${themeLabel} aria-label=${themeLabel} @click=${() => this.#nextTheme()}>
          <svg class="glyph" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path fill-rule="evenodd" d=${THEME_ICONS[this.theme]}></path></svg>
        </button>
        <button class="ghost icon" title=${texts.nav.help} aria-label=${texts.nav.help} @click=${() => this.renderRoot.querySelector('dialog').showModal()}>?</button>
      </header>
      <main tabindex="-1">${this.#page()}</main>
      <div role="status" aria-live="polite">
        ${this.message ? html`<div class="toast"><span>${this.message.message}</span><button @click=${() => { this.message = null; }}>${texts.common.dismiss}</button></div>` : nothing}
      </div>
      <dialog aria-label=${texts.help.title}>
        <form method="dialog">
          <div class="head"><h2>${texts.help.title}</h2></div>
          <dl class="keys">${texts.help.keys.map(([keys, what]) => html`<dt>${keys.split(' ').filter(Boolean).map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd>`)}</dl>
          <div class="actions"><button>${texts.common.close}</button></div>
        </form>
      </dialog>`;
  }
}
customElements.define('sluice-app', SluiceApp);
