/** What a collector found. */
export const OUTCOMES = ['visited', 'nobody', 'not_found', 'demolished'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Outcomes that say somebody stood at the address. */
export const REACHED: readonly Outcome[] = ['visited', 'nobody', 'demolished'];

/** What a visit may propose of the address base. */
export const PROPOSAL_KINDS = ['new', 'move', 'rename', 'name', 'alias', 'retire'] as const;
export type ProposalKind = (typeof PROPOSAL_KINDS)[number];

export const PROPOSAL_STATES = ['waiting', 'accepted', 'rejected'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** What three-real-one-standard (三实一标) counts at an address; never who. */
export const COUNTED = ['people', 'houses', 'units'] as const;
export type Counted = (typeof COUNTED)[number];
export type Counts = Record<Counted, number | null>;
