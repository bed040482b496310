/** Moved: import it from server/imports/. Here only until commands/ does. */
export { importDivisions } from '../imports/importDivisions.ts';
