import type { CaseItem, LiveCase } from '../../server/api/shapes.ts';

/** A case of a list as its latest known event; for a city in which nothing happens at the moment. Its key is negative, so
 * that it is never taken for an event of the stream. */
export function asEvent(item: CaseItem): LiveCase {
  return {
    seq: -item.id,
    action: item.closedAt ? 'close' : item.acceptedAt ? 'accept' : 'report',
    caseId: item.id,
    caseNo: item.caseNo,
    status: item.status,
    categoryZh: item.category.nameZh,
    categoryEn: item.category.nameEn,
    divisionId: item.division?.id ?? 0,
    divisionZh: item.division?.pathZh ?? '',
    divisionEn: item.division?.pathEn ?? '',
    address: item.address,
    lng: item.lng,
    lat: item.lat,
    yellowAt: item.yellowAt,
    dueAt: item.dueAt,
    layers: [],
    tiles: [],
    at: item.closedAt ?? item.acceptedAt ?? item.reportedAt,
  };
}
