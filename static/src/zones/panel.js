// The side of the editor: what is drawn, and everything about the shape that is selected, as plain form fields.
import { h, refill } from "./dom.js";
import { NOUNS, tenth } from "./model.js";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export class Panel {
  constructor(model, start, places) {
    Object.assign(this, { model, start, places, problems: [], measures: {} });
    this.opened = new Set();
    model.addEventListener("change", () => this.render());
    this.render();
  }

  render() {
    refill(this.places.shapes, this.list());
    refill(this.places.selected, this.selected());
  }

  list() {
    const { drawing, selected } = this.model;
    const rows = Object.keys(NOUNS).flatMap((kind) =>
      drawing[kind].map((shape, index) => {
        const wrong = this.problems.some((problem) => problem.where === `${kind}/${index}`);
        return h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              id: `shape-${kind}-${index}`,
              "aria-pressed": String(selected?.kind === kind && selected.index === index),
              onclick: () => this.model.select(kind, index),
            },
            h("span", { class: `swatch ${kind}`, "aria-hidden": "true" }),
            `${NOUNS[kind]} ${shape.name}${wrong ? ", has a problem" : ""}`,
          ),
        );
      }),
    );
    return rows.length ? h("ul", { class: "shapes" }, rows) : h("p", { class: "quiet" }, "Nothing is drawn yet: nobody is watched.");
  }

  selected() {
    const shape = this.model.shape();
    if (!shape) return [h("p", { class: "quiet" }, "Choose a shape in the picture or in the list.")];
    const { kind } = this.model.selected;
    return [
      h("h2", {}, `${NOUNS[kind]} ${shape.name}`),
      this.text("name", "Name", shape.name, (value) => (shape.name = value.trim() || shape.name)),
      kind === "zones" ? this.zone(shape) : null,
      this.points(shape),
      h("button", { type: "button", id: "delete-shape", onclick: () => this.model.remove() }, `Delete this ${NOUNS[kind]}`),
    ];
  }

  zone(shape) {
    const metres = this.measures[shape.name];
    const words = metres
      ? [metres.edge_m !== null && `edge ${metres.edge_m} m`, metres.area_m2 !== null && `area ${metres.area_m2} m²`, metres.person_px && `people ${metres.person_px.join(" to ")} pixels tall`]
      : [];
    return h(
      "div",
      {},
      h("p", { class: "measures", id: "measures" }, words.filter(Boolean).join(", ") || "no metres yet"),
      this.choice("kind", "Kind", shape.kind, Object.entries(this.start.kinds), (value) => (shape.kind = value)),
      this.tick("enabled", "Watched", shape.enabled !== false, (value) => (shape.enabled = value)),
      this.tick("silent", "Silent: people are scored, nobody is paged", shape.silent, (value) => (shape.silent = value)),
      h("p", { class: "quiet" }, "Who is paged is said by the site's policies, for all its zones", ...(this.start.policy ? [": ", h("a", { href: this.start.policy }, "who is paged")] : []), "."),
      this.details("hours", `Hours: ${counted(shape.hours?.length ?? 0)}`, this.hours(shape)),
      this.details("profile", `Profile: ${Object.keys(shape.overrides ?? {}).length || "nothing"} different`, this.overrides(shape)),
    );
  }

  hours(shape) {
    const rows = (shape.hours ?? []).map((range, n) =>
      h(
        "fieldset",
        { class: "range" },
        h("legend", {}, `Range ${n + 1}, ${this.start.time_zone}`),
        h(
          "div",
          { class: "days" },
          DAYS.map((day, d) =>
            this.tick(`hours-${n}-${d}`, day, range.days.includes(d), (on) => {
              range.days = on ? [...range.days, d].sort() : range.days.filter((other) => other !== d);
            }),
          ),
        ),
        this.field("time", `hours-${n}-from`, "From", range.from, (value) => (range.from = value)),
        this.field("time", `hours-${n}-to`, "To (next day, if earlier)", range.to, (value) => (range.to = value)),
        this.button(`hours-${n}-delete`, "Delete this range", () => shape.hours.splice(n, 1)),
      ),
    );
    const range = { days: [0, 1, 2, 3, 4, 5, 6], from: "20:00", to: "08:00" };
    return [
      h("p", { class: "quiet" }, "Outside these hours people are measured and nobody is paged. Who is there when they begin is told then."),
      ...rows,
      this.button("hours-add", "Add a range", () => (shape.hours = [...(shape.hours ?? []), range])),
    ];
  }

  overrides(shape) {
    const own = (shape.overrides ??= {});
    const free = Object.entries(this.start.profile).filter(([name]) => !(name in own));
    const rows = Object.entries(own).map(([name, value]) =>
      h(
        "div",
        { class: "row" },
        this.field("number", `profile-${name}`, `${name} (else ${this.start.profile[name] ?? "unknown"})`, value, (text) => {
          own[name] = Number(text);
        }),
        this.button(`profile-${name}-delete`, "As the profile", () => delete own[name]),
      ),
    );
    const options = [["", "choose a value"], ...free.map(([name, value]) => [name, `${name}: ${value}`])];
    return [
      ...rows,
      this.choice("profile-add", "Another value that differs here", "", options, (name) => {
        if (name) own[name] = this.start.profile[name];
      }),
      rows.length ? this.text("reason", "Why this zone differs", shape.override_reason ?? "", (value) => (shape.override_reason = value)) : null,
    ];
  }

  points(shape) {
    const tables = this.model.parts().map((part) =>
      h(
        "table",
        {},
        h("caption", {}, part === "edge" ? "Edge line, along the feet of the barrier" : "Area, where feet count as in it"),
        h("thead", {}, h("tr", {}, ["Point", "x", "y", "Acts"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, shape[part].map((_, n) => this.row(part, n))),
      ),
    );
    return this.details("points", "Points as numbers", tables);
  }

  row(part, n) {
    const { kind, index } = this.model.selected;
    const act = (what) => () => {
      this.model.select(kind, index, part, n);
      what();
    };
    const cell = (axis) => {
      const name = part === "edge" ? "edge point" : "point";
      const input = h("input", {
        id: `${part}-${n}-${axis}`,
        type: "number",
        step: "any",
        "aria-label": `${name} ${n + 1}, ${"xy"[axis]}`,
        onchange: () => {
          const place = [...this.model.shape()[part][n]];
          place[axis] = tenth(Number(input.value));
          act(() => this.model.move(n, place))();
        },
      });
      input.value = this.model.shape()[part][n][axis];
      return h("td", {}, input);
    };
    const button = (words, sign, what) =>
      h("button", { type: "button", id: `${part}-${n}-${words}`, "aria-label": `${words} point ${n + 1}`, onclick: act(what) }, sign);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, `${n + 1}`),
      cell(0),
      cell(1),
      h("td", { class: "row" }, button("Insert after", "+", () => this.model.insert(n)), button("Delete", "−", () => this.model.drop(n))),
    );
  }

  // --- fields: each change is one step that can be undone ---------------------------------------------------------
  change(words, act) {
    this.model.change(words, act);
  }

  details(id, words, children) {
    return h(
      "details",
      { open: this.opened.has(id), ontoggle: (event) => this.opened[event.target.open ? "add" : "delete"](id) },
      h("summary", { id: `summary-${id}` }, words),
      children,
    );
  }

  text(id, label, value, set) {
    return this.field("text", id, label, value, set);
  }

  field(type, id, label, value, set) {
    const input = h("input", { id: `f-${id}`, type, step: "any", maxlength: 200, onchange: () => this.change(label, () => set(input.value)) });
    input.value = value;
    return h("div", { class: "field" }, h("label", { for: `f-${id}` }, label), input);
  }

  tick(id, label, value, set) {
    const input = h("input", { id: `f-${id}`, type: "checkbox", checked: Boolean(value), onchange: () => this.change(label, () => set(input.checked)) });
    return h("label", { class: "tick", for: `f-${id}` }, input, label);
  }

  choice(id, label, value, options, set) {
    const select = h(
      "select",
      { id: `f-${id}`, onchange: () => this.change(label, () => set(select.value)) },
      options.map(([key, words]) => h("option", { value: key, selected: key === value }, words)),
    );
    return h("div", { class: "field" }, h("label", { for: `f-${id}` }, label), select);
  }

  button(id, words, act) {
    return h("button", { type: "button", id: `f-${id}`, onclick: () => this.change(words, act) }, words);
  }
}

const counted = (ranges) => (ranges ? `${ranges} ${ranges === 1 ? "range" : "ranges"}` : "always");
