import {LitElement, html, css} from 'lit';
import {base, dialogStyles} from '../styles.js';

/** Asks before something is lost, naming it. */
class AskDialog extends LitElement {
  static properties = {question: {state: true}};
  static styles = [base, dialogStyles, css`p { overflow-wrap: anywhere; }`];

  constructor() {
    super();
    this.question = {title: '', body: '', confirm: '', keep: ''};
  }

  /** @returns {Promise<boolean>} whether it was confirmed */
  async ask(question) {
    this.question = question;
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector('dialog');
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), {once: true});
    });
  }

  render() {
    const {title, body, confirm, keep} = this.question;
    return html`<dialog aria-labelledby="title">
      <form method="dialog">
        <h2 id="title">${title}</h2>
        <p>${body}</p>
        <div class="actions"><button value="">${keep}</button><button class="danger primary" value="yes">${confirm}</button></div>
      </form>
    </dialog>`;
  }
}
customElements.define('ask-dialog', AskDialog);
