export { proposeGrids, type ProposeOptions, type ProposeReport } from './propose.ts';
