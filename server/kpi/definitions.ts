import type { IndicatorId } from '../cases/index.ts';

interface Meaning {
  /** A change of meaning is a new version. */
  version: number;
  name: Words;
  numerator: Words;
  denominator: Words;
  cohort: Words;
  exclusions: Words;
}
type Words = readonly [zh: string, en: string];

const NONE: Words = ['无', 'none'];
const ENDED: Words = ['作废及申诉成立的案卷', 'void cases and those whose appeal was upheld'];
const STOPPED: Words = ['挂账、作废及申诉成立的案卷', 'suspended and void cases, and those whose appeal was upheld'];
const REPORTED: Words = ['上报时间', 'when it was reported'];
const DUE_TO_CLOSE: Words = ['应结案：期内结案＋期限已过仍未结案', 'due to close: closed, or open past the deadline'];
const CLOSING: Words = ['结案时间；未结案的按期限', 'when it was closed; while open, its deadline'];
const DUE_TO_HANDLE: Words = [
  '应处置：已处置＋期限已过仍未处置',
  'due to handle: handled, or not handled past the deadline',
];
const HANDLING: Words = ['处置反馈时间；未处置的按期限', 'when it was handled; until then, its deadline'];

const stage = (zh: string, en: string, doneZh: string, done: string): Meaning => ({
  version: 1,
  name: [`按时${zh}率`, `On-time ${en} rate`],
  numerator: [`阶段期限内${doneZh}`, `${done} within the limit of the stage, in every round`],
  denominator: [`应${doneZh}：已${doneZh}＋阶段期限已过仍未${doneZh}`, `${done}, or not past the limit of the stage`],
  cohort: [`${doneZh}时间；未完成的按阶段期限`, `when it was ${done}; until then, the limit of the stage`],
  exclusions: ENDED,
});
const plain = (
  [zh, en]: Words,
  numerator: Words,
  denominator: Words,
  cohort: Words,
  exclusions: Words = NONE,
): Meaning => ({ version: 1, name: [zh, en], numerator, denominator, cohort, exclusions });

const MEANINGS: Record<IndicatorId, Meaning> = {
  completion: plain(
    ['办结率', 'Completion rate'],
    ['已结案', 'closed'],
    ['受理', 'accepted'],
    ['受理时间', 'when it was accepted'],
    [
      '无：受理后不予立案或作废的仍计入分母',
      'none: cases not filed or voided after acceptance stay in the denominator',
    ],
  ),
  filing: plain(['立案率', 'Filing rate'], ['已立案', 'filed'], ['上报', 'reported'], REPORTED),
  closure: plain(['结案率', 'Closure rate'], ['已结案', 'closed'], DUE_TO_CLOSE, CLOSING, STOPPED),
  on_time_closure: plain(
    ['按期结案率', 'On-time closure rate'],
    ['期限内结案', 'closed by the deadline'],
    DUE_TO_CLOSE,
    CLOSING,
    STOPPED,
  ),
  disposal: plain(['处置率', 'Disposal rate'], ['已处置', 'handled'], DUE_TO_HANDLE, HANDLING, STOPPED),
  on_time_disposal: plain(
    ['按期处置率', 'On-time disposal rate'],
    ['期限内处置', 'handled by the deadline'],
    DUE_TO_HANDLE,
    HANDLING,
    STOPPED,
  ),
  overdue: plain(
    ['超期率', 'Overdue rate'],
    ['超期处置＋超期未处置', 'handled late, or overdue and not handled'],
    DUE_TO_HANDLE,
    HANDLING,
    STOPPED,
  ),
  rework: plain(['返工率', 'Rework rate'], ['有返工', 'sent back as rework'], DUE_TO_HANDLE, HANDLING, STOPPED),
  accurate_dispatch: plain(
    ['准确派遣率', 'Accurate dispatch rate'],
    ['从未改派其他部门', 'never sent again to another department'],
    ['已派遣并结案', 'dispatched and closed'],
    ['结案时间', 'when it was closed'],
    STOPPED,
  ),
  on_time_verify: stage('核实', 'verification', '核实', 'verified'),
  on_time_filing: stage('立案', 'filing', '立案', 'filed'),
  on_time_dispatch: stage('派遣', 'dispatch', '派遣', 'dispatched'),
  on_time_check: stage('核查', 'check', '核查', 'checked'),
  return: plain(
    ['回退率', 'Return rate'],
    ['有回退', 'returned by the department'],
    ['已派遣', 'dispatched'],
    ['末次派遣时间', 'when it was last dispatched'],
    ENDED,
  ),
  duplicate: plain(
    ['重复率', 'Duplicate rate'],
    ['重复上报', 'duplicates of another case'],
    ['上报', 'reported'],
    REPORTED,
  ),
  satisfaction: plain(
    ['满意率', 'Satisfaction rate'],
    ['满意', 'satisfied'],
    ['已回访', 'called back'],
    ['末次回访时间', 'when it was last called back'],
    ['申诉成立的案卷', 'cases whose appeal was upheld'],
  ),
};

/** What each indicator counts, in both languages. */
export const KPI_DEFINITIONS = (Object.entries(MEANINGS) as [IndicatorId, Meaning][]).map(([id, meaning]) => {
  const { version, name, numerator, denominator, cohort, exclusions } = meaning;
  return {
    id,
    version,
    nameZh: name[0],
    nameEn: name[1],
    numeratorZh: numerator[0],
    numeratorEn: numerator[1],
    denominatorZh: denominator[0],
    denominatorEn: denominator[1],
    cohortZh: cohort[0],
    cohortEn: cohort[1],
    exclusionsZh: exclusions[0],
    exclusionsEn: exclusions[1],
    formulaZh: `${numerator[0]} ÷ ${denominator[0]}`,
    formulaEn: `(${numerator[1]}) ÷ (${denominator[1]})`,
  };
});
export type KpiDefinition = (typeof KPI_DEFINITIONS)[number];

export const definitionOf = (id: IndicatorId): KpiDefinition => KPI_DEFINITIONS.find((one) => one.id === id)!;
