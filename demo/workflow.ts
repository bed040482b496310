/** Writes the step log of one case: only the transitions of the seven stages, in order of time. */
import type { CaseAction, CaseRole, CaseStatus } from '../server/cases/words.ts';
import type { Random } from './random.ts';
import type { DemoStep } from './types.ts';

/** What may follow from what: [from, action, to, role]. `null` is before the case existed. Source: domain.md, section 4. */
export const TRANSITIONS: readonly (readonly [CaseStatus | null, CaseAction, CaseStatus, CaseRole])[] = [
  [null, 'report', 'reported', 'collector'],
  [null, 'report', 'reported', 'system'],
  ['reported', 'send_to_verify', 'verifying', 'operator'],
  ['reported', 'accept', 'to_file', 'operator'],
  ['reported', 'handle_on_spot', 'closed', 'collector'],
  ['verifying', 'verify_exists', 'to_file', 'collector'],
  ['verifying', 'verify_absent', 'rejected', 'collector'],
  ['verifying', 'verify_unclear', 'reported', 'collector'],
  ['to_file', 'file', 'to_dispatch', 'shift_lead'],
  ['to_file', 'decline', 'not_filed', 'shift_lead'],
  ['to_dispatch', 'dispatch', 'handling', 'dispatcher'],
  ['to_dispatch', 'ask_void', 'to_dispatch', 'dispatcher'],
  ['to_dispatch', 'void', 'void', 'shift_lead'],
  ['handling', 'ask_extend', 'handling', 'department'],
  ['handling', 'extend', 'handling', 'shift_lead'],
  ['handling', 'ask_return', 'handling', 'department'],
  ['handling', 'return', 'to_dispatch', 'shift_lead'],
  ['handling', 'ask_suspend', 'handling', 'department'],
  ['handling', 'suspend', 'suspended', 'shift_lead'],
  ['suspended', 'resume', 'handling', 'department'],
  ['handling', 'urge', 'handling', 'supervisor'],
  ['handling', 'feed_back', 'to_check', 'department'],
  ['to_check', 'send_to_check', 'checking', 'operator'],
  ['checking', 'check_passed', 'to_close', 'collector'],
  ['checking', 'check_failed', 'handling', 'collector'],
  ['checking', 'check_unclear', 'to_check', 'collector'],
  ['to_close', 'close', 'closed', 'shift_lead'],
  ['closed', 'reopen', 'handling', 'operator'],
];

/** What one role asks for and another one grants. */
const ASKED_AS: Partial<Record<CaseAction, CaseAction>> = {
  void: 'ask_void',
  extend: 'ask_extend',
  return: 'ask_return',
  suspend: 'ask_suspend',
};

const RULES = new Map(TRANSITIONS.map((t) => [`${t[0] ?? ''}>${t[1]}`, t]));
const ROLE_ZH: Record<CaseRole, string> = {
  collector: '采集员',
  operator: '受理员',
  shift_lead: '值班长',
  dispatcher: '派遣员',
  department: '处置员',
  supervisor: '督办员',
  system: '系统',
};
const SURNAMES = '王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁宋唐许韩冯邓曹彭'.split('');

const actors = new Map<string, string>();
/** Somebody of a role in a district: about forty people each, called by surname and number only. */
function actorOf(role: CaseRole, district: number, n: number): string {
  const key = `${role}${district}.${n}`;
  let name = actors.get(key);
  if (name === undefined) {
    const number = String((district + 1) * 100 + n).padStart(4, '0');
    name = `${ROLE_ZH[role]}${SURNAMES[(district * 7 + n * 11 + role.length) % SURNAMES.length]!}某 ${number}`;
    actors.set(key, name);
  }
  return name;
}

const NOTES: Partial<Record<CaseAction, string[]>> = {
  verify_absent: ['现场未发现所述问题', '问题已自行消除', '位置不详，无法核实'],
  verify_unclear: ['地址不清，请补充'],
  decline: ['不属于本市受理范围', '与已立案案卷重复', '不符合立案条件'],
  void: ['误报，申请作废', '重复派遣，作废'],
  return: ['不属于本部门职责', '权属有误，建议改派'],
  extend: ['配件采购需时，申请延期', '施工需连续晴天，申请延期', '需多部门会商，申请延期'],
  suspend: ['冬季无法施工，申请挂账', '列入改造计划，挂账', '等待权属单位进场，挂账'],
  resume: ['具备条件，恢复处置'],
  feed_back: ['已处理完毕', '已清理，附处理后照片', '已修复', '已联系诉求人答复', '已整改'],
  check_passed: ['核查通过', '现场已处理，照片一致'],
  check_failed: ['处理不彻底，退回返工', '现场问题仍存在', '照片与现场不符'],
  check_unclear: ['照片模糊，需重新核查'],
  handle_on_spot: ['采集员现场处理', '劝导后自行清理'],
  reopen: ['回访不满意，重新处置'],
  urge: ['临近时限，请抓紧处置', '已超时限，督办'],
};

export interface Log {
  steps: DemoStep[];
  status: CaseStatus | null;
  /** Adds a step; throws when the workflow does not allow it from where the case stands. */
  add(action: CaseAction, at: number): void;
}

/** Starts a log whose actors work in one district.
 * @param byCollector who reports: a collector, or a source that has no person (hotline, app, video, sensor). */
export function startLog(district: number, byCollector: boolean, random: Random): Log {
  const steps: DemoStep[] = [];
  const collector = random.int(40);
  const log: Log = {
    steps,
    status: null,
    add(action, at) {
      const rule = RULES.get(`${log.status ?? ''}>${action}`);
      if (!rule) throw new Error(`no ${action} from ${log.status}`);
      const role = action === 'report' ? (byCollector ? 'collector' : 'system') : rule[3];
      const from = log.status;
      const notes = NOTES[action];
      log.status = rule[2];
      const previous = steps.length > 0 ? steps[steps.length - 1]!.at : 0;
      const when = Math.max(at, previous);
      const who = role === 'system' ? 0 : role === 'collector' ? collector : random.int(12);
      const note = notes ? random.pick(notes) : null;
      const ask = ASKED_AS[action];
      const asker = ask && RULES.get(`${from ?? ''}>${ask}`)?.[3];
      if (ask && asker && from)
        steps.push({ at: when, action: ask, from, to: from, role: asker, actor: actorOf(asker, district, who), note });
      const actor = role === 'system' ? '系统' : actorOf(role, district, who);
      steps.push({ at: when, action, from, to: rule[2], role, actor, note: ask ? null : note });
    },
  };
  return log;
}
