export { listAliases, type AddressAlias } from './aliases.ts';
export { KeptGeocoder, openGeocoder, type Geocoder } from './geocoder.ts';
export { addUnmatched, listUnmatched, unmatchedOf, writeUnmatched, type Unmatched } from './unmatched.ts';
export {
  readAddressCounts,
  reverseGeocode,
  type AddressCounts,
  type NearestAddress,
  type Reversed,
} from './reverse.ts';
