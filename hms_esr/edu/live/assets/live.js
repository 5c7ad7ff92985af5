// Puts what changed in its place, once a second. Knows nothing of figures: the server says what each place reads.
import { Hold } from "./hold.js";
import { Link } from "./link.js";
import { Announcer } from "./say.js";

const body = document.body;
const announcer = new Announcer(document.getElementById("say"));
const hold = new Hold(document.getElementById("hold"));
const last = { e: body.dataset.epoch, n: Number(body.dataset.number) };

function place(key) {
  return document.querySelector(`[data-k="${CSS.escape(key)}"]`);
}

function apply(message) {
  for (const [key, row] of message.a || []) place(key)?.insertAdjacentHTML("beforeend", row);
  for (const [key, inside] of Object.entries(message.h || {})) {
    if (key === "@title") document.title = inside;
    else if (key === "@say") announcer.say(inside);
    else {
      const element = place(key);
      if (element && element.innerHTML !== inside) put(element, inside);
    }
  }
  for (const [key, name] of Object.entries(message.c || {})) place(key)?.setAttribute("class", name);
}

// What a reader has opened, scrolled or stepped on stays as it is.
function put(element, inside) {
  const inner = element.querySelector(".scroll");
  const at = inner ? inner.scrollTop : element.scrollTop;
  const had = element.contains(document.activeElement) && document.activeElement === inner;
  element.innerHTML = inside;
  const now = element.querySelector(".scroll");
  if (now) {
    now.scrollTop = at;
    if (had) now.focus();
  } else if (at) element.scrollTop = at;
}

// Whether the message is on the page now; while figures are held it is not, and is asked for again afterwards.
function heard(message) {
  if (hold.held) {
    hold.missed = true;
    return false;
  }
  last.e = message.e;
  last.n = message.n;
  apply(message);
  return true;
}

if (body.dataset.run) {
  const address = new URL(`${location.pathname.replace(/\/$/, "")}/live${location.search}`, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  new Link(address.href, () => last, heard, announcer, hold).start();
}
