// Pins: links with a sign and words, one list for those that would lie on each other.
import { DivIcon, LatLngBounds, LayerGroup, Marker } from "leaflet/dist/leaflet-src.esm.js";
import { h } from "../zones/dom.js";

const HIGH_PX = 56; // of a pin with its foot; how wide one is follows from its words
const wide = ({ words }) => 48 + 9 * words.length;
const MOST = 4; // pins in one place; of more, only how many there are

export class Pins {
  constructor(map) {
    this.map = map;
    this.layer = new LayerGroup().addTo(map);
    map.on("zoomend", () => this.render());
    // A pin that is reached by Tab comes into view.
    map.getContainer().addEventListener("focusin", ({ target }) => {
      const at = target.closest("[data-at]")?.dataset.at;
      if (at) map.panInside(JSON.parse(at), { padding: [60, 60] });
    });
  }

  find({ cameras, incidents }, key) {
    return [...incidents, ...cameras].find((item) => item.key === key)?.at;
  }

  draw({ cameras, incidents }) {
    this.items = [...incidents.map((item) => ({ ...item, incident: true })), ...cameras];
    this.render();
  }

  render() {
    if (!this.items) return;
    const focused = this.map.getContainer().contains(document.activeElement) ? document.activeElement.dataset.key : "";
    this.layer.clearLayers();
    for (const group of this.groups()) this.place(group);
    if (focused) this.map.getContainer().querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  groups() {
    const groups = [];
    for (const item of this.items) {
      const { x, y } = this.map.project(item.at);
      // Pins that would lie on each other share one place.
      const near = groups.find((g) => 2 * Math.abs(g.x - x) < g.wide + wide(item) && Math.abs(g.y - y) < HIGH_PX);
      if (near) near.items.push(item);
      else groups.push({ x, y, wide: wide(item), items: [item] });
    }
    return groups;
  }

  place({ items }) {
    const incidents = items.filter((item) => item.incident);
    const cameras = items.filter((item) => !item.incident);
    const list = h("ul", { class: "pins", "data-at": JSON.stringify(items[0].at) }, [
      ...this.some(incidents, "open incidents"),
      ...this.some(cameras, "cameras"),
    ]);
    const icon = new DivIcon({ html: list, className: "plan-place", iconSize: null });
    new Marker(items[0].at, { icon, interactive: false, keyboard: false, zIndexOffset: incidents.length ? 1000 : 0 }).addTo(this.layer);
  }

  some(items, noun) {
    if (items.length <= MOST) return items.map((item) => h("li", {}, this.link(item)));
    const closer = () => this.map.fitBounds(new LatLngBounds(items.map((item) => item.at)), { padding: [60, 60] });
    const bad = items.filter((item) => item.good === false).length;
    const words = `${items[0].shape} ${items.length} ${noun}${bad ? `, ${bad} cannot see` : ""}`;
    return [h("li", {}, h("button", { type: "button", "data-key": items[0].key, onclick: closer }, words))];
  }

  link(item) {
    if (!item.url) return h("span", { class: "pin" }, item.words);
    const kind = item.incident ? `tier-${item.kind}` : item.good ? "sees" : "blind";
    const sign = h("span", { "aria-hidden": "true" }, item.shape);
    const attributes = { href: item.url, class: `pin ${kind}${item.waits ? " waits" : ""}`, title: item.title, "data-key": item.key };
    return h("a", { ...attributes, "aria-label": item.title, draggable: "false" }, sign, ` ${item.words}`);
  }
}
