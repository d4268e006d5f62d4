// See it work: people and stays over the drawing as it stands here, before it goes live; and what a day would bring.
import { h, refill } from "./dom.js";
import { lines, post } from "./server.js";

function table(caption, rates) {
  const head = ["tier", "stays", "a day, so or higher (95 %)"].map((words) => h("th", { scope: "col" }, words));
  const rows = rates.map((r) => h("tr", {}, h("th", { scope: "row" }, r.tier), h("td", {}, String(r.counted)), h("td", {}, r.a_day)));
  return h("table", { class: "rates" }, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}

export class Rehearsal {
  constructor(model, canvas, place, addresses) {
    Object.assign(this, { model, canvas, place, addresses, stop: null, words: [], raised: [], day: null });
    model.addEventListener("change", () => this.again());
    this.render();
  }

  render() {
    const run = this.stop ? "Stop the live view" : "Show people live over this drawing";
    refill(
      this.place,
      h("div", { class: "acts" }, [
        h("button", { type: "button", id: "live", "aria-pressed": String(Boolean(this.stop)), onclick: () => this.toggle() }, run),
        h("button", { type: "button", id: "expect", onclick: () => this.expect() }, "What would a day bring?"),
      ]),
      h("div", { role: "status", id: "rehearsal-words" }, this.words.map((words) => h("p", {}, words))),
      ...this.dayTables(),
      this.raised.length ? h("ul", {}, this.raised.map((r) => h("li", {}, `${r.tier} in ${r.zone}: ${r.words}`))) : null,
    );
  }

  // What a day would bring: by the replay of this drawing, and by the record of each silent zone.
  dayTables() {
    if (!this.day) return [];
    const replayed = this.day.rates.length ? [table("This drawing, replayed", this.day.rates)] : [];
    const kept = this.day.silent.map(({ zone, words, rates, page }) => [
      table(`Silent zone ${zone}, as it was watched`, rates),
      h("p", {}, `${words} Nobody was paged. `, page ? h("a", { href: page }, "Each of them with its reasons") : null),
    ]);
    return [...replayed, ...kept.flat()];
  }

  toggle() {
    this.day = null;
    if (this.stop) this.end();
    else this.begin();
    this.render();
  }

  begin() {
    this.stop = new AbortController();
    this.drawn = JSON.stringify(this.model.drawing);
    this.words = ["Silent: nobody is paged by what is shown here. Poses are not part of it."];
    this.raised = [];
    lines(this.addresses.people, this.model.drawing, this.stop.signal, (line) => this.take(line));
  }

  end() {
    this.stop?.abort();
    this.stop = this.canvas.live = null;
    this.canvas.render();
  }

  // A drawing that changed is tried from now on; one that is half drawn says so by itself.
  again() {
    if (!this.stop || this.drawn === JSON.stringify(this.model.drawing)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.stop) return;
      this.end();
      this.begin();
      this.render();
    }, 1000);
  }

  take(line) {
    if (line.words) {
      this.words = [line.words];
      this.canvas.live = null;
      this.render();
    } else {
      this.canvas.live = line;
      if (line.raised.length) {
        this.raised = [...line.raised, ...this.raised].slice(0, 5);
        this.render();
      }
    }
    this.canvas.render();
  }

  async expect() {
    this.day = null;
    this.words = ["Counting…"];
    this.render();
    const answer = await post(this.addresses.expected, this.model.drawing);
    this.words = answer.words ?? [answer.fault];
    this.day = answer.rates ? answer : null;
    this.render();
  }
}
