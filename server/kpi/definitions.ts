/** What each indicator counts. A change of meaning is a new version. */
export const KPI_DEFINITIONS = [
  {
    id: 'completion',
    version: 1,
    nameZh: '办结率',
    nameEn: 'Completion rate',
    numerator: 'cases accepted in the period whose status is closed',
    denominator: 'cases accepted in the period',
    cohort: 'day of acceptance, in the time zone of the city',
    exclusions: 'none: cases not filed or voided after acceptance stay in the denominator',
  },
] as const;
