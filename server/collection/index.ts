export type { AddressState } from './address.ts';
export { openCleaner } from './clean.ts';
export { listAddresses, listVisits, type AddressPage, type KeptVisit } from './history.ts';
export { acceptProposal, listProposals, rejectProposal, type Decision, type Proposal } from './proposals.ts';
export { VISIT_SCHEMA } from './readVisit.ts';
export { MAX_VISITS, takeVisits, type VisitResult } from './takeVisits.ts';
export * from './words.ts';
