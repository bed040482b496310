export type { AddressState } from './address.ts';
export { openCleaner } from './clean.ts';
export { listAddresses, listVisits, type AddressPage, type KeptVisit } from './history.ts';
export { acceptProposal, listProposals, rejectProposal, type Decision, type Proposal } from './proposals.ts';
export { VISIT_SCHEMA } from './readVisit.ts';
export { MAX_VISITS, takeVisits, type VisitResult } from './takeVisits.ts';
export * from './words.ts';
export {
  countPeopleWithoutAddress,
  EMPTY_GRID,
  PERSON_THEMES,
  readDataGrid,
  type GridCounts,
  type GridQuestion,
} from './dataGrid.ts';
export { GRID_PARTS, listGridAddresses, listGridTexts, type GridPart } from './gridLists.ts';
