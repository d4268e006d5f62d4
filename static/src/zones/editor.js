// The zone editor: puts picture, panel, calibration, check and save together.
import { Calibration } from "./calibrate.js";
import { Canvas } from "./canvas.js";
import { h, refill } from "./dom.js";
import { listenToKeys } from "./keyboard.js";
import { Model, NOUNS } from "./model.js";
import { Panel } from "./panel.js";
import { Rehearsal } from "./rehearse.js";
import { picture, post } from "./server.js";

const CHECK_MS = 200;
const find = (name) => document.querySelector(`[data-${name}]`);
const start = JSON.parse(document.getElementById("start").textContent);
const at = ([name, address]) => [name.slice(2).toLowerCase(), address]; // data-at-save is addresses.save
const addresses = Object.fromEntries(Object.entries(find("editor").dataset).map(at));
const surface = find("surface");
const model = new Model(start.document);
const canvas = new Canvas(surface.querySelector("svg"), model);
const panel = new Panel(model, { ...start, policy: addresses.policy }, { shapes: find("shapes"), selected: find("selected") });
let basedOn = start.based_on;
let problems = [];
let warned = [];
let checked = 0;

function say(words) {
  find("say").textContent = words;
}

// --- drawing --------------------------------------------------------------------------------------------------
const HINTS = {
  polygon: "Click round the area; click the first point again to close it, or press Finish.",
  edge: "Now the edge line: click along the feet of the barrier, then press Finish.",
};

function begin(kind) {
  model.select(null);
  surface.focus();
  canvas.cursor = null;
  hint(HINTS.polygon);
  canvas.begin(kind, "polygon", (polygon) => {
    if (kind !== "zones") return add(kind, { name: model.free(kind), polygon });
    hint(HINTS.edge);
    canvas.begin(kind, "edge", (edge) =>
      add(kind, {
        name: model.free(kind), kind: "bridge", enabled: true, silent: true, polygon, edge, hours: [], overrides: {}, override_reason: "",
      }),
    );
  });
  tools();
}

function add(kind, shape) {
  canvas.cancel();
  model.add(kind, shape);
  hint(kind === "zones" ? "Added, and silent at first: nobody is paged until you switch that off." : "Added.");
}

function cancel() {
  const busy = canvas.draw || canvas.pick;
  canvas.cancel();
  if (!busy) model.select(null);
  hint("");
  tools();
}

function takeBack() {
  canvas.draw?.points.pop();
  canvas.render();
}

function hint(words) {
  find("hint").textContent = words;
  if (words) say(words);
}

function tools() {
  const drawing = Boolean(canvas.draw);
  for (const name of ["finish", "take-back"]) find(name).hidden = !drawing;
  find("cancel").hidden = !drawing && !canvas.pick;
  find("undo").disabled = !model.past.length;
  find("redo").disabled = !model.future.length;
}

const on = (name, act) => find(name).addEventListener("click", act);
for (const kind of Object.keys(NOUNS)) on(`add-${kind}`, () => begin(kind));
on("finish", () => canvas.finish());
on("take-back", takeBack);
on("cancel", cancel);
on("undo", () => model.undo());
on("redo", () => model.redo());
on("zoom-in", () => canvas.zoom(1.4));
on("zoom-out", () => canvas.zoom(1 / 1.4));
on("zoom-fit", () => (canvas.fit(), canvas.render()));
on("snap", (event) => {
  canvas.snap = !canvas.snap;
  event.target.setAttribute("aria-pressed", String(canvas.snap));
});
canvas.svg.addEventListener("drawn", ({ detail }) => say(typeof detail === "number" ? `point ${detail} is set` : detail));
listenToKeys(surface, canvas, model, { begin, cancel, takeBack, say });

// --- checking: the server says what is wrong, in the words with which it would refuse -----------------------------
async function check() {
  checked += 1;
  const turn = checked;
  const answer = await post(addresses.check, model.drawing);
  if (turn !== checked) return;
  problems = answer.lost ? [{ where: "", words: answer.fault }] : answer.problems;
  canvas.overlay = answer.overlay ?? canvas.overlay;
  warned = answer.warnings ?? warned;
  panel.problems = problems;
  panel.measures = answer.overlay?.measures ?? panel.measures;
  panel.render();
  canvas.render();
  showProblems();
}

