/** Moved: import it from server/imports/. Here only until commands/ does. */
export { importCases } from '../../imports/importCases.ts';
