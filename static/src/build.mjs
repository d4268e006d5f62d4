// Bundles the console's script and styles into static/build; nothing is fetched at run time.
import { build } from "esbuild";

await build({
  entryPoints: [
    "static/src/console.js",
    "static/src/console.css",
    "static/src/service-worker.js",
    "static/src/zones/editor.js",
    "static/src/zones/editor.css",
    "static/src/map/map.js",
    "static/src/map/map.css",
    "static/src/admin/admin.js",
    "static/src/admin/admin.css",
  ],
  bundle: true,
  minify: true,
  sourcemap: true,
  target: ["es2022"],
  loader: { ".png": "dataurl" }, // Leaflet's
  outdir: "static/build",
  logLevel: "warning",
});
