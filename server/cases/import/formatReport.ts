/** Moved: import it from server/imports/. Here only until commands/ does. */
export { formatReport } from '../../imports/formatReport.ts';
