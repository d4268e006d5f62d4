// From clicks to metres: known points, a walk that the watch has seen, and the rail's height by three clicks.
import { h, refill } from "./dom.js";
import { get, post } from "./server.js";

export class Calibration {
  constructor(model, canvas, place, addresses, say) {
    Object.assign(this, { model, canvas, place, addresses, say });
    this.points = structuredClone(model.drawing.calibration?.points ?? []);
    this.errors = [];
    this.words = "";
    this.walking = null; // UTC seconds at which the walk began
    this.person = model.drawing.calibration?.person_m ?? 1.75;
    model.addEventListener("change", () => this.render());
    this.render();
  }

  render() {
    const { homography, calibration, rail_height_m: rail } = this.model.drawing;
    const how = { points: " from known points", walk: " from a walk" }[calibration?.method] ?? "";
    const off = calibration ? `, ${calibration.residual_m.toFixed(2)} m off on average` : "";
    this.canvas.marks = this.place.open ? this.points.map((p) => p.pixel) : [];
    refill(
      this.place.querySelector("[data-calibration]"),
      h("p", { id: "calibration-state" }, homography ? `Calibrated${how}${off}.` : "Not calibrated: every metre is an estimate."),
      this.known(),
      this.walk(),
      this.rail(rail),
      h("p", { class: "words", id: "calibration-words", role: "status" }, this.words),
      homography && h("button", { type: "button", id: "calibration-remove", onclick: () => this.take(null, null) }, "Take the calibration away"),
    );
  }

  known() {
    const rows = this.points.map((point, n) => {
      const cell = (axis) => {
        const input = h("input", {
          id: `metre-${n}-${axis}`,
          type: "number",
          step: "any",
          "aria-label": `known point ${n + 1}, ${"xy"[axis]} in metres`,
          onchange: () => (point.metres[axis] = Number(input.value)),
        });
        input.value = point.metres[axis] ?? "";
        return h("td", {}, input);
      };
      const remove = () => {
        this.points.splice(n, 1);
        this.errors = [];
        this.refresh();
      };
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, `${n + 1}`),
        cell(0),
        cell(1),
        h("td", {}, this.errors[n] === undefined ? "" : `${this.errors[n].toFixed(2)} m`),
        h("td", {}, h("button", { type: "button", id: `known-${n}-delete`, "aria-label": `Delete known point ${n + 1}`, onclick: remove }, "−")),
      );
    });
    const table = h(
      "table",
      {},
      h("caption", {}, "Known points on the ground, in metres from any corner you like; y grows away from you, x to the right"),
      h("thead", {}, h("tr", {}, ["", "x (m)", "y (m)", "Off", ""].map((name) => h(name ? "th" : "td", name ? { scope: "col" } : {}, name)))),
      h("tbody", {}, rows),
    );
    return h(
      "div",
      {},
      this.points.length ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Known points" }, table) : null,
      h("div", { class: "acts" }, [
        h("button", { type: "button", id: "known-add", onclick: () => this.pickPoint() }, "Click a known point"),
        h("button", { type: "button", id: "known-solve", disabled: this.points.length < 4, onclick: () => this.solvePoints() }, "Calibrate from the points"),
      ]),
    );
  }

  walk() {
    const height = h("input", { id: "walk-height", type: "number", step: "0.01", min: "1", max: "2.3", onchange: () => (this.person = Number(height.value)) });
    height.value = this.person;
    const words = this.walking ? "End the walk and calibrate" : "Begin a walk now";
    return h(
      "details",
      { open: Boolean(this.walking) || this.walkOpen, ontoggle: (event) => (this.walkOpen = event.target.open) },
      h("summary", { id: "walk-summary" }, "Or by a walk"),
      h("p", { class: "quiet" }, "One person of known height walks alone over the level deck for a minute, towards the camera and away from it. The camera must be watched."),
      h("div", { class: "field" }, h("label", { for: "walk-height" }, "The person's height with shoes, metres"), height),
      h("button", { type: "button", id: "walk", onclick: () => this.walkStep() }, words),
    );
  }

  rail(height) {
    const input = h("input", {
      id: "rail-height",
      type: "number",
      step: "0.01",
      min: "0",
      max: "5",
      onchange: () => this.model.change("the rail's height", (d) => (d.rail_height_m = Number(input.value))),
    });
    input.value = height;
    return h(
      "div",
      { class: "field" },
      h("label", { for: "rail-height" }, "Height of the rail's top above the deck, metres (0: no rail)"),
      input,
      h("button", { type: "button", id: "rail-measure", onclick: () => this.measureRail() }, "Measure it by three clicks"),
    );
  }

  refresh() {
    this.render();
    this.canvas.render();
  }

  pickPoint() {
    this.say("Click the place on the picture, or move there by arrow keys and press Enter.");
    this.canvas.svg.parentElement.focus();
    this.canvas.pick = (pixel) => {
      this.canvas.cancel();
      this.say("");
      this.points.push({ pixel: pixel.map((v) => Math.round(v * 10) / 10), metres: [null, null] });
      this.errors = [];
      this.refresh();
      document.getElementById(`metre-${this.points.length - 1}-0`).focus();
    };
  }

  async solvePoints() {
    const empty = this.points.findIndex((point) => point.metres.some((v) => v === null || Number.isNaN(v)));
    if (empty >= 0) return this.tell(`Type the metres of point ${empty + 1}.`);
    const answer = await post(this.addresses.calibrate, { method: "points", points: this.points });
    this.take(answer);
  }

  async walkStep() {
    if (!this.walking) {
      this.walking = Date.now() / 1000;
      return this.tell("Walk now. Press the button again when the person has walked far enough.");
    }
    const seen = await get(`${this.addresses.walk}?from=${this.walking}&to=${Date.now() / 1000}`);
    this.walking = null;
    if (seen.fault) return this.tell(seen.fault);
    if (!seen.frames) return this.tell("The watch has seen nothing: is this camera switched on and live?");
    const answer = await post(this.addresses.calibrate, { method: "walk", height_m: this.person, ...seen });
    this.take(answer);
  }

  measureRail() {
    const clicks = [];
    const asked = ["Click the rail's top.", "Click the rail's top again, farther along.", "Click where a post between the two stands on the deck."];
    this.canvas.svg.parentElement.focus();
    this.tell(asked[0]);
    this.canvas.pick = async (pixel) => {
      clicks.push(pixel);
      if (clicks.length < 3) return this.tell(asked[clicks.length]);
      this.canvas.cancel();
      const { homography } = this.model.drawing;
      const answer = await post(this.addresses.calibrate, { method: "rail", homography, top: clicks.slice(0, 2), foot: clicks[2] });
      if (answer.fault) return this.tell(answer.fault);
      this.words = `The rail is ${answer.rail_height_m} m high, give or take ${answer.error_m} m.`;
      this.say("");
      this.model.change(this.words, (d) => (d.rail_height_m = answer.rail_height_m));
    };
  }

  take(answer) {
    if (answer?.fault) return this.tell(answer.fault);
    this.words = answer?.words ?? "";
    this.errors = answer?.errors_m ?? [];
    this.model.change(answer ? "calibrated" : "the calibration taken away", (d) => {
      d.homography = answer?.homography ?? null;
      d.calibration = answer?.calibration ?? null;
    });
  }

  tell(words) {
    this.words = words;
    this.refresh();
    this.say(words);
  }
}
