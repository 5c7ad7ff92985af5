// What a screen reader is told: verdict and connection, at most once in 15 s, and only when it is something else.
const LEAST_MS = 15000;

export class Announcer {
  constructor(element) {
    this.element = element;
    this.next = "";
    this.at = performance.now();
    this.timer = 0;
  }

  say(words) {
    if (!words || words === this.element.textContent) {
      this.next = "";
      return;
    }
    this.next = words;
    if (this.timer) return;
    const wait = Math.max(0, this.at + LEAST_MS - performance.now());
    this.timer = setTimeout(() => this.now(), wait);
  }

  now() {
    this.timer = 0;
    if (!this.next) return;
    this.element.textContent = this.next;
    this.next = "";
    this.at = performance.now();
  }
}
