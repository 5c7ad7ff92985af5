// "Hold figures": the page stops changing while somebody reads; what came meanwhile is put in place afterwards.
export class Hold {
  constructor(button, apply) {
    this.button = button;
    this.apply = apply;
    this.held = false;
    this.waiting = [];
    this.since = null;
    button.hidden = false;
    button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    this.held = !this.held;
    this.since = this.held ? new Date() : null;
    this.button.setAttribute("aria-pressed", String(this.held));
    if (!this.held) {
      for (const message of this.waiting) this.apply(message);
      this.waiting = [];
    }
    this.changed?.();
  }

  take(message) {
    if (!this.held) this.apply(message);
    else this.waiting = [...this.waiting, message].slice(-3600);
  }
}
