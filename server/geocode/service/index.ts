export { listAliases, putAlias, type AddressAlias } from './aliases.ts';
export { aliasKey } from './corrections.ts';
export { KeptGeocoder, openGeocoder, type Geocoder } from './geocoder.ts';
export { namedDivision } from './namedDivision.ts';
export { dropPersons } from './persons.ts';
export { readGazetteer } from './readBase.ts';
export { touchNames, takeTouched } from './touched.ts';
export {
  addUnmatched,
  listUnmatched,
  listUnmatchedSources,
  namesOf,
  removeUnmatched,
  unmatchedOf,
  writeUnmatched,
  type Unmatched,
  type UnmatchedSource,
  type UnmatchedText,
} from './unmatched.ts';
export {
  readAddressCounts,
  reverseGeocode,
  type AddressCounts,
  type NearestAddress,
  type Reversed,
} from './reverse.ts';
