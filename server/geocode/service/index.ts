export { KeptGeocoder, openGeocoder, type Geocoder } from './geocoder.ts';
export { reverseGeocode, type NearestAddress, type Reversed } from './reverse.ts';
