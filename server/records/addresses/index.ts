export { runAddressImport, type AddressImportOptions } from './addressImport.ts';
export { formatAddressReport, type AddressReport } from './report.ts';