function showProblems() {
  const grid = canvas.overlay?.grid.length ? `Grid of ${canvas.overlay.grid_m} m${canvas.overlay.estimated ? ", only estimated" : ""}.` : "";
  const rows = problems.map(({ where, words }) => {
    const [kind, index] = where.split("/");
    const known = NOUNS[kind] && model.drawing[kind][index];
    return h("li", {}, known ? h("button", { type: "button", onclick: () => model.select(kind, Number(index)) }, words) : words);
  });
  const warnings = warned.map((words) => h("li", { class: "warning" }, `Look again: ${words}.`));
  refill(
    find("problems"),
    problems.length ? h("ul", { class: "problems" }, rows) : h("p", {}, `No problem found. ${grid}`),
    warnings.length && !problems.length ? h("ul", { class: "problems" }, warnings) : null,
  );
}

let timer;
model.addEventListener("change", ({ detail }) => {
  if (detail) say(detail);
  tools();
  find("save").textContent = model.dirty ? "Save and watch this" : "Saved";
  clearTimeout(timer);
  timer = setTimeout(check, CHECK_MS);
});

// --- saving ---------------------------------------------------------------------------------------------------
find("save-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const why = find("why");
  const answer = await post(addresses.save, { document: model.drawing, why: why.value, based_on: basedOn });
  const result = find("saved");
  if (answer.lost || answer.problems) {
    const faults = answer.lost ? [answer.fault] : answer.problems.map((problem) => problem.words);
    refill(result, h("p", {}, "Not saved:"), h("ul", { class: "problems" }, faults.map((words) => h("li", {}, words))));
    return;
  }
  basedOn = answer.version;
  const words = answer.difference.length
    ? [h("p", {}, `Saved as version ${answer.version}; the watch takes it up within seconds.`), h("ul", {}, answer.difference.map((d) => h("li", {}, d)))]
    : [h("p", {}, "Nothing differs from what is watched.")];
  model.drawing = answer.document; // with the keys of new zones
  model.saved = JSON.stringify(model.drawing);
  model.past.length = model.future.length = 0;
  why.value = "";
  model.told();
  refill(result, words);
});

addEventListener("beforeunload", (event) => model.dirty && event.preventDefault());

find("import").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  const answer = await post(addresses.read, await file.text());
  target.value = "";
  if (answer.document) {
    model.selected = null;
    model.change(`${file.name} read`, () => (model.drawing = withKeys(answer.document)));
    return refill(find("saved"), h("p", {}, `${file.name} is shown. It goes live when you save it.`));
  }
  const faults = answer.problems?.map((problem) => problem.words) ?? [answer.fault];
  refill(find("saved"), h("p", {}, `${file.name} was not read, nothing was changed:`), h("ul", { class: "problems" }, faults.map((words) => h("li", {}, words))));
});

// A zone of the same name stays the same zone.
function withKeys(read) {
  const keys = new Map(model.drawing.zones.map((zone) => [zone.name, zone.key]));
  for (const zone of read.zones) if (keys.get(zone.name)) zone.key = keys.get(zone.name);
  return read;
}

// --- the picture ----------------------------------------------------------------------------------------------
async function refresh() {
  const place = find("picture-words");
  refill(place, h("p", {}, "Fetching a fresh picture…"));
  const { fault, passed, size, data } = await picture(addresses.picture);
  if (fault) {
    const right = passed?.length ? ` What works: ${passed.join("; ")}.` : "";
    return refill(place, h("p", { class: "fault" }, `No picture: ${fault}.${right} You can draw on the empty picture meanwhile.`));
  }
  canvas.show(data);
  const [width, height] = model.drawing.size;
  if (size[0] === width && size[1] === height) return refill(place);
  const nothing = Object.keys(NOUNS).every((kind) => !model.drawing[kind].length) && !model.drawing.homography;
  if (nothing) {
    model.drawing.size = size;
    canvas.fit();
    refill(place);
    return model.told();
  }
  const scale = () => {
    model.resize(size);
    canvas.fit();
    canvas.render();
    refill(place);
  };
  refill(
    place,
    h("p", { class: "fault" }, `The picture is ${size.join(" x ")}, the zones were drawn on ${width} x ${height}: nobody is watched until they agree.`),
    h("button", { type: "button", id: "scale", onclick: scale }, "Scale the drawing to the new size"),
  );
}

on("refresh", refresh);
const calibration = new Calibration(model, canvas, find("calibrate-room"), addresses, (words) => {
  hint(words);
  tools();
});
find("calibrate-room").addEventListener("toggle", () => calibration.refresh());
new Rehearsal(model, canvas, find("rehearsal"), addresses);
tools();
check();
refresh();
