// "Hold figures": the page stops changing while somebody reads; afterwards it asks for what it missed.
export class Hold {
  constructor(button) {
    this.button = button;
    this.held = false;
    this.missed = false;
    this.since = null;
    button.hidden = false;
    button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    this.held = !this.held;
    this.since = this.held ? new Date() : null;
    this.button.setAttribute("aria-pressed", String(this.held));
    this.changed?.(this.missed && !this.held);
    if (!this.held) this.missed = false;
  }
}
