export { listAliases, type AddressAlias } from './aliases.ts';
export { KeptGeocoder, openGeocoder, type Geocoder } from './geocoder.ts';
export { listUnmatched, writeUnmatched, type Unmatched } from './unmatched.ts';
export { reverseGeocode, type NearestAddress, type Reversed } from './reverse.ts';
