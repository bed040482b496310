import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const server = process.env['HEKAN_SERVER'] ?? 'http://127.0.0.1:8787';

/** Pages as built: / → index.html, /wall → wall/index.html. The server hands out dist/web. */
export default defineConfig({
  root: at('./web'),
  base: '/',
  publicDir: false,
  cacheDir: at('./node_modules/.vite'),
  plugins: [svelte({ configFile: false })],
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/tiles', '/openapi.json', '/docs'].map((path) => [path, server])),
  },
  build: {
    outDir: at('./dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // mapbox-gl alone is 770 kB before compression; it comes lazily, after the figures.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { index: at('./web/index.html'), wall: at('./web/wall/index.html') },
    },
  },
});
