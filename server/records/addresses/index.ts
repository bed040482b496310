export { ensureAddresses, openTouch, runAddressImport, type AddressImportOptions } from './addressImport.ts';
export { levelOfElements } from './elements.ts';
export type { Address } from './readAddress.ts';
export { formatAddressReport, type AddressReport } from './report.ts';
export { writeAddresses } from './writeAddresses.ts';
