import { ensurePages } from './pages.ts';

console.log((await ensurePages()) ? '· pages built into dist/web' : '· pages are up to date');
