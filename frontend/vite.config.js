import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

// Fixed names: templates point at them with {% static %}, and whitenoise adds the hash where it is wanted.
export default defineConfig({
  base: "./",
  plugins: [tailwindcss()],
  publicDir: false,
  build: {
    outDir: "../src/allears/web/static/dist",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome111", "safari16.4", "firefox128"],
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      preserveEntrySignatures: "exports-only",
      input: {
        console: "src/console.ts",
        builder: "src/builder.ts",
        charts: "src/charts.ts",
        look: "src/look.css",
        public: "src/public.css",
      },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
