import { defineConfig } from "vite";

// One file that any page can load by a plain <script>: nothing of it becomes a name of the page but `allears`.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/allears/web/static/dist",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    reportCompressedSize: false,
    lib: { entry: "src/widget/index.ts", formats: ["iife"], name: "allearsWidget", fileName: () => "widget.js" },
  },
});
