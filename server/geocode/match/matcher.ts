import { addressText } from '../base/addressText.ts';
import { SAME_DOOR_M, type AddressBase } from '../base/base.ts';
import { MAX_TEXT } from '../kinds.ts';
import {
  atBuilding,
  MATCH_LEVELS,
  SURE,
  type Candidate,
  type Match,
  type MatchReason,
  type ParsedAddress,
} from '../types.ts';
import { findCrossing, findDivision, findWhole, moved, type Place } from './coarse.ts';
import { CLOSE, exactNames, findDoors, Findings, likeNames, type Found, type Name } from './find.ts';
import { planQuery, type Query } from './query.ts';

export interface MatchOptions {
  /** The division that all of the source lies in. */
  divisionId?: number | null;
  explain?: boolean;
}

/** Doors trusted less than this are candidates only. */
const GIVEN = 0.5;
const BESIDE = 0.6;
const MOST_CANDIDATES = 5;

const depth = ({ level }: Found): number => MATCH_LEVELS.indexOf(level);
const rank = (found: Found): number => found.confidence + depth(found) * 0.02;

/**
 * Finds addresses in a base: first their doors by exact names, then by names that sound or look like them, then the road, the
 * estate, the division. It refuses rather than guesses: what two places fit is neither.
 */
export class Matcher {
  readonly base: AddressBase;

  constructor(base: AddressBase) {
    this.base = base;
  }

  /** Never throws: what is no address is refused with a reason. */
  match(text: string, options: MatchOptions = {}): Match {
    if (text.length > MAX_TEXT) return this.refuse('too_long');
    if (text.trim() === '') return this.refuse('empty');
    return this.matchParsed(this.base.parser.parse(text, { explain: options.explain ?? false }), options);
  }

  matchParsed(parsed: ParsedAddress, { divisionId = null, explain = false }: MatchOptions = {}): Match {
    const query = planQuery(this.base, parsed, divisionId);
    const notes = explain ? [...(parsed.explanation ?? [])] : null;
    const match = this.decide(parsed, query, notes);
    if (notes)
      match.explanation = [
        ...notes,
        `${match.level} at ${match.confidence.toFixed(2)}${match.reason ? `: ${match.reason}` : ''}`,
      ];
    return match;
  }

  private decide(parsed: ParsedAddress, query: Query, notes: string[] | null): Match {
    const exact = exactNames(this.base, query);
    let names: Name[] = exact;
    const findings = new Findings();
    for (const name of exact) findDoors(this.base, query, name, findings);
    if (!findings.isSure && (query.roads.length > 0 || query.places.length > 0)) {
      const like = likeNames(this.base, query);
      for (const name of like) findDoors(this.base, query, name, findings);
      names = [...exact, ...like];
    }
    const { found } = findings;
    notes?.push(...found.map((one) => this.why(one)));
    found.sort((a, b) => rank(b) - rank(a));
    const best = found[0];
    if (best && best.confidence >= GIVEN && !parsed.intersection && !query.beside) {
      const rival = best.twins[0] ?? found.find((other) => this.isRival(best, other))?.row;
      return rival === undefined ? this.give(best, found) : this.common(best, rival, found);
    }
    return this.coarse(parsed, query, names, found);
  }

  private why({ row, level, confidence, anchor, trust, loss }: Found): string {
    const { kind, name, scope } = this.base.anchors.all[anchor]!;
    const by = kind === 'village' ? this.base.tree.nameOf(scope) : this.base.strings.text(name);
    return `${level} ${this.base.codeOf(row)} ${confidence.toFixed(2)}: by ${kind} ${by} ${trust.toFixed(2)} − ${loss.toFixed(2)}`;
  }

  private isRival(best: Found, other: Found): boolean {
    if (other === best || other.confidence < best.confidence - CLOSE || depth(other) < depth(best)) return false;
    const { base } = this;
    return base.codeOf(other.row) !== base.codeOf(best.row) && base.distanceM(best.row, other.row) > SAME_DOOR_M;
  }

  private give(best: Found, found: readonly Found[]): Match {
    const { base } = this;
    const [lng, lat] = base.positionOf(best.row);
    const sure = best.confidence >= SURE;
    const reason = sure ? null : best.short ? 'unknown_number' : 'contradiction';
    const place: Place = {
      level: best.level,
      confidence: best.confidence,
      lng,
      lat,
      code: best.exact ? base.codeOf(best.row) : null,
      divisionId: base.divisionOf(best.row),
    };
    return this.result(place, reason, sure ? [] : found);
  }

  /** Two places fit: what both lie in is all that can be said. */
  private common(best: Found, rival: number, found: readonly Found[]): Match {
    const { base } = this;
    const path = base.tree.pathOf(base.divisionOf(best.row));
    const other = base.tree.pathOf(base.divisionOf(rival));
    let place: Place = { level: 'none', confidence: 0, lng: null, lat: null, code: null, divisionId: null };
    (['city', 'district', 'street', 'community'] as const).forEach((level, at) => {
      const id = path[at]!;
      const middle = id !== 0 && other[at] === id ? base.middleOf(id) : null;
      if (middle) place = { level, confidence: 0.5, lng: middle[0], lat: middle[1], code: null, divisionId: id };
    });
    const twins = best.twins.map((row) => ({ ...best, row }));
    return this.result(place, 'ambiguous', [...found, ...twins]);
  }

  private coarse(parsed: ParsedAddress, query: Query, names: readonly Name[], found: readonly Found[]): Match {
    const { base } = this;
    const crossing = parsed.intersection ? findCrossing(base, query) : null;
    const door = query.beside && found[0] && found[0].confidence >= GIVEN ? this.give(found[0], []) : null;
    const named = crossing ?? door ?? findWhole(base, query, names);
    const place = named ?? findDivision(base, query);
    if (!place) return this.refuse(this.whyNot(parsed, query), found);
    if (query.beside && named && parsed.relation) {
      const near = moved({ ...place, confidence: Math.min(place.confidence, BESIDE), code: null }, parsed.relation);
      const level = atBuilding(near.level) || near.level === 'estate' ? 'landmark' : near.level;
      return this.result({ ...near, level }, 'near_landmark', found);
    }
    const { number, building } = query.fields;
    if (number === 0 && building === 0) return this.result(place, place.confidence >= SURE ? null : 'no_door', found);
    const confidence = Math.min(place.confidence, 0.75);
    return this.result({ ...place, confidence, code: null }, named ? 'unknown_number' : 'unknown_name', found);
  }

  private whyNot({ elements }: ParsedAddress, query: Query): MatchReason {
    if (query.otherCity || query.otherDistrict) return 'other_city';
    return elements.every(({ kind }) => kind === 'other' || kind === 'landmark') ? 'not_an_address' : 'unknown_name';
  }

  private refuse(reason: MatchReason, found: readonly Found[] = []): Match {
    return this.result(
      { level: 'none', confidence: 0, lng: null, lat: null, code: null, divisionId: null },
      reason,
      found,
    );
  }

  private result(place: Place, reason: MatchReason | null, found: readonly Found[]): Match {
    const candidates: Candidate[] = [];
    for (const { row, level, confidence } of found) {
      const code = this.base.codeOf(row);
      if (candidates.length === MOST_CANDIDATES || candidates.some((one) => one.code === code)) continue;
      const [lng, lat] = this.base.positionOf(row);
      candidates.push({ code, text: addressText(this.base, row), level, confidence, lng, lat });
    }
    return { ...place, candidates, reason, baseVersion: this.base.version };
  }
}
