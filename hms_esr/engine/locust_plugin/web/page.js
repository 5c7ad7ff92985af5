"use strict";
const at = (id) => document.getElementById(id);
const ms = (value) => (value === null ? "–" : value >= 10000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`);
const percent = (share) => `${Math.round(share * 100)} %`;

function rows(id, lines) {
  const filled = lines.map((cells) => {
    const row = document.createElement("tr");
    for (const cell of cells) {
      const box = document.createElement("td");
      box.textContent = typeof cell === "object" ? cell.text : cell;
      if (cell.bad) box.className = "bad";
      row.append(box);
    }
    return row;
  });
  at(id).replaceChildren(...filled);
}

function line(kind, values, most) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const step = 600 / Math.max(1, values.length - 1);
  const points = values.map((value, n) => (value === null ? "" : `${(n * step).toFixed(1)},${(158 - (150 * value) / most).toFixed(1)}`));
  shape.setAttribute("points", points.join(" "));
  shape.setAttribute("class", kind);
  return shape;
}

function chart(id, planned, delivered, words) {
  const most = Math.max(1e-9, ...planned.map(Number), ...delivered.map(Number));
  at(`${id}-most`).textContent = planned.length ? `top of the chart: ${words(most)}` : "";
  at(id).replaceChildren(line("planned", planned, most), line("delivered", delivered, most));
}

function show(run) {
  const state = at("state");
  state.textContent = run.verdict ? `${run.verdict}: ${run.sentence}` : run.problem || { ready: "No run yet: start one in Locust", preparing: "Preparing", running: "Running" }[run.state] || run.state;
  state.className = run.problem || ["FAIL", "INVALID", "INTERRUPTED"].includes(run.verdict) ? "bad" : "";
  if (!run.people) {
    at("run").textContent = "";
    return;
  }
  const people = run.people;
  at("run").textContent = `${run.scenario}, run ${run.run_id}, against ${run.target}${run.report ? `. Report: ${run.report}` : ""}`;
  chart("people", run.seconds.map((one) => one.planned), run.seconds.map((one) => one.delivered), (most) => `${Math.round(most)} per second`);
  at("people-now").textContent = `${people.due} due so far of ${people.planned} planned, ${people.started} delivered; ${people.active} under way, ${people.waiting} wait for a decision; ${people.completed} completed, ${people.failed} failed, ${people.dropped} dropped, ${people.lost} lost`;
  chart("times", run.seconds.map((one) => one.planned_ms[1]), run.seconds.map((one) => one.actual_ms[1]), ms);
  rows("latency", [["from the planned start", ...run.latency.planned.map(ms)], ["from the actual start", ...run.latency.actual.map(ms)]]);
  rows("checks", run.checks.map((one) => [one.title, one.shown, one.limit, { text: one.verdict, bad: ["FAIL", "INVALID"].includes(one.verdict) }]));
  rows("workers", run.workers.map((one) => [one.name, percent(one.cpu), percent(one.cpu_max), ms(one.lag_p99_ms), one.started]));
  rows("seconds", run.seconds.slice(-20).reverse().map((one) => [one.at_s, one.planned, one.delivered, one.requests, one.errors, one.planned_ms.map(ms).join(", "), one.actual_ms.map(ms).join(", ")]));
}

async function look() {
  try {
    const answer = await fetch("./rehearsal.json", { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (answer.redirected || !answer.ok) throw new Error(answer.redirected ? "log in again" : `status ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    at("state").textContent = `No answer from the run (${error.message})`;
    at("state").className = "bad";
  }
}

look();
setInterval(look, 1000);
